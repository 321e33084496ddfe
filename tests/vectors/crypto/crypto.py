#!/usr/bin/python3
"""Other people's vectors: minisign's verdicts, RFC 8949 Appendix A, Ed25519 and X25519 of Wycheproof, zstd's golden errors.
usage: crypto.py OURS CORPUS.SH"""
import csv, glob, json, os, subprocess, sys


def canonical(item):
    """What PROTOCOL.md §1 keeps of Appendix A: one form, and no null, undefined, float, tag or other simple value."""
    data = bytes.fromhex(item['hex'])
    at = 0

    def value(depth):
        nonlocal at
        major, info = data[at] >> 5, data[at] & 31
        at += 1
        if major == 7:
            return info in (20, 21)
        if info > 27:
            return False  # indefinite
        n = info
        if info >= 24:
            size = 1 << info - 24
            n = int.from_bytes(data[at:at + size], 'big')
            at += size
            if n < (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]:
                return False
        if major == 1:
            return True
        if major in (2, 3):
            at += n
            return True
        if major == 4:
            return all(value(depth + 1) for _ in range(n))
        if major == 5:
            last = -1
            for _ in range(n):
                if data[at] >> 5 != 0:
                    return False  # keys are unsigned integers
                start = at
                if not value(depth + 1):
                    return False
                key = int.from_bytes(data[start + (at - start > 1):at], 'big') & (31 if at - start == 1 else -1)
                if key <= last or not value(depth + 1):
                    return False
                last = key
            return True
        return major == 0

    return value(0) and at == len(data)


def main(ours, corpus_sh):
    got = subprocess.run([corpus_sh, 'pack'], stdout=subprocess.PIPE, text=True)
    if got.returncode != 0:
        return 77
    root = os.path.join(got.stdout.strip(), 'crypto')
    asked, right = [], []

    def ask(name, good, *question):
        asked.append((name, '\t'.join(question)))
        right.append(good)

    samples = os.path.join(root, 'minisign/samples')
    with open(os.path.join(samples, 'manifest.tsv'), encoding='utf-8') as f:
        for r in csv.DictReader(f, delimiter='\t'):
            ask('minisign ' + r['signature'], r['minisign_0.11'] == 'ok', 'minisign', *(os.path.join(samples, r[x]) for x in
                ('signature', 'message', 'pubkey')))
    with open(os.path.join(root, 'cbor-rfc8949-appendix-a/appendix_a.json'), encoding='utf-8') as f:
        for item in json.load(f):
            ask('RFC 8949 ' + item['hex'], canonical(item), 'cbor', item['hex'])
    with open(os.path.join(root, 'wycheproof/ed25519_test.json'), encoding='utf-8') as f:
        for group in json.load(f)['testGroups']:
            key = (group.get('publicKey') or group['key'])['pk']
            for t in group['tests']:
                ask(f'ed25519 {t["tcId"]}', t['result'] == 'valid', 'ed25519', key, t['msg'], t['sig'])
    with open(os.path.join(root, 'wycheproof/x25519_test.json'), encoding='utf-8') as f:
        for group in json.load(f)['testGroups']:
            for t in group['tests']:
                zero = set(t['shared']) == {'0'}  # of low order: refused
                ask(f'x25519 {t["tcId"]}', not zero, 'x25519', t['public'], t['private'], t['shared'])
    errors = sorted(glob.glob(os.path.join(root, '**/golden-decompression-errors/*'), recursive=True)) + \
        sorted(glob.glob(os.path.join(root, '../hostile/**/*.zst'), recursive=True))
    for path in errors:
        ask('zstd ' + os.path.basename(path), False, 'frame', path)
    out = subprocess.run([ours], input='\n'.join(q for _, q in asked) + '\n', capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stderr)
    wrong = [f'{name}: we say {got}, it is {"good" if good else "bad"}' for (name, _), good, got in
             zip(asked, right, out.stdout.split()) if (got == '0') != good]
    kinds = {}
    for name, _ in asked:
        kinds[name.split()[0]] = kinds.get(name.split()[0], 0) + 1
    print(f'{len(asked)} vectors {kinds}, {len(wrong)} wrong')
    print('\n'.join(wrong[:40]))
    return 1 if wrong or len(out.stdout.split()) != len(asked) else 0


sys.exit(main(*sys.argv[1:]))
