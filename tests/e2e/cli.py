#!/usr/bin/python3
"""What a newsroom, an operator, a reader and a verifier do in a day, and what they are told when it goes wrong.
usage: cli.py BUILD"""
import base64, glob, hashlib, json, os, re, resource, shutil, signal, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def fails(w, status, word, *args, home=None, input=None):
    """It exits so, says one line that holds |word|, and leaves nothing behind."""
    r = w.run(*args, ok=False, home=home, input=input)
    need(r.returncode == status, f'{args}: exit {r.returncode}, not {status}: {r.stderr}')
    need(word in r.stderr, f'{args}: "{word}" is not in: {r.stderr}')


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


def titles(w, *more, home=None):
    return [json.loads(x)['title'] for x in w.run('list', '--json', *more, home=home).stdout.splitlines()]


def main(build):
    with Newsworld(build) as w:
        os.makedirs(w.path('docs'))
        link = w.newsroom('Примерная газета', lang='ru')
        os.makedirs(w.path('inbox'))
        one, two = w.chain(link, 1)[0], None
        fails(w, 3, 'not running', '--control', w.path('nobody'), 'status')
        fails(w, 2, '--help', 'frobnicate')
        fails(w, 2, '--help', 'list', '--colour')
        every = re.findall(r'^  ([a-z]+) ', w.run('--help').stdout, re.M)
        need(len(every) == 21, every)
        for command in [[], *([x] for x in every)]:
            lines = w.run(*command, '--help').stdout.splitlines()
            need(all(len(x) <= 80 for x in lines), f'{command}: ' + max(lines, key=len))
        fails(w, 1, 'follow', 'list')
        fails(w, 1, 'no follow link', 'follow', 'https://example.org/')
        fails(w, 1, 'already', 'key', 'new', w.path('newsroom'), '--name', 'x')

        # A disk that is full, or a kill, at each of its files: nothing half is left, or what is left is begun anew.
        half = ('key', 'new', w.path('half'), '--name', 'Half')
        for limit in (0, 60, 110, 150, 200, 250):
            for kind in (signal.SIG_IGN, signal.SIG_DFL):
                w.run(*half, ok=False, preexec=lambda: (signal.signal(signal.SIGXFSZ, kind), resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
                if kind == signal.SIG_IGN:
                    need(os.listdir(w.path('half')) == [], f'{limit}: {os.listdir(w.path("half"))} is left')
        need(w.run(*half).stdout.strip() == open(w.path('half', 'link')).read().strip(), 'another link is told than stands there')
        need(len(os.listdir(w.path('half'))) == 5, os.listdir(w.path('half')))
        fails(w, 1, 'already', *half)
        os.remove(w.path('half', 'secret.key'))  # as where issues are signed elsewhere
        fails(w, 1, 'already', *half)

        # What would become of a page of the web: its article.
        page = write(w.path('docs', 'page.html'), '<html lang=en><title>Held - The Paper</title><script>x()</script><body>'
                     '<nav>MENU</nav><article><h1>Held</h1><p class=byline>By A. Writer</p><p>The ministry, which had said '
                     'nothing for weeks, confirmed the arrests on Tuesday, after relatives had spoken.</p><p>Реклама</p>'
                     '</article><div class=related><a href=/x>MENU</a></div></html>')
        r = w.run('--control', one.control, 'try', page)
        need(r.stdout.startswith('Held\nA. Writer, no date, en\n') and 'The ministry' in r.stdout, r.stdout)
        text, _, left_out = r.stdout.partition('\nLeft out:\n')
        need('MENU' not in text and 'Реклама' not in text, r.stdout)
        need(left_out.startswith('- MENU\n') and '- Реклама\n' in left_out and left_out.endswith('- MENU\n'), r.stdout)
        r = w.run('--control', one.control, 'try', '--json', page)
        need(json.loads(r.stdout.splitlines()[0])['authors'] == 'A. Writer', r.stdout)
        fails(w, 1, 'nowhere.html', '--control', one.control, 'try', w.path('docs', 'nowhere.html'))

        # A feed of the web: each entry an article, an edit a correction, a vanished entry nothing; one without text costs itself.
        def rss(*texts):
            return write(w.path('docs', 'feed.rss'), '<rss><channel><language>en</language>' + ''.join(
                f'<item><title>Entry {n}</title><guid>e{n}</guid>' + (t and f'<description>{t}</description>') + '</item>'
                for n, t in enumerate(texts)) + '</channel></rss>')
        r = one.publish('-n', rss('one', '', 'three'), ok=False)
        need(r.returncode == 1 and '2 new, 0 corrected, 0 unchanged, 1 refused' in r.stdout, r.stdout)
        need('feed.rss, entry 2: refused. It has no text' in r.stderr, r.stderr)
        r = w.run('--control', one.control, 'try', '--text', w.path('docs', 'feed.rss'))
        need('one' in r.stdout, r.stdout)

        # A day at the newsroom: an article, a correction, a retraction; a document that is none.
        a = write(w.path('docs', 'a.md'), '---\ntitle: Первая\nlang: ru\n---\nБыло **так**.\n')
        b = write(w.path('docs', 'b.html'), '<html lang=fa><title>دوم</title><body><p>متن دوم<script>x()</script></body></html>')
        c = write(w.path('docs', 'c.txt'), 'title: Third\nlang: en\n\nPlain words.\n' + ''.join(
            f'\n{hashlib.sha512(b"%d" % n).hexdigest()}\n' for n in range(160)))
        one.publish(a, b, c)
        # Letters that its language is not written in are told, whoever looks at it.
        odd = write(w.path('docs', 'odd.txt'), 'title: T\n\n' + 'The council met again on Monday and decided. ' * 3)
        r = one.publish('-n', odd)
        need(r.stderr.count('odd.txt: new. Its text is in Latin letters, which its language, "ru",') == 1, r.stderr)
        r = w.run('--control', one.control, 'draft', '-o', w.path('odd.draft'), odd)
        need('Its text is in Latin letters' in r.stderr, r.stderr)
        r = w.run('--control', one.control, 'try', odd)
        need('Its text is in Latin letters' in r.stdout + r.stderr, r.stdout + r.stderr)
        write(w.path('docs', 'bad.pdf'), '%PDF-1.4')
        r = one.publish(w.path('docs', 'bad.pdf'), ok=False)
        need(r.returncode == 1 and 'bad.pdf' in r.stderr, f'a PDF: {r.returncode} {r.stderr}')
        fails(w, 1, 'nowhere.md', '--control', one.control, 'publish', w.path('docs', 'nowhere.md'))
        two = w.node('peer ' + one.invite(), 'follow ' + link)
        invite = two.invite()
        two.wait(lambda f: f['head'] >= 1 and f['packs_wanted'] == 0)
        # The mirror proves that it holds what was published.
        one.wait(lambda f: f['receipts'] == 1 and f['settled'], what='the receipt')
        r = w.run('--control', one.control, 'status')
        need('held whole by 1 peer, which is enough' in r.stdout, r.stdout)

        w.run('follow', '-', input=link + '\n')
        fails(w, 1, 'no source', 'sync')
        fails(w, 1, 'invite', 'sync', 'quire://127.0.0.1:1/?t=raw#short')
        w.run('sync', invite)
        need(sorted(titles(w)) == sorted(['Первая', 'دوم', 'Third']), f'listed: {titles(w)}')
        need(titles(w, '--search', 'пЕРВ') == ['Первая'], 'searching ignores case')
        need(titles(w, '--lang', 'fa') == ['دوم'], 'one language')
        need('x()' not in w.run('read', '--text', 'b.html').stdout, 'a script is shown')
        need('nothing new' in w.run('sync', invite).stdout, 'nothing new')

        need(titles(w, '--search', 'слов') == [], 'a title is searched for what stands in the text')
        found = [json.loads(x) for x in w.run('search', '--json', 'ПЛОХО', 'так').stdout.splitlines()]
        need([x['title'] for x in found] == [], f'not all words: {found}')
        found = [json.loads(x) for x in w.run('search', '--json', 'БЫЛО', 'так').stdout.splitlines()]
        need([(x['title'], x['passage']) for x in found] == [('Первая', 'Было так.')], f'searched: {found}')
        found = [json.loads(x)['title'] for x in w.run('search', '--json', '«было так» "').stdout.splitlines()]
        need(found == ['Первая'], f'searched in quotes: {found}')
        w.run('search', '"')
        need('Третья' not in w.run('search', 'nowhere').stdout, 'found what is not there')
        need('Первая' in w.run('read', '1').stdout, 'a search that finds nothing forgets the last list')

        # A source for each time: kept whole, shown without its secret.
        need('quire source add' in w.run('sync', invite).stderr, 'how to keep a source is not told')
        fails(w, 2, 'source frobnicate', 'source', 'frobnicate')
        fails(w, 1, 'no source is kept', 'source', 'remove', '1')
        fails(w, 1, 'follow link', 'source', 'add', link)
        fails(w, 1, 'invite', 'source', 'add', 'quire://127.0.0.1:1/?t=raw#short')
        fails(w, 1, 'nowhere', 'source', 'add', w.path('nowhere'))
        w.run('source', 'add', '-', input=invite + '\n')
        w.run('source', 'add', w.path('docs'))
        r = w.run('source')
        need(f'node at 127.0.0.1:{two.port}' in r.stdout and w.path('docs') in r.stdout, r.stdout)
        need(invite.split('#')[1] not in r.stdout, 'a secret is shown')
        w.run('source', 'remove', '2')
        need('nothing new' in w.run('sync').stdout, 'a kept source is not used')
        w.run('source', 'remove', '1')
        fails(w, 1, 'no source is known', 'sync')

        # A reader with little on his meter: headlines, and later the rest.
        poor = w.path('poor')
        w.run('follow', link, home=poor)
        need('3 new articles' in w.run('sync', '--headlines', invite, home=poor).stdout, 'headlines')
        need(len(titles(w, home=poor)) == 3, 'headlines are not listed')
        fails(w, 1, 'not here yet', 'read', 'c.txt', home=poor)
        need('what was missing has come' in w.run('sync', invite, home=poor).stdout, 'texts after headlines')
        need('Plain words' in w.run('read', 'c.txt', home=poor).stdout, 'the text behind a headline')

        # A reader who leaves room on the line for others.
        slow = w.path('slow')
        fails(w, 2, 'at least 4K, not 1K', 'sync', '--limit-rate', '1K', home=slow)
        w.run('follow', link, home=slow)
        before = time.monotonic()
        w.run('sync', '-r', '4K', invite, home=slow)
        took = time.monotonic() - before
        need(len(titles(w, home=slow)) == 3, 'a slow sync lacks something')
        held = sum(os.path.getsize(p) for p in glob.glob(slow + '/pack/**', recursive=True) if os.path.isfile(p))
        need(held > 4096 and took >= held / 4096 - 1, f'{held} bytes of packs came in {took:.1f} s')

        write(a, '---\ntitle: Первая\nlang: ru\n---\nСтало **иначе**.\n')
        r = one.publish(a)
        need('corrected' in r.stdout, r.stdout)
        w.run('export', '--capsule', 'c.txt', w.path('c.quire'))
        need('Since' not in w.run('verify', w.path('c.quire')).stdout, 'an article is called what it is not yet')
        w.run('--control', one.control, 'retract', 'c.txt', '--reason', 'It was not so. ' + 'Nor this. ' * 100 + 'Nor that.')
        two.wait(lambda f: f['head'] >= one.feed()['head'] and f['packs_wanted'] == 0)
        r = w.run('sync', invite)
        need('1 correction, 1 retraction, 3 in all' in r.stdout, f'what changed is not told: {r.stdout}')
        need('иначе' in w.run('read', 'a.md').stdout, 'the correction is not read')
        out = w.run('read', 'c.txt').stdout
        need('It was not so.' in out and 'Nor that.' in out and 'Plain words' not in out, f'the retraction: {out}')
        need(all(len(x) <= 80 for x in out.splitlines()), f'lines too long for a terminal: {out}')
        for home in (w.path('reader'), os.path.join(two.dir, 'state'), os.path.join(one.dir, 'state')):
            w.run('verify', '--quiet', home)

        # Handing on: pages, a capsule, its text form, a bundle; and forgeries of each.
        w.run('unpack', w.path('pages'))
        pages = glob.glob(w.path('pages', 'a', '*.html'))
        need(len(pages) == 3, f'{len(pages)} pages')
        w.run('verify', *pages)
        page = next(p for p in pages if 'иначе' in open(p, encoding='utf-8').read())
        need('<script' not in open(page, encoding='utf-8').read(), 'a script in a page')
        write(page, open(page, encoding='utf-8').read().replace('иначе', 'никак'))
        fails(w, 1, 'NOT good', 'verify', page)
        write(page, open(page, encoding='utf-8').read().replace('content="quire 4"', 'content="quire 0"'))
        fails(w, 1, 'another version', 'verify', page)
        need('Since     taken back by the newsroom: It was not so.' in w.run('verify', w.path('c.quire')).stdout, 'it was taken back since')
        told = json.loads(w.run('verify', '--json', w.path('c.quire')).stdout)
        need(f'of {told["time"][:10]} {told["time"][11:16]} UTC, key' in w.run('verify', w.path('c.quire')).stdout, 'the time that the newsroom gave')
        need(told['good'] and told['since']['status'] == 'retracted', told)
        need('Since' not in w.run('verify', w.path('c.quire'), home=w.path('nowhere')).stdout and not os.path.exists(w.path('nowhere')), 'verify needs no home')
        capsule = w.path('a.quire')
        w.run('export', '--capsule', 'a.md', capsule)
        feed = link[6:58]
        key = open(w.path('newsroom', 'public.key')).readline().split()[-1]
        # No terminal is filled with what is no text, and no option is passed over.
        us, theirs = os.openpty()
        for args in (('--capsule', '1', '-'), ('--bundle', '-')):
            r = subprocess.run([w.quire, 'export', *args], env=dict(os.environ, QUIRE_HOME=w.path('reader')), stdout=theirs, stderr=subprocess.PIPE, text=True)
            need(r.returncode == 1 and 'no text' in r.stderr, f'{args}: {r.returncode} {r.stderr}')
        os.close(us)
        os.close(theirs)
        fails(w, 2, '--armour', 'export', '--bundle', '--armour', w.path('x.tar'))
        fails(w, 2, '--feed', 'export', '--capsule', '1', '--feed', 'Room', w.path('x.quire'))
        fails(w, 1, '"english" is no language tag', 'key', 'new', w.path('no-room'), '--name', 'No', '--lang', 'ru,english')
        need(not os.path.exists(w.path('no-room', 'link')), 'a newsroom with a language that is none')
        # With --json nothing is said but JSON.
        room = w.path('json-room')
        said = [json.loads(w.run('--json', *args, home=w.path('json-home')).stdout) for args in (
            ('key', 'new', room, '--name', 'Room', '--lang', 'en'), ('key', 'show', room), ('charter', 'show', room))]
        need(said[0]['link'] == open(os.path.join(room, 'link')).read().strip() and said[1]['key'] == said[2]['roots'][0], f'{said}')
        need(said[2]['signers'] == [{'key': said[1]['key'], 'from': 1}] and said[2]['languages'] == ['en'], f'{said}')
        w.run('follow', said[0]['link'], home=w.path('json-home'))
        need(w.run('--json', 'unfollow', 'Room', home=w.path('json-home')).stdout == '', 'what is no JSON is said')
        need(w.run('key', 'new', w.path('quiet-room'), '--name', 'Room', '--quiet').stdout.startswith('quire:'), 'the link is what was asked for')
        need(f'key {key}\n' in w.run('verify', '--feed', feed, capsule).stdout, 'the key is not called as in its file')
        fails(w, 1, 'another feed', 'verify', '--feed', 'a' * 52, capsule)
        w.run('verify', '--feed', open(w.path('newsroom', 'link')).read(), capsule)
        w.run('export', '--capsule', 'a.md', '--armour', w.path('a.txt'))
        w.run('verify', '-', input='Look:\n' + open(w.path('a.txt')).read() + '\n-- \nsent from a phone')
        w.run('verify', '-', input='A. wrote:\n' + ''.join('> > ' + x for x in open(w.path('a.txt'))) + '> that was it\n')
        data = bytearray(open(capsule, 'rb').read())
        data[len(data) // 2] ^= 4
        open(capsule, 'wb').write(data)
        fails(w, 1, 'NOT good', 'verify', capsule)
        w.run('export', '--bundle', w.path('all.tar'))
        w.run('verify', w.path('all.tar'))
        w.run('follow', link, home=w.path('other'))
        w.run('sync', w.path('all.tar'), home=w.path('other'))
        need(sorted(titles(w, home=w.path('other'))) == sorted(titles(w)), 'a bundle brings other articles')
        header = glob.glob(os.path.join(two.dir, 'state/feed/*/head'))[0]
        w.run('verify', '--export', w.path('header'), header)
        block = glob.glob(os.path.join(two.dir, 'state/feed/*/issues/1'))[0]
        said = w.run('--json', 'verify', block).stdout.splitlines()
        need(len(said) == one.feed()['head'], f'not each header of a block is judged: {said}')
        fails(w, 1, 'takes one', 'verify', '--export', w.path('none'), block)
        with open(w.path('block'), 'wb') as f:
            f.write(open(block, 'rb').read()[:-7])
        fails(w, 1, 'ends early', 'verify', '--charter', os.path.join(two.dir, 'state'), w.path('block'))
        # Of a block in a tree it says the same as of the tree: what is wrong, and where.
        torn = w.path('torn')
        shutil.copytree(os.path.join(two.dir, 'state'), torn)
        torn_block = glob.glob(os.path.join(torn, 'feed/*/issues/1'))[0]
        whole, last = open(block, 'rb').read(), os.path.getsize(header)
        for data, tree_says, block_says in (
                (whole[:-7], 'issues/1 is NOT good: it ends early', 'NOT good: it ends early'),
                (whole[:-last], 'issues/1 is NOT good: it ends early', ''),
                (whole + b'junk', 'issues/1 is NOT good: it has bytes left over', 'NOT good: it has bytes left over'),
                (whole[-last:] + whole[:-last], 'issues/1 is NOT good: it does not continue', 'NOT good: it is not in the required order'),
                (whole + whole[-last:], 'issues/1 is NOT good: it is there twice', 'NOT good: it is not in the required order')):
            with open(torn_block, 'wb') as f:
                f.write(data)
            fails(w, 1, tree_says, 'verify', torn)
            if block_says != '':
                fails(w, 1, block_says, 'verify', torn_block)
        # What it writes is of one: of a page, too, but not of a tree, and of no second file.
        fails(w, 1, 'holds many', 'verify', '--export', w.path('none'), w.path('all.tar'))
        fails(w, 2, 'one word too many', 'verify', '--export', w.path('none'), header, header)
        w.run('unpack', w.path('shown'))
        page = next(p for p in glob.glob(w.path('shown', '**', '*.html'), recursive=True) if os.path.exists(p[:-5] + '.quire'))
        w.run('verify', '--export', w.path('of.page'), page)
        need(os.path.exists(w.path('of.page.minisig')) and not os.path.exists(w.path('none')), 'a page exports nothing, or a tree something')
        if shutil.which('minisign'):
            r = subprocess.run(['minisign', '-Vm', w.path('header'), '-p', w.path('newsroom', 'public.key')], capture_output=True, text=True)
            need(r.returncode == 0, f'minisign says: {r.stderr}')

        # A tree that lies: what does not hold is refused and named, what does is taken.
        tree = w.path('tree')
        shutil.copytree(os.path.join(two.dir, 'state'), tree)
        pack = max(glob.glob(os.path.join(tree, 'pack/*/*')), key=os.path.getsize)
        data = bytearray(open(pack, 'rb').read())
        data[7] ^= 1
        open(pack, 'wb').write(data)
        w.run('follow', link, home=w.path('third'))
        r = w.run('sync', tree, home=w.path('third'), ok=False)
        need('does not match' in r.stderr, f'a damaged pack is not named: {r.stderr}')
        fails(w, 1, 'NOT good', 'verify', tree)
        w.run('verify', '--quiet', w.path('third'))

        # The index is made anew; what was read stays read.
        os.unlink(w.path('reader', 'index.sqlite'))
        unread = len(titles(w, '--unread'))
        need(unread == 0 or unread < 3, f'{unread} unread after the index was lost')
        open(w.path('reader', 'index.sqlite'), 'wb').write(b'no database' * 500)
        need(len(titles(w)) == 3, 'a damaged index is not made anew')

        # An inbox, followed by a restart: published once.
        one.stop()
        one.lines = ['publish ' + w.path('newsroom'), '\tinbox ' + w.path('inbox'), '\tsettle 1']
        write(w.path('inbox', 'd.md'), '---\ntitle: From the inbox\nlang: en\n---\nDropped here.\n\n![A picture](nowhere.jpg)\n')
        one.start()
        before = time.monotonic()
        while 'From the inbox' not in titles(w, home=w.path('reader')):
            need(time.monotonic() - before < 60, 'the inbox is not published')
            time.sleep(1)
            w.run('sync', invite, ok=False)
        told = [x for x in one.ask('status') if x['what'] == 'problem']
        need(any('picture' in x['message'] and 'd.md' in str(x) for x in told), f'a picture that is not there: {told}')
        head = one.feed()['head']
        one.stop()
        one.start()
        time.sleep(4)
        need(one.feed()['head'] == head, 'the inbox is published twice')

        # A feed in the inbox: its entries, then an edit of one while the other vanishes.
        feed = '<rss><channel><language>en</language>%s</channel></rss>'
        item = '<item><title>%s</title><guid>%s</guid><description>%s</description></item>'
        more = ''.join(item % (f'Goes {n}', f'g{n}', 'Some.') for n in range(40))
        write(w.path('inbox', 'feed.xml'), feed % (item % ('Of a feed', 'f1', 'Some text.') + more))
        one.wait(lambda f: f['head'] > head, what='the feed in the inbox')
        head = one.feed()['head']
        write(w.path('inbox', 'feed.xml'), feed % (item % ('Of a feed', 'f1', 'Other text.')))
        one.wait(lambda f: f['head'] > head, what='the edit of the feed')
        two.wait(lambda f: f['head'] > head and f['packs_wanted'] == 0)
        index = w.path('reader', 'index.sqlite')
        shutil.copy(index, w.path('index'))
        w.run('sync', invite)
        # Had it been killed when all was here and not yet listed: the next one lists it, with nothing new.
        shutil.copy(w.path('index'), index)
        os.unlink(glob.glob(w.path('reader', 'rest-*'))[0])
        need('Of a feed' not in titles(w), 'the index is not the old one')
        w.run('sync', invite)
        need('Of a feed' in titles(w), 'what came is never listed')
        need('nothing new' in w.run('sync', invite).stdout, 'nothing new after that')
        mine = {x['title']: x for x in map(json.loads, w.run('list', '--json').stdout.splitlines())}
        need(mine['Of a feed']['revision'] == 2, f'{mine["Of a feed"]}')
        need(all(f'Goes {n}' in mine for n in range(40)), f'{sorted(mine)}')

        # On a terminal a pager shows it, which is not to note down what is looked for.
        inner, outer = os.openpty()
        env = dict(os.environ, QUIRE_HOME=w.path('reader'), PAGER='cat > /dev/null; printf %s "$LESSHISTFILE" > ' + w.path('pager'))
        need(subprocess.run([w.quire, 'list'], stdout=outer, env=env, timeout=60).returncode == 0, 'nothing is listed on a terminal')
        need(open(w.path('pager')).read() == '-', 'the pager may keep a history')
        os.close(inner)
        os.close(outer)

        # Revoked: the invite opens nothing any more.
        names = [x['name'] for x in two.ask('invite', 'list')]
        for name in names:
            w.run('--control', two.control, 'invite', 'revoke', name)
        fails(w, 1, 'reached', 'sync', invite)
        w.run('unfollow', 'Примерная газета')
        need(not glob.glob(w.path('reader', 'pack/*/*')), 'unfollowed, and its packs are still here')
        left = [x for x in os.listdir(w.path('reader')) + os.listdir(w.path('reader', 'feed')) if len(x) > 40]
        need(not left, f'unfollowed, and files still name it: {left}')
        telling = [x for x in glob.glob(w.path('reader', '**'), recursive=True) if os.path.isfile(x)
                   and any(t in open(x, 'rb').read() for t in (base64.b32decode(link[6:58].upper() + '===='), 'Первая'.encode(), b'Third'))]
        need(not telling, f'unfollowed, and files still tell of it: {telling}')
        need(one.stop() == 0 and two.stop() == 0, 'a clean end')
        for node in (one, two):
            log = open(node.log, encoding='utf-8').read()
            for secret in ('Первая', 'Third', 'a.md', '127.0.0.1', link[6:58], invite[-40:]):
                need(secret not in log, f'{node.name} logs "{secret}"')
        print('a day went as it should')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
