#!/usr/bin/python3
"""Check what a quire publisher signed, without any code of quire's own.

usage: verify.py [-f FEED] [-c CHARTER]... FILE...
A FILE is a capsule (.quire, or its text form) or a header, which needs its feed's charters, oldest first.
-f says which feed it must be.  Written from proto/PROTOCOL.md, whose sections are cited; needs python3-nacl, python3-cbor2, python3-zstandard.
"""
import base64, getopt, hashlib, pathlib, re, sys, unicodedata
try: import cbor2, nacl.exceptions, nacl.signing, zstandard
except ImportError as e:
    if __name__ != '__main__': raise
    sys.exit(print(f'verify.py: {e}. Install the Debian packages python3-nacl, python3-cbor2 and python3-zstandard.', file=sys.stderr) or 2)

MIB, U32, U64 = 1 << 20, (1 << 32) - 1, (1 << 64) - 1
LANG = re.compile(r'[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*')
class Bad(Exception): """What was looked at is not what a publisher signed."""
def need(ok, why):
    if not ok: raise Bad(why)
# --- 1. Encoding
def encode(v, depth=0):
    need(depth <= 16, 'nested too deep')
    if type(v) in (bool, int):
        return b'\xf4\xf5'[v:v + 1] if type(v) is bool else head(0, v) if v >= 0 else head(1, -1 - v)
    if type(v) in (bytes, str):
        data = v if type(v) is bytes else v.encode()
        return head(2 + (type(v) is str), len(data)) + data
    if type(v) is list: return head(4, len(v)) + b''.join(encode(x, depth + 1) for x in v)
    need(type(v) is dict and all(type(k) is int and k >= 0 for k in v), 'a type that is not allowed')
    return head(5, len(v)) + b''.join(encode(k) + encode(v[k], depth + 1) for k in sorted(v))
def head(major, n):
    need(n <= U64, 'a number that is too large')
    if n < 24: return bytes([major << 5 | n])
    code = next(c for c in range(4) if n < 1 << (8 << c))
    return bytes([major << 5 | 24 + code]) + n.to_bytes(1 << code, 'big')
def decode(data):
    v = cbor2.loads(data)
    need(encode(v) == data, 'not in canonical encoding')
    return v
def uint(lo=0, hi=U64): return lambda v: need(type(v) is int and lo <= v <= hi, 'a value outside its range')
def blob(lo, hi=None): return lambda v: need(type(v) is bytes and lo <= len(v) <= (hi or lo), 'bytes of a wrong length')
def text(lo, hi): return lambda v: need(type(v) is str and lo <= len(v.encode()) <= hi and plain(v), 'text that is not allowed or of a wrong length')
def plain(s, newlines=False):
    return not any(unicodedata.category(c) == 'Cc' and not (newlines and c == '\n') or
                   c in '\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069' for c in s)
def lang(v): need(type(v) is str and 2 <= len(v) <= 35 and LANG.fullmatch(v), 'a language that is not BCP 47')
def many(lo, hi, item, rising=None):
    def check(v):
        need(type(v) is list and lo <= len(v) <= hi, 'a wrong number of items')
        for x in v: item(x)
        need(not rising or all(rising(a) < rising(b) for a, b in zip(v, v[1:])), 'items out of order')
    return check
def row(*checks, more=0):
    def check(v):
        many(len(checks) - more, len(checks), lambda x: None)(v)
        for f, x in zip(checks, v): f(x)
    return check
def fields(v, required, optional):
    need(type(v) is dict and required.keys() <= v.keys() <= required.keys() | optional.keys(), 'a field that is missing or unknown')
    for k, x in v.items(): (required | optional)[k](x)
    return v
# --- 2. Hashes
def H(kind, x): return hashlib.blake2b(x, digest_size=32, person=b'quire ' + kind).digest()
def root_by_path(leaf, i, n, path, node=lambda x: H(b'node', x)):
    """RFC 9162 2.1.3.2, with our hash or its own."""
    fn, sn, r = i, n - 1, leaf
    for p in (path[i:i + 32] for i in range(0, len(path), 32)):
        need(sn > 0, 'a path that is too long')
        if fn & 1 or fn == sn:
            r = node(p + r)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r + p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, 'a path that is too short')
    return r
def base32(b): return base64.b32encode(b).decode().rstrip('=').lower()
def unbase32(s):
    need(re.fullmatch('[a-z2-7]{51}[aq]', s), f'{s} is no feed: 52 characters of base32')
    return base64.b32decode(s.upper() + '====')
