#!/usr/bin/python3
"""What bases are worth: bytes of the issues of a feed whose FOLDERs take turns, SIZE articles an issue, ROUNDS each.
Run it with two builds to compare them.
usage: bases.py BUILD ROUNDS SIZE FOLDER..."""
import glob, json, os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from news import Newsworld


def main(build, rounds, size, *folders):
    size = int(size)
    files = [sorted(glob.glob(os.path.join(f, '*.*'))) for f in folders]
    sums = [0] * len(folders)
    with Newsworld(build) as w:
        w.newsroom('Bases', lang='und')
        desk = w.node('publish ' + w.path('newsroom'))
        for n in range(int(rounds)):
            for k in range(len(folders)):
                some = files[k][n * size:(n + 1) * size]
                out = w.run('--control', desk.control, '--json', 'publish', *some, ok=False).stdout
                sums[k] += sum(i['bytes'] for i in map(json.loads, out.splitlines()) if i['what'] == 'issue')
    for f, s in zip(folders, sums):
        print(f'{s:>9,} {f}')
    print(f'{sum(sums):>9,} in all')


if __name__ == '__main__':
    main(*sys.argv[1:])
