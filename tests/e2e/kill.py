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
        missing = [f for f in (os.path.join(w.path('docs'), x) for x in said)]
        r = nodes[0].publish('--json', *missing)
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