# --- 3. Signatures
def signed(data, limit, sigs, short=False):
    need(len(data) <= limit, 'too large')
    v = decode(data)
    need(type(v) is list and len(v) == 2 and type(v[0]) is bytes, 'not a signed file')
    (blob(65, 513) if short and kind(v[0]) == 6 else many(1, sigs, row(blob(8), blob(64), blob(64)), rising=lambda s: s[0]))(v[1])
    return v
def kind(body): return c.get(0) if type(c := decode(body)) is dict else None
def verify(key, sig, body, comment):
    need(key[:8] == sig[0], 'signed by another key')
    try:
        pk = nacl.signing.VerifyKey(key[8:])
        pk.verify(hashlib.blake2b(body).digest(), sig[1])
        len(sig) == 2 or pk.verify(sig[1] + comment.encode(), sig[2])
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError):
        raise Bad('a signature that does not verify')
# --- 4. Charter
def signing_key(v):
    row(blob(40), uint(1, U64 - 1), uint(0, U64 - 1), more=1)(v)
    need(len(v) == 2 or v[2] >= v[1] - 1, 'a key that ends before it begins')
def quorums(v):
    many(1, 8, row(uint(1, U64 - 1), uint(1, 8)), rising=lambda q: q[0])(v)
    need(all(a[1] != b[1] for a, b in zip([[0, 1]] + v, v)), 'a quorum that changes nothing')
PIN = row(uint(1, U64 - 1), blob(32))
def revocation(c, prev):
    """The charter before it, but for what it ends."""
    fields(c, {0: uint(6, 6), 1: uint(2, U32), 8: many(1, 16, row(blob(8), uint(1, U64 - 1)), rising=lambda e: e[0]), 10: blob(32)}, {11: PIN})
    need(prev, 'a revocation of nothing')
    dies = lambda k, e: k[0][:8] == e[0] and (len(k) == 2 or k[2] >= e[1])
    need(all(any(dies(k, e) for k in prev[8]) for e in c[8]), 'a revocation that ends nothing')
    keys = [[*k[:2], *([max(e[1], k[1]) - 1 for e in c[8] if dies(k, e)] or k[2:])] for k in prev[8]]
    return {**prev, **c, 0: 1, 8: keys}
def placed(roots, v):
    """The signatures of a revocation: [key id, sig] of each root whose bit is set."""
    at = [i for i in range(8) if v[0] >> i & 1]
    need(len(v) == 1 + 64 * len(at) and at[-1] < len(roots), 'places and signatures that do not fit')
    return [[roots[i][:8], v[1 + 64 * k:65 + 64 * k]] for k, i in enumerate(at)]
def open_charter(data, prev=None):
    body, sigs = signed(data, 4096, 16, short=True)
    c = revocation(decode(body), prev) if kind(body) == 6 else fields(decode(body), {
        0: uint(1, 1), 1: uint(1, U32), 2: text(1, 128), 5: many(1, 8, blob(40), rising=lambda k: k[:8]), 6: uint(1, 8),
        8: many(1, 16, signing_key, rising=lambda k: (k[0], k[1]))},
        {3: many(1, 16, lang), 4: text(1, 256), 7: many(1, 8, blob(32), rising=lambda k: k), 9: many(1, 16, text(1, 512)),
         10: blob(32), 11: PIN, 12: quorums})
    need(c[6] <= len(c[5]) and (c[1] > 1) == (10 in c) and len({k[0] for k in c[8]}) == len({k[0][:8] for k in c[8]}), 'a charter that contradicts itself')
    need(c[1] == (prev[1] + 1 if prev else 1) and c.get(10) == (prev and prev['hash']), 'a gap in the charters')
    need(not (prev and 11 in prev) or 11 in c and (c[11][0] > prev[11][0] or c[11] == prev[11]), 'a pin that is taken back')
    old = prev[5] if prev else []
    need(not (prev and 7 in prev) or all(k in old or H(b'root', k) in prev[7] for k in c[5]), 'a root that was not announced')
    by = []
    for s in placed(c[5], sigs) if type(sigs) is bytes else sigs:
        keys = {k for k in c[5] + old if k[:8] == s[0]}
        need(len(keys) == 1, 'a signature by no root, or by who knows which')
        by.extend(keys)
        verify(by[-1], s, body, f'quire charter {c[1]}')
    need(sum(k in c[5] for k in by) >= c[6], 'too few signatures')
    need(not prev or sum(k in old for k in by) >= prev[6], 'too few signatures of the roots before')
    c['hash'] = H(b'charter', body)
    return c
