#!/usr/bin/python3
"""A newsroom's quired and a reader's sync, killed at each call that writes, without power from there on, or out of room: nothing acknowledged
is lost, no number is signed twice, what was taken back stays so, and nothing is left that nobody asks for.
usage: points.py BUILD PRELOADED [STEP [SEED]]"""
import glob, json, os, random, re, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld, Node


def need(ok, what):
    if not ok:
        raise Failed(what)


class Pointed(Node):
    """A node that can be started with what is to befall it."""
    env = {}

    def start(self):
        kept = dict(os.environ)
        os.environ.update(self.env)
        try:
            super().start()
        finally:
            os.environ.clear()
            os.environ.update(kept)


def article(w, name, words):
    path = w.path('docs', name)
    with open(path, 'w') as f:
        f.write(f'title: {name}\n\n' + words + '\n')
    return path


class Points:
    def __init__(self, w, preload, step, dice):
        self.w, self.preload, self.step, self.dice = w, preload, step, dice
        self.arm = w.path('arm')
        self.undo = w.path('node1', 'state', 'undo')  # quired may write nowhere else

    def env(self, n, how):
        os.makedirs(self.undo, exist_ok=True)
        more = {'full': dict(POINTS_FULL='1'), 'dark': dict(POINTS_UNDO=self.undo)}
        return dict(LD_PRELOAD=self.preload, POINTS_AT=str(n), POINTS_ARM=self.arm, **more.get(how, {}))

    def go_dark(self):
        """Undo the last of the changes of names that no sync made sure of: a journal keeps those before."""
        path = os.path.join(self.undo, 'changes')
        if not os.path.exists(path):
            return
        with open(path) as f:
            changes = [line.rstrip('\n').split(' ', 1) for line in f]
        for kept, name in reversed(changes[self.dice.choice((0, self.dice.randint(0, len(changes)))):]):
            if os.path.exists(name):
                os.remove(name)
            if kept != '0':
                os.link(os.path.join(self.undo, kept), name)

    def walk(self, one, *hows):
        """Call one(n, how), which says whether it went through, for each point until it does."""
        for how in hows:
            n = self.dice.randint(1, self.step)
            while not one(n, how):
                n += self.step
                need(n < 1000, 'it never goes through')


def restore(w, *names):
    for name in names:
        shutil.rmtree(w.path(name), ignore_errors=True)
        shutil.copytree(w.path('kept', name), w.path(name))


def check_tree(w, state, where):
    """It is good, and no pack is on the disk that no header lets count: it would stay for ever."""
    said = w.run('verify', state).stdout
    named = int(re.search(r'([0-9]+) packs?', said)[1])
    there = len(glob.glob(os.path.join(state, 'pack', '*', '*')))
    need(there == named, f'{where}: {there} packs are there, and {named} count')


def desk(points, op):
    """|op| by a newsroom's quired: again after the restart, then one more issue, and a reader who saw both sides of it."""
    w = points.w
    node = w.nodes[0]

    def one(n, how):
        full = how == 'full'
        restore(w, 'node1', 'newsroom')
        if os.path.exists(points.arm):
            os.remove(points.arm)
        node.env = points.env(n, how)
        node.start()
        open(points.arm, 'w').close()
        first = op(w, node)
        os.remove(points.arm)
        where = f'{op.__name__}, point {n}, {how}'
        over = first.returncode == 0
        home, state = w.path('reader'), os.path.join(node.dir, 'state')
        shutil.rmtree(home, ignore_errors=True)
        w.run('follow', w.link, home=home)
        r = w.run('sync', state, home=home, ok=False)
        need(r.returncode == 0, f'{where}: what is there does not fit together: {r.stderr}')
        if not full:
            node.kill()
            points.go_dark()
            node.env = {}
            node.start()
        second = op(w, node)
        need(second.returncode == 0 or 'already' in second.stderr, f'{where}: again: {second.stderr}')
        if over and op is publish:
            need('0 new, 0 corrected, 2 unchanged' in second.stdout, f'{where}: acknowledged and lost: {second.stdout}')
        node.publish('--quiet', article(w, 'after.txt', 'Afterwards.'))
        r = w.run('sync', state, home=home, ok=False)
        need(r.returncode == 0, f'{where}: who saw it before is led astray: {r.stderr}')
        if op is retract:
            need('secret' not in w.run('search', 'SECRETWORD', home=home, ok=False).stdout, f'{where}: what was taken back is there')
        need(node.stop() == 0, f'{where}: it ends badly')
        check_tree(w, state, where)
        left = [x for x in os.listdir(state) if x.startswith('staged') or '.tmp' in x]
        need(not left, f'{where}: {left} is left')
        return over
    points.walk(one, 'killed', 'dark', 'full')


