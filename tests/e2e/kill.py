#!/usr/bin/python3
"""kill -9 at random times of quired (publishing, mirroring) and of quire sync: nothing acknowledged is
lost, nothing half-written is served, and the next start needs no repair.
usage: kill.py BUILD [KILLS [SEED]]"""
import json, os, random, signal, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def article(w, n):
    path = w.path('docs', f'{n:04d}.md')
    with open(path, 'w') as f:
        f.write(f'---\ntitle: Article {n}\nlang: en\ndate: 2026-01-01\n---\n' + f'The words of article {n}. ' * 60)
    return path


def check_taken_back(w, home, source, when):
    """After one sync a reader yields nothing of what was taken back, and all else."""
    w.run('sync', '--quiet', source, home=home)
    pages = w.path(f'pages-{os.path.basename(home)}-{when}')
    w.run('unpack', '--quiet', pages, home=home)
    text = b''.join(open(os.path.join(at, x), 'rb').read() for at, _, xs in os.walk(pages) for x in xs)
    if b'words of article 10007' in text or b'A mistake.' not in text or b'words of article 10008' not in text:
        raise Failed(f'{home} has what was taken back, {when}')
    found = [bool(w.run('search', f'"words of article {n}"', home=home, ok=False).stdout) for n in (10007, 10008)]
    if found != [False, True]:
        raise Failed(f'{home} finds what was taken back, or not what is there, {when}: {found}')


def taken_back(w, node, link):
    """A retraction that was told of goes on after a kill, until no volume has the text; and meanwhile nobody reads it there."""
    invite = node.invite()
    readers = [w.path('reader'), w.path('late')]
    w.run('follow', link, home=readers[1])
    for k in range(2):
        node.publish('--quiet', *(article(w, 10000 + i) for i in range(510 * k, 510 * (k + 1))))
    node.wait(lambda f: not f['binding'], 60, 'a volume')
    w.run('sync', '--quiet', invite)
    p = subprocess.Popen([w.quire, '--control', node.control, 'retract', '--reason', 'A mistake.', '10007.md'], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    if not p.stdout.readline().startswith('issue '):
        raise Failed(f'a retraction: {p.communicate()}')
    node.kill()
    err = p.communicate()[1]
    if p.returncode != 0 and 'when quired runs, it makes the rest anew' not in err:  # 0: the volume was faster
        raise Failed(f'quired was killed, and retract says {p.returncode}, {err}')
    for home in readers:  # one has the volume, and one has nothing
        check_taken_back(w, home, os.path.join(node.dir, 'state'), 'before the volume')
    node.start()
    node.wait(lambda f: f.get('renewing', 0) == 0 and not f.get('renewing_search') and not f['binding'], 60, 'the volume anew')
    said = w.run('--control', node.control, 'retract', '10007.md', ok=False)
    if 'retracted already' not in said.stderr:
        raise Failed(f'a retraction that was told of is lost: {said.stdout} {said.stderr}')
    for home in readers:
        check_taken_back(w, home, invite, 'in the end')


def main(build, kills, seed):
    dice = random.Random(seed)
    with Newsworld(build) as w:
        os.mkdir(w.path('docs'))
        link = w.newsroom()
        nodes = w.chain(link, 2)
        w.run('follow', link)
        invite = nodes[1].invite()
        said = set()  # titles that "publish" said are published
        n = rounds = 0
        counted = {'publisher': 0, 'mirror': 0, 'sync': 0}
        while sum(counted.values()) < kills:
            rounds += 1
            what = dice.choice(sorted(counted))
            files = []
            for _ in range(dice.randint(1, 6)):
                n += 1
                files.append(article(w, n))
            delay = dice.random() ** 2 * 0.25
            if what == 'sync':
                nodes[0].publish('--quiet', *files)
                said |= {os.path.basename(f) for f in files}
                p = subprocess.Popen([w.quire, 'sync', '--quiet', invite], env=dict(os.environ, QUIRE_HOME=w.path('reader')),
                                     stderr=subprocess.DEVNULL)
                time.sleep(delay)
                p.send_signal(signal.SIGKILL)
                p.wait()
            else:
                victim = nodes[0] if what == 'publisher' else nodes[1]
                p = subprocess.Popen([w.quire, '--control', nodes[0].control, 'publish', '--json', *files],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                time.sleep(delay)
                victim.kill()
                out, _ = p.communicate(timeout=60)
                if p.returncode == 0:
                    said |= {os.path.basename(f) for f in files}
                victim.start()
            counted[what] += 1
        # Everything that was acknowledged is here, and reaches the reader.
        if not said:
            raise Failed(f'nothing was acknowledged, seed {seed}: more kills')
        r = nodes[0].publish('--json', *(os.path.join(w.path('docs'), x) for x in said))
        again = [json.loads(x) for x in r.stdout.splitlines()]
        lost = [x['file'] for x in again if x['what'] == 'document' and x['outcome'] != 'unchanged']
        if lost:
            raise Failed(f'acknowledged and lost: {lost[:5]} of {len(said)}, seed {seed}')
        head = nodes[0].feed()['head']
        nodes[1].wait(lambda f: f['head'] >= head and f['packs_wanted'] == 0, 60, 'everything')
        w.run('sync', '--quiet', invite)
        w.run('verify', w.path('reader'))
        names = {json.loads(x)['name'] for x in w.run('list', '--json').stdout.splitlines()}
        if not said <= names:
            raise Failed(f'published and not read: {sorted(said - names)[:5]}, seed {seed}')
        taken_back(w, nodes[0], link)
        for node in nodes:
            if node.stop() != 0:
                raise Failed(f'{node.name} did not end cleanly')
            w.run('verify', '--quiet', os.path.join(node.dir, 'state'))
        print(f'{sum(counted.values())} kills {counted}, {len(said)} articles acknowledged, none lost, seed {seed}')


if __name__ == '__main__':
    try:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200,
             int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32))
    except Failed as e:
        sys.exit(f'failed: {e}')