def signer(charter, key_id, number):
    fit = [k[0] for k in charter[8] if k[0][:8] == key_id and k[1] <= number and (len(k) == 2 or number <= k[2])]
    need(fit, 'signed by a key that may not sign it')
    return fit[0]
# --- 5. Header
def pack_entry(v):
    fields(v, {0: uint(0, 3), 1: blob(32), 2: uint(1, 16 * MIB), 3: uint(1, 16 * MIB), 4: blob(32), 5: uint(1, 16384)},
           {6: uint(1), 7: uint(1), 8: uint(1, 0xffffffff), 9: lambda b: need(b is True, 'a false `only`')})
def open_header(data, charter, feed, alone=True):
    body, sigs = signed(data, 2048, 8)
    h = fields(decode(body), {0: uint(2, 2), 1: blob(32), 2: uint(1, U32), 3: uint(1, U32), 4: uint(0, 1 << 40), 5: uint(0, U32), 6: blob(32)},
               {7: many(1, 16, pack_entry), 8: uint(2, 8)})
    h['hash'], h['leaf'], h['packs'] = H(b'header', body), hashlib.sha256(b'\0' + body).digest(), h.get(7, [])
    for p in h['packs']:
        need(p.get(6) != h[3] and p.get(7) != h[3], 'a cover written out that follows')
        p['first'], p['last'] = p.get(6, h[3]), p.get(7, h[3])
        need(p['first'] <= p['last'] <= h[3] and (8 not in p or p[0] < 2 and p[8].bit_length() < h[3] == p['first']), 'a cover or base that cannot be')
    order = [(p[0], p['first'], p['last']) for p in h['packs']]
    need(all(a < b for a, b in zip(order, order[1:])), 'packs out of order')
    need(all((0, *o[1:]) in order for o in order), 'a pack without its heads')
    need(h[1] == feed and (h[2] <= charter[1] or not alone), 'of another feed, or signed under a newer charter')
    need(len(sigs) == h.get(8, 1) >= ([1] + [q[1] for q in charter.get(12, []) if q[0] <= h[3]])[-1], 'without the signatures that it needs')
    for s in sigs:
        verify(signer(charter, s[0], h[3]), s, body, f'quire issue {h[3]} {base32(feed)}')
    need(11 not in charter or h[3] != charter[11][0] + 1 or h[6] == charter[11][1], 'not in the history its charter fixes')
    return h
# --- 6. Packs
def inflate(z, size):
    need(len(z) >= 6 and z[:4] == b'\x28\xb5\x2f\xfd' and not z[4] & 0x1b and (z[4] & 0x20 or z[5] <= 112), 'not a frame of ours')
    need(zstandard.frame_content_size(z) == size, 'a frame of another size')
    raw = (how := zstandard.ZstdDecompressor().decompressobj()).decompress(z)
    need(how.unused_data == b'' and len(raw) == size, 'more or less than one frame')
    return raw
# --- 7. Article
picture = row(blob(32), uint(2, 3), uint(1, 5), uint(1, 65535), uint(1, 65535), uint(1, 8 * MIB), text(0, 4096), text(0, 4096), uint(0, 63), more=1)
def article(data):
    need(len(data) <= 65536, 'a head that is too large')
    when = uint(-(1 << 63), (1 << 63) - 1)
    a = fields(decode(data), {0: text(1, 512), 1: uint(1), 2: uint(0, 2), 3: lang, 4: text(1, 1024), 13: uint(0, MIB)},
               {5: many(1, 32, text(1, 256)), 6: text(1, 256), 7: many(1, 32, text(1, 128)), 8: when, 9: when, 10: text(1, 2048),
                11: text(1, 4096), 12: many(1, 64, picture), 14: text(1, 2048)})
    need((a[1] == 1) == (a[2] == 0) and a.get(10) != a[0], 'a head that contradicts itself')
    need(a[2] != 2 or not (a[13] or 12 in a or 11 in a), 'a retraction that still says something')
    pictures = a.get(12, [])
    need(all(p[1] == 3 and p[8] < len(pictures) and pictures[p[8]][1] == 2 for p in pictures if len(p) == 9), 'a small picture of none')
    return a