def publish(w, node):
    return w.run('--control', node.control, 'publish', article(w, 'new.txt', 'New. ' * 300), article(w, '3.txt', 'Mended. ' * 300), ok=False)


def retract(w, node):
    return w.run('--control', node.control, 'retract', 'secret.txt', ok=False)


def reader(points, source):
    """A reader's sync that brings a revocation and what was published since."""
    w = points.w

    def one(n, how):
        home = w.path('home')
        restore(w, 'home')
        open(points.arm, 'w').close()
        r = subprocess.run([w.quire, 'sync', source], env=dict(os.environ, QUIRE_HOME=home, **points.env(n, how)), capture_output=True)
        os.remove(points.arm)
        points.go_dark()
        where = f'sync, point {n}, {how}'
        w.run('sync', source, home=home)
        names = sorted(json.loads(x)['title'] for x in w.run('list', '--json', '--limit', '0', home=home).stdout.splitlines())
        need(names == ['0.txt', '1.txt', '2.txt', 'last.txt'], f'{where}: it lists {names}')
        check_tree(w, home, where)
        return r.returncode == 0
    points.walk(one, 'killed', 'dark', 'full')


def main(build, preload, step, seed):
    with Newsworld(build) as w:
        points = Points(w, os.path.abspath(preload), step, random.Random(seed))
        os.mkdir(w.path('docs'))
        w.link = w.newsroom()
        node = Pointed(w, 'node1', ['publish ' + w.path('newsroom')])
        w.nodes.append(node)
        node.start()
        for i in range(3):
            node.publish('--quiet', article(w, f'{i}.txt', f'Words of {i}. ' * 80))
        node.publish('--quiet', article(w, 'secret.txt', 'SECRETWORD. ' + 'Words of 2. ' * 80))
        node.publish('--quiet', article(w, '3.txt', 'Words of 3, words of 2. ' * 80))
        need(node.stop() == 0, 'it ends badly')
        w.run('follow', w.link, home=w.path('home'))
        w.run('sync', os.path.join(node.dir, 'state'), home=w.path('home'))
        for name in ('node1', 'newsroom', 'home'):
            shutil.copytree(w.path(name), w.path('kept', name), ignore=shutil.ignore_patterns('control'))
        desk(points, publish)
        desk(points, retract)

        # The key ends from issue 4 on, and another one goes on.
        restore(w, 'node1', 'newsroom')
        room, root = w.path('newsroom'), w.path('root')
        key = w.run('key', 'show', room).stdout.strip()
        shutil.copy(os.path.join(room, 'secret.key'), root)
        w.run('key', 'make', w.path('next'))
        w.run('charter', 'change', room, '--add', w.path('next.pub') + ':1', '--key', root)
        w.run('charter', 'accept', room)
        w.run('charter', 'revoke', room, key + ':4', '--key', root)
        w.run('charter', 'accept', room)
        shutil.copy(w.path('next'), os.path.join(room, 'secret.key'))
        node.env = {}
        node.start()
        node.publish('--quiet', article(w, 'last.txt', 'The last words.'))
        need(node.stop() == 0, 'it ends badly')
        reader(points, os.path.join(node.dir, 'state'))
    return 0


if __name__ == '__main__':
    chosen = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 4, chosen))
    except Failed as e:
        sys.exit(f'points: {e}, seed {chosen}')
