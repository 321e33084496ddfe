#!/usr/bin/python3
"""A key is stolen: three roots, one of them minisign's, two of which end it; the newsroom goes on, and everybody follows.
usage: keys.py BUILD"""
import json, os, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def fails(w, status, word, *args):
    r = w.run(*args, ok=False)
    need(r.returncode == status and word in r.stderr, f'{args}: exit {r.returncode}: {r.stderr}')


def article(w, name, text):
    with open(w.path(name), 'w', encoding='utf-8') as f:
        f.write(f'---\ntitle: {name}\nlang: en\n---\n{text}\n')
    return w.path(name)


def main(build):
    with Newsworld(build) as w:
        room = w.path('newsroom')
        link = w.newsroom()

        # Three roots on three machines, one made by minisign; the online key only signs issues.
        root = [w.path(f'root{i}') for i in range(3)]
        pub = [w.run('key', 'make', r).stdout.strip() for r in root[:2]]
        fails(w, 1, 'already', 'key', 'make', root[0])
        if shutil.which('minisign'):
            subprocess.run(['minisign', '-G', '-W', '-p', root[2] + '.pub', '-s', root[2]], check=True, capture_output=True)
        else:
            w.run('key', 'make', root[2])
        pub.append(w.run('key', 'show', root[2] + '.pub').stdout.strip())
        online = w.run('key', 'show', room).stdout.strip()
        fails(w, 1, 'it is the secret one', 'charter', 'change', room, '--add-root', root[0])
        r = w.run('charter', 'change', room, *sum((['--add-root', p] for p in pub), []), '--remove-root', online, '--threshold', '2')
        need('+ root' in r.stdout and '- root' in r.stdout and 'More roots' in r.stderr, r.stdout + r.stderr)
        fails(w, 1, 'too few roots', 'charter', 'accept', room)
        new = os.path.join(room, 'charter.new')
        fails(w, 1, 'terminal', 'charter', 'sign', new, root[0], '--previous', room)
        w.run('key', 'make', w.path('stranger'))
        fails(w, 1, 'no root', 'charter', 'sign', '--yes', new, w.path('stranger'))
        w.run('charter', 'sign', '--yes', new, root[2])
        r = w.run('charter', 'sign', '--yes', new, root[0], '--previous', room)
        need('It counts' in r.stderr and '+ root' in r.stdout, r.stderr)
        fails(w, 1, 'signed it already', 'charter', 'sign', '--yes', new, root[0])
        w.run('charter', 'accept', room)
        fails(w, 1, 'does not follow', 'charter', 'accept', room, new)

        desk, mirror = w.chain(link, 2)
        for i in range(3):
            desk.publish(article(w, f'{i}.md', f'Words {i}.'))
        mirror.wait(lambda f: f['head'] == 3 and f['charter'] == 2 and f['packs_wanted'] == 0)
        w.run('follow', '-', input=link + '\n')
        w.run('sync', mirror.invite())
        fails(w, 1, 'no root', 'charter', 'change', room, '--name', 'Thief')
        w.run('export', '--capsule', '1.md', w.path('old.quire'))

        # The online key was stolen after issue 2: it signs nothing from 3 on, another one does.
        w.run('key', 'make', w.path('desk2'))
        fails(w, 1, 'RW', 'charter', 'change', room, '--revoke', online)
        fails(w, 1, 'does not hold', 'charter', 'change', room, '--pin', w.path('newsroom'), '--key', root[1])
        r = w.run('charter', 'change', room, '--revoke', online + ':3', '--key', root[1], '--output', w.path('unpinned'))
        need('up to 2 are not pinned' in r.stderr, r.stderr)
        r = w.run('charter', 'change', room, '--pin', os.path.join(desk.dir, 'state'),
              '--revoke', online + ':3', '--add', w.path('desk2.pub') + ':3', '--key', root[1])
        need('not pinned' not in r.stderr, r.stderr)
        w.run('charter', 'sign', '--yes', new, root[2], '--previous', room)
        w.run('charter', 'accept', room)
        shown = w.run('charter', 'show', room).stdout
        need('version 3' in shown and 'issues 1 to 2' in shown and 'from issue 3 on' in shown and 'pinned    issues 1 to 2' in shown, shown)
        desk.stop()
        desk.start()
        fails(w, 1, 'does not let', '--control', desk.control, 'publish', w.path('2.md'))
        need(any('does not let' in x.get('message', '') for x in desk.ask('status')), 'status says nothing of the key')
        desk.stop()
        shutil.copy(w.path('desk2'), os.path.join(room, 'secret.key'))
        desk.start()
        need(desk.feed()['head'] == 2, f'the dead issue lives: {desk.feed()}')

        # What it held is published again, and more; the mirror and the reader drop the dead issue and follow.
        desk.publish(w.path('2.md'), article(w, '3.md', 'Words 3.'))
        mirror.wait(lambda f: f['charter'] == 3 and f['head'] == 3 and f['packs_wanted'] == 0)
        w.run('sync', mirror.invite())
        need('Words 3.' in w.run('read', '3.md').stdout and 'Words 2.' in w.run('read', '2.md').stdout, 'the reader did not follow')
        head = [json.loads(x) for x in w.run('list', '--feeds', '--json').stdout.splitlines()][0]
        need(head['issue'] == 3, head)

        # The stolen key may still sign numbers 1 and 2: a capsule of these shows that it is in the pinned history, and one of before cannot.
        w.run('export', '--capsule', '1.md', w.path('now.quire'))
        r = w.run('verify', w.path('now.quire'))
        need('Good' in r.stdout and 'does not show' not in r.stderr, r.stdout + r.stderr)
        need('does not show' not in w.run('verify', w.path('old.quire')).stderr, 'more is known than the capsule has')
        r = w.run('verify', '--charter', room, w.path('old.quire'))
        need('Good' in r.stdout and 'does not show that issue 2' in r.stderr, r.stdout + r.stderr)

        # A reader whom only a stick reaches, and a machine that has lost its store, come to the same.
        tar = w.path('stick.tar')
        w.run('export', '--bundle', tar)
        w.run('follow', '-', input=link + '\n', home=w.path('far'))
        w.run('sync', tar, home=w.path('far'))
        need('Words 3.' in w.run('read', '3.md', home=w.path('far')).stdout, 'the stick did not bring it')
        desk.stop()
        shutil.rmtree(os.path.join(desk.dir, 'state'))
        desk.start()
        need(desk.feed()['charter'] == 3, 'the chain of charters was lost with the store')
        desk.stop()
        several_revoke(w, room, root)
        print('the thief is out')