# --- 8. Markup
BLOCK = {'p', 'h2', 'h3', 'h4', 'ul', 'ol', 'blockquote', 'pre', 'figure', 'table', 'hr'}
INLINE = {'', 'em', 'strong', 'a', 'code', 'br', 'span'}
INSIDE = dict({t: INLINE for t in 'p h2 h3 h4 em strong a span figcaption td th'.split()}, ul={'li'}, ol={'li'}, table={'tr'},
              tr={'td', 'th'}, code={''}, blockquote=BLOCK, body=BLOCK, li=BLOCK | INLINE, pre={'', 'code'}, figure={'img', 'figcaption'})
FILLED = {'p', 'em', 'strong', 'a', 'code', 'span', 'ul', 'ol', 'table', 'tr', 'blockquote', 'figure'}
SPOKEN = BLOCK | {'li', 'td', 'th', 'span'}
VALUE = '(?:[^"<>&]|&(?:amp|lt|gt|quot);)*'
TOKEN = re.compile(f'<(/)?([a-z]+[2-4]?)(?: dir="(ltr|rtl|auto)")?(?: href="({VALUE})")?(?: lang="([A-Za-z0-9-]*)")?'
                   '(?: src="(0|[1-9][0-9]*)")?>|((?:[^<>&]|&(?:amp|lt|gt);)+)')
def markup(data, pictures):
    s, at, stack = data.decode(), 0, [['body', 0, None]]  # name, children, did blocks come in it
    need(len(data) <= MIB and plain(s, newlines=True), 'text that is not allowed')
    while at < len(s):
        m = TOKEN.match(s, at)
        need(m, 'markup that is not allowed')
        at, top, (end, tag, way, href, lng, src, txt) = m.end(), stack[-1], m.groups(default=None)
        if end:
            need(top[0] == tag and len(stack) > 1 and m[0] == f'</{tag}>' and (top[1] or tag not in FILLED), 'an end that does not fit')
            stack.pop()
            continue
        tag, spoken = tag or '', way is not None or lng is not None
        need(tag in INSIDE[top[0]] and (top[0] != 'li' or top[2] in (None, tag in BLOCK)), 'an element where it may not be')
        need(top[0] != 'pre' or not top[1], 'more than one thing in pre')
        need(top[0] != 'figure' or top[1] == (tag == 'figcaption'), 'a figure that is none')
        top[1:] = top[1] + 1, tag in BLOCK
        need(not txt or '\n' not in txt or 'pre' in (top[0], stack[-2][0] if top[0] == 'code' else ''), 'a newline outside pre')
        need(spoken <= (tag in SPOKEN) and (tag != 'span' or spoken), 'dir or lang where it may not be, or not where it must')
        need(lng is None or 2 <= len(lng) <= 35 and LANG.fullmatch(lng), 'a language that is not BCP 47')
        need((href is not None) == (tag == 'a') and (src is not None) == (tag == 'img'), 'an attribute too many or too few')
        need(href is None or re.match(r'(https?://|mailto:|#)[^\n]+\Z', href), 'a link that is not allowed')
        need(len(re.sub('&[a-z]+;', '&', href or '').encode()) <= 2048, 'a link that is too long')
        need(src is None or int(src) < pictures, 'a picture that is not there')
        need(tag != 'a' or all(e[0] != 'a' for e in stack), 'a link in a link')
        need(not tag or len(stack) <= 32, 'nested too deep')
        if tag not in ('', 'br', 'hr', 'img'): stack.append([tag, 0, None])
    need(len(stack) == 1, 'an element without its end')
# --- 4. Charters, oldest first
def chain(files):
    charters = []
    for f in files: charters.append(open_charter(f, charters[-1] if charters else None))
    need(charters, 'without the charters of its feed')
    return charters
