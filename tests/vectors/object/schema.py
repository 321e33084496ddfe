#!/usr/bin/python3
"""proto/quire.cddl says of every vector that is good that it is, and of some that are not.
usage: schema.py TOP"""
import collections, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, '../../lib'))
try:
    import cbor2, schema
except ImportError as e:
    print(f'skipped: {e}')
    sys.exit(77)

# Which field of a vector is what; of several files the last one is judged.
FIELDS = {'heads': ('head', 'head'), 'capsules': ('file', 'capsule'), 'editions': ('file', 'edition'), 'headers': ('header', 'header-file'),
          'charters': ('files', 'charter-file')}


def judge(cddl, rule, data):
    try:
        return cddl.fits(rule, cbor2.loads(data))
    except (cbor2.CBORDecodeError, ValueError, TypeError) as e:
        return f'no CBOR: {e}'


def main(top):
    with open(os.path.join(top, 'proto', 'quire.cddl'), encoding='utf-8') as f:
        cddl = schema.Schema(f.read())
    failed, said = 0, collections.Counter()
    for name, (field, rule) in FIELDS.items():
        with open(os.path.join(HERE, name + '.txt'), encoding='utf-8') as f:
            for line in f:
                vector = dict(re.findall(r'(\w+)=(.*?)(?= \w+=|$)', line.rstrip('\n')))
                why = judge(cddl, rule, bytes.fromhex(vector[field].split(',')[-1]))
                good = vector['verdict'] == '0'
                said[good, why is None] += 1
                if good and why:
                    failed += 1
                    print(f'{name}: {vector["name"]}: {why}')
    print(f'good: {said[True, True]}, of the bad {said[False, False]} are refused; the rest breaks what a schema cannot say: {said[False, True]}')
    return failed > 0 or said[True, True] < 80 or said[False, False] < 100


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
