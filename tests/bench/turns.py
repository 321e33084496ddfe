#!/usr/bin/python3
"""The longest turns of quired's loop: of a newsroom's that publishes real articles, and of a mirror's that catches up with all
of them while readers ask it for things.

usage: turns.py BUILD CORPUS.SH [ARTICLES]
"""
import csv, os, subprocess, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from news import Newsworld

PER_ISSUE = 20


def articles(corpus_sh):
    root = os.path.join(subprocess.run([corpus_sh, 'pack'], stdout=subprocess.PIPE, text=True, check=True).stdout.strip(), 'articles')
    with open(os.path.join(root, 'articles.tsv'), encoding='utf-8') as f:
        rows = list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    here = [os.path.join(root, r['path']) for r in rows]
    return [f if os.path.exists(f) else os.path.join(os.path.dirname(root), r['path']) for f, r in zip(here, rows)]


def measured(node, shim, out):
    """|node| starts anew with its turns measured; call the result when it has ended."""
    node.stop()
    os.environ.update(LD_PRELOAD=shim, QUIRE_TURNS=out)
    node.start()
    del os.environ['LD_PRELOAD'], os.environ['QUIRE_TURNS']

    def show(what):
        node.stop()
        with open(out) as f:
            print(what + ':', f.read().replace('\n', '\n    ').rstrip(), flush=True)
    return show


def main(build, corpus_sh, limit='6797'):
    shim = os.path.join(build, 'tests', 'bench', 'libturns.so')
    files = articles(corpus_sh)[:int(limit)]
    with Newsworld(build) as w:
        link = w.newsroom()
        desk = w.node('publish ' + w.path('newsroom'))
        show = measured(desk, shim, w.path('turns1'))
        for i in range(0, len(files), PER_ISSUE):
            desk.publish(*files[i:i + PER_ISSUE], ok=False)
        desk.wait(lambda f: not f['binding'], seconds=3600)
        show('a newsroom publishes')
        desk.start()
        mirror = w.node('follow ' + link, 'mirrors no', name='mirror')
        show = measured(mirror, shim, w.path('turns2'))
        invite = mirror.invite()
        w.run('follow', link)
        done = threading.Event()

        def read():
            while not done.is_set():
                w.run('sync', invite, ok=False)
                mirror.ask('status')
        reader = threading.Thread(target=read)
        began = time.monotonic()
        reader.start()
        mirror.ask('peers', 'add', desk.invite())
        mirror.wait(lambda f: f['head'] > 0 and f['packs_wanted'] == 0, seconds=3600)
        print(f'caught up in {time.monotonic() - began:.1f} s', flush=True)
        done.set()
        reader.join()
        show('a mirror catches up')


if __name__ == '__main__':
    main(*sys.argv[1:])
