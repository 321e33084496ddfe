#!/usr/bin/python3
"""A disk that is full: nothing more is taken in, all that is there is served, both say so, and both go on when there is room.
Runs in a mount namespace of its own.
usage: disk.py BUILD"""
import os, random, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

BALLAST = 4 << 20
ROOM = 600 << 10  # of about 1.3 MB that are published


def need(ok, what):
    if not ok:
        raise Failed(what)


def small_disk(path, reserve):
    """Room for half of it, beside what a program leaves free, until the ballast goes."""
    os.makedirs(path)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={reserve + ROOM + BALLAST}', 'none', path], check=True)
    ballast = os.path.join(path, 'ballast')
    with open(ballast, 'wb') as f:
        f.write(bytes(BALLAST))
    return ballast


def articles(w, first, count):
    """Words that hardly compress: about 60 kB each."""
    out = []
    for i in range(first, first + count):
        words = random.Random(i)
        path = w.path('docs', f'{i}.txt')
        with open(path, 'w') as f:
            f.write(f'title: Article {i}\n\n' + ' '.join('%x' % words.getrandbits(60) for _ in range(4000)) + '\n')
        out.append(path)
    return out


def problems(node):
    return [x for x in node.ask('status') if x['what'] == 'problem']


def titles(w, home):
    return w.run('list', '--json', home=home).stdout.count('"title"')


def main(build):
    with Newsworld(build) as w:
        os.makedirs(w.path('docs'))
        link = w.newsroom()
        one = w.node('publish ' + w.path('newsroom'))
        for k in range(0, 40, 5):
            one.publish(*articles(w, k, 5))
        ballast = small_disk(w.path('small'), 1 << 20)
        two = w.node('peer ' + one.invite(), 'follow ' + link, name='small')
        two.wait(lambda f: f['head'] == 8, what='the headers')
        two.wait(lambda f: problems(two), what='a word about the full disk')
        need('full' in str(problems(two)).lower(), f'the problem is {problems(two)}')
        need('full' in open(two.log).read(), 'the log says nothing of it')
        two.wait(lambda f: f['packs_wanted'] > 0 and f['packs_held'] > 0, what='some packs held and some not, while it is full')

        said = w.run('--control', two.control, 'status').stdout
        need('no room: the disk is full' in said and 'still to come, NO ROOM FOR THE REST' in said, said)
        one.publish(*articles(w, 40, 1))
        two.wait(lambda f: f['shown'] == 9 and f['head'] == 8, what='word of an issue for which there is no room')
        need('issue 8 of 9, ' in w.run('--control', two.control, 'status').stdout, 'what is not taken in is not told')

        # It serves what it has, meanwhile.
        w.run('follow', '-', input=link + '\n')
        r = w.run('sync', two.invite())
        need(titles(w, None) > 0 and 'not to be had' in r.stderr, f'a full mirror serves {titles(w, None)}: {r.stderr}')
        os.unlink(ballast)
        two.wait(lambda f: f['packs_wanted'] == 0, 90, 'the rest, with room again')
        need(not problems(two), f'still: {problems(two)}')
        w.run('sync', two.invite())
        need(titles(w, None) == 41, f'{titles(w, None)} articles')

        # A reader with a full disk keeps what came, and goes on later.
        home = w.path('tiny', 'home')
        ballast = small_disk(w.path('tiny'), 4 << 20)
        w.run('follow', '-', input=link + '\n', home=home)
        r = w.run('sync', one.invite(), ok=False, home=home)
        need(r.returncode == 1 and 'disk is full' in r.stderr and r.stderr.count('\n') == 1, f'{r.returncode}: {r.stderr}')
        os.unlink(ballast)
        w.run('sync', one.invite(), home=home)
        need(titles(w, home) == 41, f'{titles(w, home)} articles after the disk was full')
        need(one.stop() == 0 and two.stop() == 0, 'a clean end')
        for disk in ('small', 'tiny'):
            subprocess.run(['umount', w.path(disk)], check=True)
    return 0


if __name__ == '__main__':
    if os.environ.get('QUIRE_OWN_MOUNTS') is None:
        if subprocess.run(['unshare', '-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], capture_output=True).returncode != 0:
            print('SKIP disk: this machine lets nobody mount a disk of his own (unshare -rm)')
            sys.exit(77)
        os.execvpe('unshare', ['unshare', '-rm', sys.executable, *sys.argv], dict(os.environ, QUIRE_OWN_MOUNTS='1'))
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'disk: {e}', file=sys.stderr)
        sys.exit(1)