# --- 10. Capsule
def open_capsule(data, newer=()):
    """Returns feed, header, article, body (b'' if retracted)."""
    c = fields(decode(data), {0: uint(3, 3), 1: many(1, 64, blob(1, 4096)), 2: blob(1, 2048), 3: uint(0, 15), 4: uint(), 5: blob(1, 65536), 12: blob(16)},
               {6: blob(32, 1024), 7: uint(0, 15), 8: blob(32, 1024), 9: blob(1, 2 * MIB),
                10: many(1, 64, row(uint(0, 63), blob(1, 8 * MIB)), rising=lambda v: v[0]), 11: blob(32, 2048)})
    need(H(b'capsule', data[:-16])[:16] == c[12], 'damaged')
    charters = chain(c[1])
    pin, sha = charters[-1].get(11, [0, b'']), lambda x: hashlib.sha256(b'\1' + x).digest()
    for f in newer:
        v = decode(signed(f, 4096, 16, short=True)[0])[1]
        need(v > len(charters) or f and H(b'charter', decode(f)[0]) == charters[v - 1]['hash'], 'a charter that contradicts one known')
        if v > len(charters): charters.append(open_charter(f, charters[-1]))
    feed = charters[0]['hash']
    h = open_header(c[2], charters[-1], feed, alone=False)
    need(11 not in c if h[3] > pin[0] else root_by_path(h['leaf'], h[3] - 1, pin[0], c.get(11, b''), sha) == pin[1],
         'not in the history its charter fixes')
    p = h['packs'][c[3]] if c[3] < len(h['packs']) else {0: 1}
    need(p[0] == 0, 'no pack of heads')
    need(record_root(c, p, 5, 6) == p[4], 'a head that was not signed')
    a, body = article(c[5]), b''
    need((7 in c) == (9 in c) == (a[13] > 0) and (7 in c or 8 not in c), 'a body too many or too few')
    if 7 in c:
        t = h['packs'][c[7]] if c[7] < len(h['packs']) else p
        need(t[0] == 1 and (t['first'], t['last']) == (p['first'], p['last']), 'no pack of text for these heads')
        body = c['body'] = inflate(c[9], a[13])
        need(record_root(c, t, 'body', 8) == t[4], 'a body that was not signed')
        markup(body, len(a.get(12, [])))
    for i, q in c.get(10, []):
        need(i < len(a.get(12, [])) and a[12][i][0] == H(b'picture', q) and a[12][i][5] == len(q), 'a picture that is another')
    return feed, h, a, body
def record_root(c, p, record, path):
    need(c[4] < p[5], 'an index that cannot be')
    return root_by_path(H(b'record', c[record]), c[4], p[5], c.get(path, b''))
def check(path, charters, feed):
    """One sentence on what `path` is, if it is good."""
    data = pathlib.Path(path).read_bytes()
    if not b'\x80' <= data[:1] < b'\xc0' and (m := re.search(rb'([^\n]*?)-----BEGIN QUIRE CAPSULE-----(.*?)-----END QUIRE CAPSULE-----', data, re.S)):
        data = base64.b64decode(lines := re.sub(rb'\n([ \t]*>){%d}|[ \t\r]' % (0 if m[1].strip(b'> \t') else m[1].count(b'>')), b'', m[2]), validate=True)
        need(base64.b64encode(data) == lines, 'base64 that is not as it should be')
    need(data[:1] == b'\x82' or data[:1] > b'\x9f', 'no capsule and no header; folders and bundles are for quire verify')
    if data[:1] == b'\x82':
        all_charters = chain(charters)
        found, h = all_charters[0]['hash'], open_header(data, all_charters[-1], all_charters[0]['hash'])
        what = f'header of issue {h[3]}'
    else:
        found, h, a, _ = open_capsule(data, charters)
        what = f'"{a[4]}" in issue {h[3]}'
    need(feed in (None, found), 'of another feed')
    return f'{what} of feed {base32(found)}'
def words(what, e):
    return f'{e.filename}: {e.strerror}' if isinstance(e, OSError) else f'{what}: {e if isinstance(e, (Bad, getopt.GetoptError)) else "malformed"}'
def main():
    try:
        options, paths = getopt.getopt(sys.argv[1:], 'f:c:')
        need(paths, 'no file given')
        named = {o: unbase32(x) for o, x in options if o != '-c'}
        charters = [pathlib.Path(x).read_bytes() for o, x in options if o == '-c']
    except (getopt.GetoptError, OSError, ValueError, Bad) as e:
        print(f'{words("verify.py", e)}\n{__doc__}', file=sys.stderr)
        sys.exit(2)
    bad = 0
    for path in paths:
        try:
            print(f'good: {path}: {check(path, charters, named.get("-f"))}')
        except Exception as e:  # a stranger's bytes: whatever they break, they are bad
            bad = 1
            print('BAD: ' + words(path, e))
    sys.exit(bad)
if __name__ == '__main__':
    main()
