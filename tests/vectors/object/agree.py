#!/usr/bin/python3
"""The second implementation and ours say the same of every capsule vector and of 1,000 mutated ones.
usage: agree.py VECTORS SEED"""
import os, random, re, subprocess, sys, tarfile, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../../contrib/verify-py'))
sys.dont_write_bytecode = True
try:
    import verify
except ImportError as e:
    print(f'skipped: {e}')
    sys.exit(77)


def mutate(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        what, at = dice.randrange(4), dice.randrange(len(data))
        if what == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif what == 1:
            data[at] = dice.randrange(256)
        elif what == 2:
            del data[at:at + dice.randrange(1, 40)]
        else:
            data[at:at] = data[dice.randrange(len(data)):][:dice.randrange(1, 40)]
        if not data:
            break
    if dice.random() < 0.7 and len(data) > 16:  # a sum that fits, so that what lies behind it is reached
        data[-16:] = verify.H(b'capsule', bytes(data[:-16]))[:16]
    return bytes(data)


def second(data):
    try:
        verify.open_capsule(data)
        return 'good'
    except Exception:  # whatever a stranger's bytes break, they are bad
        return 'bad'


def in_words(*args):
    """What it cannot check it says so in a line for each, and no word of Python's."""
    r = subprocess.run([sys.executable, verify.__file__, *args], capture_output=True, text=True)
    assert r.returncode == 1 and r.stderr == '', (args, r)
    lines = r.stdout.splitlines()
    assert len(lines) == len(args) and all(x.startswith('BAD: ' + a + ': ') for x, a in zip(lines, args)), (args, r)
    assert 'rror' not in r.stdout and 'rrno' not in r.stdout, (args, r)


def main(vectors, seed):
    with open(verify.__file__, encoding='utf-8') as f:
        assert len(f.readlines()) <= 300, 'verify.py is longer than anybody reads'
    with tempfile.TemporaryDirectory() as d:
        tar, strange = os.path.join(d, 'feed.tar'), os.path.join(d, 'strange.quire')
        with tarfile.open(tar, 'w') as t:
            t.add(__file__, 'feed/x')
        with open(strange, 'wb') as f:
            f.write(b'\xa1\x00')
        in_words(d, tar, strange, os.path.join(d, 'nowhere'), __file__)
    for wrong in ('-f', 'abc', 'x'), ('-c', 'nowhere', 'x'), ('-x',), ():
        r = subprocess.run([sys.executable, verify.__file__, *wrong], capture_output=True, text=True)
        assert r.returncode == 2 and 'usage: verify.py' in r.stderr and 'rror' not in r.stderr, (wrong, r)
    # Without what is installed beside it: a line that says what to install, and no verdict.
    r = subprocess.run([sys.executable, '-S', verify.__file__, 'x'], capture_output=True, text=True)
    assert r.returncode == 2 and r.stdout == '' and r.stderr.count('\n') == 1 and 'python3-cbor2' in r.stderr, r
    dice = random.Random(seed)
    lines = open(os.path.join(HERE, 'capsules.txt'), encoding='utf-8').read().splitlines()
    files = [bytes.fromhex(re.search(r'file=([0-9a-f]*)', x)[1]) for x in lines if ' newer= ' in x]
    good = [f for f in files if second(f) == 'good']
    assert len(good) >= 8, 'hardly a good one among the vectors'
    files += [mutate(dice, dice.choice(good)) for _ in range(1000)]
    files = [f for f in files if f]
    out = subprocess.run([vectors, '--verdicts'], input='\n'.join(f.hex() for f in files) + '\n', capture_output=True, text=True, check=True)
    ours = out.stdout.split()
    assert len(ours) == len(files)
    for f, a in zip(files, ours):
        b = second(f)
        assert a == b, f'quire says {a}, verify.py says {b}, seed {seed}: {f.hex()}'
    print(f'{len(files)} capsules, {ours.count("good")} of them good: the same verdicts, seed {seed}')


main(sys.argv[1], int(sys.argv[2]))
