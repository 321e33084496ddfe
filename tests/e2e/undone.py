#!/usr/bin/python3
"""Who stole the key takes the archive back; the key ends from there on. What was withdrawn counts again and is gone: the
newsroom goes on, says what is lacking and publishes it again; readers get all that is there; a mirror that never heard of it
gives the rest back, or the newsroom gives it up.
usage: undone.py BUILD"""
import os, random, shutil, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


MANY = 200, 200, 200, 200, 200, 2, 2  # articles of the issues; a volume has the first five


def need(ok, what):
    if not ok:
        raise Failed(what)


def article(w, i):
    words = random.Random(i)  # issues that do not lean on one another
    with open(w.path(f'{i}.md'), 'w', encoding='utf-8') as f:
        f.write(f'---\ntitle: {i}\nlang: en\n---\nWords of {i}.\n' + ''.join(f'{words.getrandbits(60):x} ' for _ in range(9)) + '\n')
    return w.path(f'{i}.md')


def problem(node):
    return ' '.join(x['message'] for x in node.ask('status') if x['what'] == 'problem')


def stolen(w):
    """A newsroom, a mirror and a node that sleeps since: the newsroom is to start with a key that is not stolen."""
    room, root = w.path('newsroom'), w.path('root')
    link = w.newsroom()
    os.rename(os.path.join(room, 'secret.key'), root)
    first, second = (w.run('key', 'make', w.path(k)).stdout.strip() for k in ('first', 'second'))
    w.run('charter', 'change', room, '--add', f'{first}:1', '--key', root)
    w.run('charter', 'accept', room)
    shutil.copy(w.path('first'), os.path.join(room, 'secret.key'))
    desk, mirror, asleep = w.chain(link, 3)
    for day in range(len(MANY)):
        desk.publish(*(article(w, f'{day}-{i}') for i in range(MANY[day])))
        desk.wait(lambda f: not f['binding'])
    asleep.wait(lambda f: f['head'] == 8 and f['packs_wanted'] == 0)
    asleep.stop()
    w.run('follow', link, home=w.path('early'))
    w.run('sync', mirror.invite(), home=w.path('early'))
    desk.publish(article(w, 'forged'))
    w.run('--control', desk.control, 'retract', '0-0.md')
    mirror.wait(lambda f: f['head'] == desk.feed()['head'] > 10 and f['packs_wanted'] == 0)
    w.run('follow', link)
    w.run('sync', mirror.invite())
    need(w.run('read', '0-1.md').returncode == 0, 'more was taken back than was said')

    desk.stop()
    w.run('charter', 'revoke', room, f'{first}:9', '--key', root)
    w.run('charter', 'accept', room)
    w.run('charter', 'change', room, '--add', f'{second}:9', '--key', root)
    w.run('charter', 'accept', room)
    shutil.copy(w.path('second'), os.path.join(room, 'secret.key'))
    desk.start()
    need('200 articles are not here' in problem(desk), problem(desk))
    said = desk.publish(article(w, '0-0'), article(w, '0-1')).stdout
    need('2 new' in said, said)
    mirror.stop()  # it dials anew at once
    mirror.start()
    return link, desk, mirror, asleep


def packs(folder):
    return {f for _, _, files in os.walk(os.path.join(folder, 'pack')) for f in files}


def given_back(build):
    with Newsworld(build) as w:
        link, desk, mirror, asleep = stolen(w)
        held = len(packs(os.path.join(desk.dir, 'state')))
        need(held == 14, f'{held} packs, where seven issues have heads and text: what died is still there')
        mirror.wait(lambda f: f['charter'] == 4 and f['head'] == 9 and f['packs_held'] == 14)
        w.run('sync', mirror.invite())
        w.run('follow', link, home=w.path('late'))
        w.run('sync', mirror.invite(), home=w.path('late'), ok=False)
        for home in w.path('reader'), w.path('late'):
            for i in '0-0', '0-1', '1-5', '2-1':
                need(f'Words of {i}.' in w.run('read', f'{i}.md', home=home).stdout, f'{i} did not come')

        # Who slept has all of it.
        asleep.start()
        desk.lines.append('peer ' + asleep.invite())
        desk.stop()
        desk.start()
        desk.wait(lambda f: f['packs_wanted'] == 0)
        mirror.wait(lambda f: f['packs_wanted'] == 0)
        desk.stop()
        desk.start()
        need('not here' not in problem(desk), problem(desk))
        w.run('sync', mirror.invite())
        for day in range(len(MANY)):
            for i in 0, 1, MANY[day] - 1:
                need(f'Words of {day}-{i}.' in w.run('read', f'{day}-{i}.md').stdout, f'{day}-{i} is lost')
        said = w.run('verify', w.path('reader')).stdout
        need('Good: Newsroom, 9 issues' in said, said)


def given_up(build):
    """Nobody gives it back: the newsroom goes on without, and all others do."""
    with Newsworld(build) as w:
        link, desk, mirror, asleep = stolen(w)
        retract = lambda *args: w.run('--control', desk.control, 'retract', *args, ok=False)
        mirror.wait(lambda f: f['charter'] == 4 and f['head'] == 9)
        said = w.run('--control', mirror.control, 'status').stdout
        need('still to come (no peer has ' in said, f'that nobody has them is not told: {said}')
        said = retract('--lost', '2')
        need(said.returncode == 1 and '200 articles of issue 1 are lost, and not 2.' in said.stderr, said.stderr)
        end = time.monotonic() + 30
        while (said := retract('--lost', '200', '--reason', 'A thief.')).returncode != 0 and time.monotonic() < end:
            time.sleep(.2)
        need('200 articles of issue 1: retracted' in said.stdout, said.stderr)
        need(retract('1-5.md').returncode == 0, 'nothing can be taken back')
        need(problem(desk) == '', problem(desk))
        desk.wait(lambda f: f['packs_wanted'] == 0 and not f['binding'])
        mirror.wait(lambda f: f['head'] == desk.feed()['head'] and f['packs_wanted'] == 0)
        for home in w.path('early'), w.path('reader'), w.path('late'):
            w.run('follow', link, home=home)
            w.run('sync', mirror.invite(), home=home)
            for i in '0-0', '0-1', '1-6', '2-1':
                need(f'Words of {i}.' in w.run('read', f'{i}.md', home=home).stdout, f'{i} did not come')
            for i in '0-2', '1-5':
                need('Words of' not in w.run('read', f'{i}.md', home=home, ok=False).stdout, f'{i} is still there')
            need('200 articles of issue 1' in w.run('list', '--limit', '0', home=home).stdout, 'readers are not told')
            need(packs(home) <= packs(os.path.join(desk.dir, 'state')), 'a reader keeps what is gone')
        asleep.start()
        asleep.wait(lambda f: f['head'] == desk.feed()['head'] and f['packs_wanted'] == 0)
        need(packs(os.path.join(asleep.dir, 'state')) == packs(os.path.join(desk.dir, 'state')), 'it slept, and has another archive')
        desk.stop()
        desk.start()
        need(problem(desk) == '', problem(desk))
        need('unchanged' in desk.publish(article(w, '0-1')).stdout, '0-1 is not what it was')
        need('1 new' in desk.publish(article(w, '0-2')).stdout, '0-2 cannot come back')


if __name__ == '__main__':
    try:
        given_back(sys.argv[1])
        given_up(sys.argv[1])
        print('what a thief took back is back, or given up')
    except Failed as e:
        sys.exit(f'failed: {e}')
