#!/usr/bin/python3
"""The desk's key is stolen and ended by a revocation of 123 bytes, which goes by link, by stick and by chat; then the
root is stolen, too, and signs a charter against the newsroom's: everybody knows, and nobody is led.
usage: revoke.py BUILD"""
import glob, json, os, shutil, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def fails(w, word, *args, **how):
    r = w.run(*args, ok=False, **how)
    need(r.returncode == 1 and word in r.stderr, f'{args}: exit {r.returncode}: {r.stderr}')


def article(w, name, text):
    with open(w.path(name), 'w', encoding='utf-8') as f:
        f.write(f'---\ntitle: {name}\nlang: en\n---\n{text}\n')
    return w.path(name)


def key(w, node, room, name):
    """From now on `name` signs what the node publishes."""
    node.stop()
    shutil.copy(w.path(name), os.path.join(room, 'secret.key'))
    node.start()


def main(build):
    with Newsworld(build) as w:
        room, root = w.path('newsroom'), w.path('root')
        link = w.newsroom()
        os.rename(os.path.join(room, 'secret.key'), root)
        desk_key = w.run('key', 'make', w.path('desk')).stdout.strip()
        w.run('charter', 'change', room, '--add', f'{desk_key}:1', '--key', root)
        w.run('charter', 'accept', room)
        shutil.copy(w.path('desk'), os.path.join(room, 'secret.key'))
        desk, mirror = w.chain(link, 2)
        for i in range(3):
            desk.publish(article(w, f'{i}.md', f'Words {i}.'))
        mirror.wait(lambda f: f['head'] == 3 and f['charter'] == 2 and f['packs_wanted'] == 0)

        # Who has the desk's key publishes; a mirror and a reader believe it.
        shutil.copytree(room, w.path('stolen'))
        thief = w.node('publish ' + w.path('stolen'), 'peer ' + mirror.invite())
        thief.stop()
        desk.stop()
        shutil.rmtree(os.path.join(thief.dir, 'state'))
        shutil.copytree(os.path.join(desk.dir, 'state'), os.path.join(thief.dir, 'state'))
        thief.start()
        thief.publish(article(w, 'forged.md', 'Forged words.'))
        mirror.wait(lambda f: f['head'] == 4 and f['packs_wanted'] == 0)
        for home in None, w.path('offline'):
            w.run('follow', '-', input=link + '\n', home=home)
            w.run('sync', mirror.invite(), home=home)
            need('Forged words.' in w.run('read', 'forged.md', home=home).stdout, 'the forgery did not spread')
        forged, good = w.path('forged.quire'), w.path('good.quire')
        w.run('export', '--capsule', 'forged.md', forged)
        w.run('export', '--capsule', '2.md', good)

        # The newsroom ends the key.
        r = w.run('charter', 'revoke', room, f'{desk_key}:4', '--key', root, '--output', w.path('unpinned'))
        need('up to 3 are not pinned' in r.stderr, r.stderr)
        need(os.path.getsize(w.path('unpinned')) == 123 and 'in 123 bytes:' in r.stderr, r.stderr)
        r = w.run('charter', 'revoke', room, f'{desk_key}:4', '--key', root, '--pin', os.path.join(desk.dir, 'state'))
        new, chat = os.path.join(room, 'charter.new'), w.path('chat.txt')
        need(os.path.getsize(new) == 160 and 'issues 1 to 3' in r.stdout and 'not pinned' not in r.stderr, r.stdout + r.stderr)
        text = 'Look what came:\n> ' + r.stdout[r.stdout.index('-----BEGIN'):].replace('\n', '  \n')
        with open(chat, 'w', encoding='utf-8') as f:
            f.write(text.replace('> ', '', 1) + 'Pass it on!\n')

        # By chat: it is checked, and takes effect alone. A capsule of the thief's is found out with it.
        fails(w, 'charters before it are not here', 'verify', chat)
        home = w.path('offline')
        said = w.run('verify', '--charter', home, chat).stdout
        need('charter 3 of Newsroom' in said and 'from issue 4 on' in said, said)
        need(w.run('verify', new).stdout == said, 'the file and the text are two things')
        told = json.loads(w.run('verify', '--json', new).stdout)
        need(told['kind'] == 'revocation' and told['version'] == 3 and told['ends'][0]['from'] == 4, told)
        w.run('verify', forged, good)
        w.run('verify', '--charter', chat, good)
        fails(w, 'revoked', 'verify', '--charter', chat, forged)
        # Who names one that is not there, is none, or came damaged, is told so and not that all is good.
        broken, none = w.path('broken'), w.path('none.txt')
        with open(new, 'rb') as f, open(broken, 'wb') as g:
            data = bytearray(f.read())
            data[-1] ^= 1
            g.write(data)
        with open(none, 'w', encoding='utf-8') as f:
            f.write('Look what came!')
        fails(w, 'cannot be read', 'verify', '--charter', w.path('nowhere'), forged)
        fails(w, 'is no charter', 'verify', '--charter', none, forged)
        fails(w, f'NOT checked: the charter {broken}', 'verify', '--charter', broken, forged)
        other = w.newsroom('Other', 'other')
        r = w.run('verify', '--charter', w.path('other', 'charter'), good)
        need('was not used' in r.stderr and other[6:58] not in r.stdout, f'nobody was told that it says nothing: {r.stderr}')
        w.run('sync', chat, home=home)
        fails(w, '', 'read', 'forged.md', home=home)
        need('Words 2.' in w.run('read', '2.md', home=home).stdout, 'more died than was ended')
        fails(w, '', 'sync', chat, home=w.path('nobody'))
        # Who follows, and has no charter yet, cannot know whose it is.
        w.run('follow', link, home=w.path('late'))
        fails(w, 'the charters before it are not here', 'sync', chat, home=w.path('late'))

        # By stick.
        w.run('export', '--bundle', w.path('stick.tar'), home=home)
        w.run('sync', w.path('stick.tar'))
        fails(w, '', 'read', 'forged.md')

        # By link, and the key that goes on.
        w.run('charter', 'accept', room)
        need(all(x in w.run('charter', 'show', room).stdout for x in ('version 3', 'issues 1 to 3')), 'the revocation is not shown')
        w.run('key', 'make', w.path('desk2'))
        desk.start()
        mirror.lines.append('peer ' + desk.invite())
        thief.stop()
        mirror.stop()
        mirror.start()
        mirror.wait(lambda f: f['charter'] == 3 and f['head'] == 3)
        w.run('charter', 'change', room, '--add', w.path('desk2.pub') + ':4', '--key', root)
        w.run('charter', 'accept', room)
        key(w, desk, room, 'desk2')
        desk.publish(article(w, '3.md', 'Words 3.'))
        mirror.wait(lambda f: f['charter'] == 4 and f['head'] == 4 and f['packs_wanted'] == 0)
        w.run('sync', mirror.invite())
        need('Words 3.' in w.run('read', '3.md').stdout, 'the reader did not follow')
        need('Good: Newsroom, 4 issues' in w.run('verify', w.path('reader')).stdout, 'the tree is not good')

        # The root is stolen: the thief's fifth charter against the newsroom's.
        shutil.rmtree(w.path('stolen'))
        shutil.copytree(room, w.path('stolen'))
        w.run('charter', 'change', w.path('stolen'), '--name', 'Thief', '--key', root)
        w.run('charter', 'accept', w.path('stolen'))
        w.run('charter', 'revoke', room, w.path('desk2.pub') + ':9', '--key', root)
        w.run('charter', 'accept', room)
        desk.stop()
        shutil.rmtree(os.path.join(thief.dir, 'state'))
        shutil.copytree(os.path.join(desk.dir, 'state'), os.path.join(thief.dir, 'state'))
        thief.start()
        mirror.wait(lambda f: f['charter'] == 5)
        desk.start()
        mirror.stop()  # it dials anew at once
        mirror.start()
        mirror.wait(lambda f: f.get('forked_charter') == 5 and f['charter'] == 4 and f['head'] == 4)
        need('CHARTERS CONTRADICT' in w.run('--control', mirror.control, 'status').stdout, 'status does not tell')
        told = [x for x in mirror.ask('status') if x['what'] == 'problem' and 'contradict each other' in x['message']]
        need([x['file'] for x in told] == [mirror.feed()['name']], f'whose charters contradict each other is not told: {told}')
        mirror.stop()
        mirror.start()
        need(mirror.feed()['forked_charter'] == 5, 'the proof did not survive a restart')
        fails(w, 'contradict each other at version 5', 'sync', mirror.invite())
        need('Words 3.' in w.run('read', '3.md').stdout, 'what all three charters let count died')
        fails(w, 'two charters of version 5', 'verify', w.path('reader'))
        w.run('export', '--bundle', w.path('proof.tar'))
        w.run('follow', '-', input=link + '\n', home=w.path('far'))
        fails(w, 'contradict each other at version 5', 'sync', w.path('proof.tar'), home=w.path('far'))
        fails(w, 'contradicts what the same publisher signed', 'verify', '--charter', w.path('stolen', 'charter'), os.path.join(room, 'charter'))

        # What it and both of the two let count goes on: the newsroom can tell where it is now.
        desk.publish(article(w, '4.md', 'Follow us there.'))
        mirror.wait(lambda f: f['head'] == 5 and f['packs_wanted'] == 0)
        fails(w, 'contradict each other', 'sync', mirror.invite())
        need('Follow us there.' in w.run('read', '4.md').stdout, 'the last word did not come')
        print('two thieves are out')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
