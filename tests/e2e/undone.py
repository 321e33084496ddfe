#!/usr/bin/python3
"""Who stole the key takes the archive back; the key ends from there on. What was withdrawn counts again and is gone: the
newsroom goes on, says what is lacking and publishes it again; readers get all that is there; a mirror that never heard of it
gives the rest back.
usage: undone.py BUILD"""
import os, random, shutil, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


MANY = 130, 130, 2  # articles of three issues; a volume has the first two


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


def main(build):
    with Newsworld(build) as w:
        room, root = w.path('newsroom'), w.path('root')
        link = w.newsroom()
        os.rename(os.path.join(room, 'secret.key'), root)
        first, second = (w.run('key', 'make', w.path(k)).stdout.strip() for k in ('first', 'second'))
        w.run('charter', 'change', room, '--add', f'{first}:1', '--key', root)
        w.run('charter', 'accept', room)
        shutil.copy(w.path('first'), os.path.join(room, 'secret.key'))
        desk, mirror, asleep = w.chain(link, 3)
        for day in range(3):
            desk.publish(*(article(w, f'{day}-{i}') for i in range(MANY[day])))
            desk.wait(lambda f: not f['binding'])
        asleep.wait(lambda f: f['head'] == 4 and f['packs_wanted'] == 0)
        asleep.stop()
        desk.publish(article(w, 'forged'))
        w.run('--control', desk.control, 'retract', '0-0.md')
        mirror.wait(lambda f: f['head'] == desk.feed()['head'] > 6 and f['packs_wanted'] == 0)
        w.run('follow', link)
        w.run('sync', mirror.invite())
        need(w.run('read', '0-1.md').returncode == 0, 'more was taken back than was said')

        desk.stop()
        w.run('charter', 'revoke', room, f'{first}:5', '--key', root)
        w.run('charter', 'accept', room)
        w.run('charter', 'change', room, '--add', f'{second}:5', '--key', root)
        w.run('charter', 'accept', room)
        shutil.copy(w.path('second'), os.path.join(room, 'secret.key'))
        desk.start()
        need('not here' in problem(desk), problem(desk))
        packs = sum(len(f) for _, _, f in os.walk(os.path.join(desk.dir, 'state', 'pack')))
        need(packs == 4, f'{packs} packs, where two issues have heads and text: what died is still there')
        said = desk.publish(article(w, '0-0'), article(w, '0-1')).stdout
        need('2 new' in said, said)
        mirror.stop()  # it dials anew at once
        mirror.start()
        mirror.wait(lambda f: f['charter'] == 4 and f['head'] == 5 and f['packs_held'] == 6)
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
        for day in range(3):
            for i in 0, 1, MANY[day] - 1:
                need(f'Words of {day}-{i}.' in w.run('read', f'{day}-{i}.md').stdout, f'{day}-{i} is lost')
        need('Good: Newsroom, 5 issues' in w.run('verify', w.path('reader')).stdout, 'the tree is not good')
        print('what a thief took back is back')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
