#!/usr/bin/python3
"""Two of three: the charter wants two signatures, and nobody publishes alone.
usage: editors.py BUILD"""
import glob, json, os, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def fails(w, word, *args):
    r = w.run(*args, ok=False)
    need(r.returncode == 1 and word in r.stderr, f'{args}: exit {r.returncode}: {r.stderr}')


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom('Two of three')
        room = w.path('newsroom')
        for who in 'editor', 'chief':
            w.run('key', 'make', w.path(who))
        editor, chief = w.path('editor'), w.path('chief')

        # The charter: one who may sign cannot be two.
        fails(w, 'fewer than 2 keys may sign issue 2', 'charter', 'change', room, '--quorum', '2:2')
        fails(w, 'as in 2:12', 'charter', 'change', room, '--quorum', '2')
        shown = w.run('charter', 'change', room, '--add', editor + '.pub:2', '--add', chief + '.pub:2', '--quorum', '2:2').stdout
        need('2 sign each issue from 2 on' in shown, shown)
        w.run('charter', 'accept', room)
        need('quorum    2 sign each issue from 2 on' in w.run('charter', 'show', room).stdout, 'the charter does not show it')

        # Issue 1 is signed by one; from then on this machine publishes nothing alone.
        names = [w.path(f'{n}.md') for n in range(3)]
        for n, name in enumerate(names):
            with open(name, 'w', encoding='utf-8') as f:
                f.write(f'---\ntitle: Number {n}\nlang: en\n---\nWords of {n}.\n')
        desk = w.node('publish ' + room)
        mirror = w.node('peer ' + desk.invite(), 'follow ' + link)
        c = '--control', desk.control
        w.run(*c, 'publish', names[0])
        fails(w, 'several signatures', *c, 'publish', names[1])
        fails(w, 'secret.key', *c, 'retract', names[0])

        # Drafted, approved by one, signed by another.
        draft, issue = w.path('two.draft'), w.path('two.issue')
        w.run(*c, 'draft', '-o', draft, names[1])
        need('by 2 keys' in w.run('sign', draft).stdout, 'who signs is not told that two have to')
        said = w.run('sign', '--yes', draft, editor)
        mine = glob.glob(w.path('two.*.minisig'))
        need(len(mine) == 1 and '1 of 2 signatures' in said.stderr and not os.path.exists(issue), f'{mine}: {said.stderr}')
        fails(w, 'approved it already', 'sign', '--yes', draft, editor, mine[0])
        w.newsroom('Another', folder='another')
        fails(w, 'may not sign', 'sign', '--yes', draft, w.path('another'))
        other = w.path('other.draft')
        w.run(*c, 'draft', '-o', other, names[2])
        fails(w, 'approves another', 'sign', '--yes', other, chief, mine[0])
        fails(w, 'too many approvals', 'sign', '--yes', draft, chief, mine[0], mine[0])
        fails(w, 'no approval', 'sign', '--yes', draft, chief, names[0])
        about = json.loads(w.run('sign', '--json', '--yes', draft, chief, mine[0]).stdout.splitlines()[0])
        need(about['signatures'] == 2 and about['approvals'] == 1 and os.path.exists(issue), about)
        w.run(*c, 'release', issue)

        # Mirrors and readers see both keys.
        mirror.wait(lambda f: f['head'] == 2 and f['packs_wanted'] == 0)
        w.run('follow', '-', input=link + '\n')
        w.run('sync', mirror.invite())
        need('Words of 1.' in w.run('read', '1.md').stdout, 'the article is not read')
        w.run('unpack', w.path('pages'))
        page = next(p for p in glob.glob(w.path('pages', '**', '*.html'), recursive=True) if 'Words of 1.' in open(p, encoding='utf-8').read())
        ids = [os.path.basename(m).split('.')[1] for m in mine]
        need('keys ' in open(page, encoding='utf-8').read() and ids[0] in open(page, encoding='utf-8').read(), 'the page does not name both keys')
        seen = json.loads(w.run('verify', '--json', page).stdout.splitlines()[0])
        need(len(seen['keys']) == 2 and ids[0] in seen['keys'], seen)
        print('two of three signed it')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
