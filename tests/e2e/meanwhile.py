#!/usr/bin/python3
"""A tree is verified while a newsroom goes on in it: it is not said to be bad for what came between two reads, and one that is
bad is, whatever comes between.
usage: meanwhile.py BUILD PRELOADED"""
import glob, os, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def verify(w, preload, tree, at, command):
    env = dict(os.environ, LD_PRELOAD=os.path.abspath(preload), MEANWHILE_AT=at, MEANWHILE_RUN=command)
    return subprocess.run([w.quire, 'verify', tree], env=env, capture_output=True, text=True, timeout=60)


def states(w):
    """The tree of a newsroom as it was after each of three issues, of which the third needs a second charter."""
    kept = []
    w.newsroom()
    desk = w.node(f'publish {w.path("newsroom")}')
    for i in range(3):
        if i == 2:
            desk.stop()
            key = w.run('key', 'make', w.path('key')).stdout.strip()
            w.run('charter', 'change', w.path('newsroom'), '--add', f'{key}:9')
            w.run('charter', 'accept', w.path('newsroom'))
            desk.start()
        with open(w.path(f'{i}.txt'), 'w') as f:
            f.write(f'Title {i}\n\nText {i}.\n')
        desk.publish(w.path(f'{i}.txt'))
        kept.append(shutil.copytree(os.path.join(desk.dir, 'state'), w.path(f'after{i}')))
    desk.stop()
    return kept


def main(build, preload):
    with Newsworld(build) as w:
        kept, tree = states(w), w.path('tree')
        for before, at in (1, '/head'), (1, '/issues/1'), (0, '/head'), (0, '/charter/2'):
            shutil.rmtree(tree, ignore_errors=True)
            shutil.copytree(kept[before], tree)
            r = verify(w, preload, tree, at, f'cp -r {kept[2]}/. {tree}')
            need(r.returncode == 0 and '3 issues' in r.stdout, f'{at}, from {before}: {r.stdout}{r.stderr}')
        for at in '/head', '/issues/1':  # the head comes, and its header does not
            shutil.rmtree(tree, ignore_errors=True)
            shutil.copytree(kept[0], tree)
            head = glob.glob(f'{kept[1]}/feed/*/head')[0]
            r = verify(w, preload, tree, at, f'cp {head} {tree}{head[len(kept[1]):]}')
            need(r.returncode == 1 and 'ends early' in r.stderr, f'{at}: {r.stdout}{r.stderr}')


if __name__ == '__main__':
    main(*sys.argv[1:])
