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

        # Drafted, approved by one, signed by another.
        draft, issue = w.path('two.draft'), w.path('two.issue')
        w.run(*c, 'draft', '-o', draft, names[1])
        need('by 2 keys' in w.run('sign', draft).stdout, 'who signs is not told that two have to')
        said = w.run('sign', '--yes', draft, editor)
        mine = glob.glob(w.path('two.*.minisig'))
        need(len(mine) == 1 and '1 of 2 signatures' in said.stderr and not os.path.exists(issue), f'{mine}: {said.stderr}')
        # One's own approval is given already, and none of another's.
        said = w.run('sign', '--yes', draft, editor, mine[0]).stderr
        need('1 of 2 signatures' in said and not os.path.exists(issue), said)
        w.newsroom('Another', folder='another')
        fails(w, 'may not sign', 'sign', '--yes', draft, w.path('another'))
        other = w.path('other.draft')
        w.run(*c, 'draft', '-o', other, names[2])
        fails(w, 'approves another', 'sign', '--yes', other, chief, mine[0])
        fails(w, 'no approval', 'sign', '--yes', draft, chief, names[0])
        about = json.loads(w.run('sign', '--json', '--yes', draft, chief, mine[0]).stdout.splitlines()[0])
        need(about['signatures'] == 2 and about['approvals'] == 1 and os.path.exists(issue), about)
        one = w.path('one.draft')
        w.run(*c, 'draft', '-o', one, '--time', '2026-01-01T00:00:00Z', names[1])
        w.run('sign', '--yes', '--again', one, room)
        w.run('sign', '--yes', '--again', one, chief)
        three = sorted(glob.glob(w.path('one.*.minisig')))
        fails(w, 'too many approvals', 'sign', '--yes', '--again', one, editor, *three)
        w.run('sign', '--yes', '--again', one, chief, *three)
        need(os.path.exists(w.path('one.issue')), 'with all approvals by *.minisig it is no issue')
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

        fails(w, 'No volume is due', *c, 'draft', '--volume', '-o', w.path('none.draft'))
        need(not os.path.exists(w.path('none.draft')), 'a draft of nothing')

        # Taken back by two as well: the draft shows that nothing else changes; then nobody has the text.
        shown = w.run(*c, 'retract', '--reason', 'It was not so.', '-o', w.path('back.draft'), '1.md').stdout
        need('issue 3 of ' in shown, shown)
        need(desk.feed()['head'] == 2, 'a retraction that nobody signed is out')
        shown = w.run('sign', '--yes', w.path('back.draft'), editor).stdout
        need('issue 2 anew: 0 articles as signed before, 1 taken back' in shown and 'retracted   Number 1' in shown and shown.count('It was not so.') == 1, shown)
        w.run('sign', '--yes', w.path('back.draft'), chief, *glob.glob(w.path('back.*.minisig')))
        w.run(*c, 'release', w.path('back.issue'))
        fails(w, 'retracted already', *c, 'retract', '1.md')
        mirror.wait(lambda f: f['head'] == 3 and f['packs_wanted'] == 0)
        w.run('sync', mirror.invite())
        read = w.run('read', '1.md').stdout
        need('Words of 1.' not in read and 'It was not so.' in read, read)
        need('Words of 0.' in w.run('read', '0.md').stdout, 'another article is gone')
        held = [{p for at, _, f in os.walk(d) if 'pack' in at for p in f if len(p) == 52} for d in (desk.dir, mirror.dir, w.path('reader'))]
        need(held[0] == held[1] == held[2] and len(held[0]) == 4, f'{held}: packs of the text stay')

        # A promise that nobody can keep alone: told in time, and kept by an issue without articles.
        def promise(name, *more):
            w.run(*c, 'draft', '--promise', '-o', w.path(name + '.draft'), *more)
            said = w.run('sign', '--yes', w.path(name + '.draft'), editor).stdout
            need('no articles: it only keeps the promise' in said, said)
            w.run('sign', '--yes', w.path(name + '.draft'), chief, *glob.glob(w.path(name + '.*.minisig')))
            w.run(*c, 'release', w.path(name + '.issue'))

        def told():
            return [x['message'] + x['hint'] for x in desk.ask('status') if x['what'] == 'problem' and 'promised' in x['message']]
        need(not told(), f'too early: {told()}')
        promise('past', '--time', '2026-01-01T10:02:00Z')
        desk.wait(lambda _: told(), what='word of the promise')
        need('Issue 5 of Two of three was promised before 2026-01-08 10:02 UTC' in told()[0] and 'draft --promise' in told()[0], told())
        with open(desk.log, encoding='utf-8') as f:
            need(f.read().count('issue 5 is promised before 2026-01-08 10:02 UTC') == 1, 'the log does not say it, once')
        promise('kept')
        desk.wait(lambda _: not told(), what='the end of that')
        mirror.wait(lambda f: f['head'] == 5)
        need(desk.feed()['head'] == 5 and len(held[0]) == 4, 'an empty issue has packs')
        print('two of three signed it')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
