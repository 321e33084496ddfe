#!/usr/bin/python3
"""How much memory quired takes that publishes, and one that mirrors, with many articles and idle links; and a reader's sync.

usage: memory.py BUILD [ARTICLES]      100,000 short ones in issues of 20, if not told otherwise
"""
import os, random, subprocess, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from news import Failed, Newsworld

EACH = 20
LINKS = 20  # as many as may come in


def peak(pid):
    """MiB now, and at most since it began."""
    with open(f'/proc/{pid}/status') as f:
        found = {l.split(':')[0]: int(l.split()[1]) / 1024 for l in f if l.startswith(('VmHWM', 'VmRSS'))}
    return found.get('VmRSS', 0), found.get('VmHWM', 0)


def memory(node):
    now, most = peak(node.proc.pid)
    return f'{now:.1f} MiB, {most:.1f} at most'


def sync(w, invite):
    """The most that it took, in MiB, looked at often: what wait4() tells has this program's own in it."""
    p = subprocess.Popen([w.quire, 'sync', '--quiet', invite], env=dict(os.environ, QUIRE_HOME=w.path('reader')))
    most = 0
    while p.poll() is None:
        with open(f'/proc/{p.pid}/comm') as f:
            most = max(most, peak(p.pid)[1]) if f.read() == 'quire\n' else most
        time.sleep(0.0002)
    if p.returncode != 0:
        raise Failed(f'quire sync: exit {p.returncode}')
    return most


def write_feed(path, first, words, g):
    with open(path, 'w') as f:
        f.write('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Many</title>')
        for i in range(first, first + EACH):
            f.write(f'<entry><id>urn:x:{i}</id><title>{g.choice(words)} {i}</title><updated>2026-01-01T00:00:00Z</updated>'
                    f'<content type="html">&lt;p&gt;{" ".join(g.choices(words, k=60))}</content></entry>')
        f.write('</feed>')


def main(build, n='100000'):
    g = random.Random(1)
    words = [''.join(g.choices('abcdefghijklmnop', k=g.randrange(2, 9))) for _ in range(5000)]
    with Newsworld(build) as w:
        link = w.newsroom()
        desk = w.node('publish ' + w.path('newsroom'))
        began = time.monotonic()
        for i in range(0, int(n), EACH):
            write_feed(w.path('many.atom'), i, words, g)
            desk.publish(w.path('many.atom'))
        desk.wait(lambda f: not f['binding'], seconds=3600)
        print(f'{n} articles in {desk.feed()["head"]} issues published in {time.monotonic() - began:.0f} s; the desk: {memory(desk)}', flush=True)
        w.run('follow', link)
        print(f'a reader: {sync(w, desk.invite()):.1f} MiB at most; with nothing new {sync(w, desk.invite()):.1f}', flush=True)
        mirror = w.node('peer ' + desk.invite(), 'follow ' + link)
        began = time.monotonic()
        mirror.wait(lambda f: f['head'] > 0 and f['packs_wanted'] == 0, seconds=3600)
        print(f'mirrored in {time.monotonic() - began:.0f} s: {memory(mirror)}', flush=True)
        mirror.stop()
        mirror.start()
        print(f'started anew: {memory(mirror)}', flush=True)
        for _ in range(LINKS):
            w.node('peer ' + mirror.invite())
        while sum(x['link'] > 0 for x in mirror.ask('peers')) < LINKS:
            time.sleep(0.5)
        time.sleep(5)
        print(f'.. with {LINKS} links that are idle: {memory(mirror)}', flush=True)
        return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