def size(path):
    return os.path.getsize(path)


def several_revoke(w, room, root):
    """Two of three roots sign a revocation, then three, then four: it stays short, and is one file that goes round."""
    new, there, desk2 = os.path.join(room, 'charter.new'), w.path('revocation'), w.path('desk2.pub')
    w.run('charter', 'revoke', room, desk2 + ':9', '--key', root[0], '--output', there)
    need(size(there) == 123, size(there))
    fails(w, 1, 'too few roots', 'charter', 'accept', room, there)
    fails(w, 1, 'not beside it', 'charter', 'sign', '--yes', there, root[2])
    fails(w, 1, 'no root', 'charter', 'sign', '--yes', there, w.path('stranger'), '--previous', room)
    fails(w, 1, 'signed it already', 'charter', 'sign', '--yes', there, root[0], '--previous', room)
    r = w.run('charter', 'sign', '--yes', there, root[2], '--previous', room)
    need(size(there) == 187 and 'in 187 bytes: hand it on' in r.stderr and 'BEGIN QUIRE CHARTER' in r.stdout, r.stderr)
    need('issues 3 to 8' in r.stdout, r.stdout)

    # A full charter has minisign's form, and a revocation, which leaves that out, says so.
    body = w.path('body')
    w.run('verify', '--export', body, os.path.join(room, 'charter'))
    signed = sorted(x for x in os.listdir(os.path.dirname(body)) if x.startswith('body.') and x.endswith('.minisig'))
    need(len(signed) == 2, signed)
    if shutil.which('minisign'):
        good = [subprocess.run(['minisign', '-Vm', body, '-p', root[2] + '.pub', '-x', w.path(x)], capture_output=True).returncode for x in signed]
        need(sorted(good) == [0, 1], 'minisign knows not one of two signatures')
    os.remove(body)
    fails(w, 1, 'no form that minisign knows', 'verify', '--charter', room, '--export', body, there)
    need(not os.path.exists(body), 'what has no form was exported')

    # From outside the folder into force; then nothing overwrites one of the version that is next.
    w.run('charter', 'accept', room, there)
    need('version 4' in w.run('charter', 'show', room).stdout, 'it is not in force')
    w.run('charter', 'change', room, '--add-root', w.path('stranger.pub'), '--threshold', '4', '--key', root[0])
    fails(w, 1, 'is version 5 already', 'charter', 'revoke', room, desk2 + ':7', '--key', root[0])
    for key in root[1], root[2], w.path('stranger'):
        r = w.run('charter', 'sign', '--yes', new, key)  # the one before it lies beside it
        need('+ root' in r.stdout and ('It counts' in r.stderr) == (key == w.path('stranger')), r.stderr)
    w.run('charter', 'accept', room)
    w.run('charter', 'revoke', room, desk2 + ':7', '--key', root[0])
    for key, n in (root[1], 187), (root[2], 251), (w.path('stranger'), 316):
        r = w.run('charter', 'sign', '--yes', new, key)
        need(size(new) == n, size(new))
    need('in 316 bytes (more than' in r.stderr and 'BEGIN QUIRE CHARTER' in r.stdout, r.stderr)
    w.run('charter', 'accept', room)
    need('issues 3 to 6' in w.run('charter', 'show', room).stdout, 'it is not in force')

    # Who may not become a root is not signed first and refused last.
    others = root[1], root[2], w.path('stranger')
    w.run('charter', 'change', room, '--next-root', desk2, '--key', root[0])
    for key in others:
        w.run('charter', 'sign', '--yes', new, key)
    w.run('charter', 'accept', room)
    os.remove(new)
    fails(w, 1, 'never count', 'charter', 'change', room, '--add-root', w.path('newsroom', 'public.key'), '--key', root[0])
    need(not os.path.exists(new), 'a charter that cannot count was written')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
