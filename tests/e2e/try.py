#!/usr/bin/python3
"""What would be published of files and addresses, by the newsroom's rules.
usage: try.py BUILD TOP"""
import json, os, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from source import Site, articles, need, wait

LONG = ('The ministry, which had said nothing for weeks, confirmed the arrests on Tuesday, after relatives had spoken to '
        'reporters; none of those who were held had seen a lawyer, and none, it said, would see one soon. ') * 3
PAGE = (f'<!doctype html><html lang=en><title>Held - The Paper</title><script>x()</script><body><nav>MENU</nav>'
        f'<article><h1>Held</h1><p class=byline>By A. Writer</p><p>{LONG}</p><figure><img src=/a.png alt="A street">'
        f'<figcaption>The street</figcaption></figure><p class=odd>ODD &lt;script&gt; one, as long as a sentence, with commas.'
        f'</p><p>{LONG}</p></article><div class=end>Written by <b class=who>Bo Sun</b></div></body></html>')
RULES = 'keep article\ndrop .odd\nauthor .who\n'


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


def fails(r, status, *words):
    need(r.returncode == status, f'exit {r.returncode}, not {status}: {r.stderr}')
    need(r.stderr.count('\n') == 1, f'more than a line: {r.stderr}')
    for word in words:
        need(word in r.stderr, f'"{word}" is not in: {r.stderr}')


def split(text):
    article, _, out = text.partition('\nLeft out:\n')
    return article, out


def files(w, node, page, rules):
    def run(*args, ok=True):
        return w.run('--control', node.control, 'try', *args, ok=ok)
    article, out = split(run(page).stdout)
    need('ODD' in article and 'MENU' not in article and 'A. Writer' in article, article)
    need(out.startswith('- MENU\n') and 'lines are published)' in out and 'ministry' not in out, out)
    article, out = split(run('--rules', rules, page).stdout)
    need('Bo Sun, no date, en' in article and 'ODD' not in article and '- ODD <script> one' in out, article + out)
    need(run('--text', '--rules', rules, page).stdout.count('The ministry') == 6, 'the bare text')
    lines = [json.loads(x) for x in run('--json', '--rules', rules, page).stdout.splitlines()]
    line = {x['text'][:4]: x['kept'] for x in lines if x['what'] == 'line'}
    need(line['MENU'] is False and line['ODD '] is False and line['The '] is True and line['Held'] is True, line)

    # As a page: before and after, and nothing of it runs.
    html = w.path('before-after.html')
    run('--page', html, '--rules', rules, page)
    with open(html, encoding='utf-8') as f:
        text = f.read()
    need('<del>MENU</del>' in text and '<del>ODD &lt;script&gt; one' in text, text)
    need('<h1>Held</h1>' in text and text.count('<script') == 0 and 'src=' not in text, text)

    # Mistakes.
    wrong = write(w.path('wrong.rules'), 'keep article\n\ndrop p:hover\n')
    fails(run('--rules', wrong, page, ok=False), 1, 'page.html', 'line 3: the selector')
    fails(run('--rules', w.path('no.rules'), page, ok=False), 1, 'no.rules', '--rules')
    fails(run('--rules', w.dir, page, ok=False), 1, 'cannot be read')
    fails(run('--rules', write(w.path('large.rules'), '#' * 70000), page, ok=False), 1, 'larger than allowed')
    fails(run('--rules', write(w.path('none.rules'), 'drop html\n'), page, ok=False), 1, 'no text')
    fails(run('--page', w.path('no', 'where.html'), page, ok=False), 1, 'where.html')
    fails(run('--page', html, '--json', page, ok=False), 2, '--page')
    fails(run('file://' + page, ok=False), 1, 'cannot be opened')


def slow(handler):
    time.sleep(3)
    handler.serve(PAGE.encode())


def addresses(w, node, site, other, rules):
    def run(*args, ok=True):
        return w.run('--control', node.control, 'try', *args, ok=ok)
    # The settings' rules for this host; what the picture is called.
    pictures = site.times('/a.png')
    article, out = split(run(site.at + '/page').stdout)
    need('Bo Sun' in article and 'ODD' not in article and 'A street' in article and 'The street' in article, article)
    need(site.times('/a.png') == pictures, 'a picture was fetched to tell of it')
    # Other rules, instead; and a feed.
    article = run('--text', '--rules', write(w.path('all.rules'), 'keep .odd\n'), site.at + '/page').stdout
    need('ODD' in article and 'ministry' not in article, article)
    need('Entry 1' in run(site.at + '/feed').stdout, 'a feed')
    fails(run(site.at + '/links', ok=False), 1, 'only a link', 'Where the feed is a source')
    fails(run(site.at + '/nowhere', ok=False), 1, '/nowhere', 'answers 404')
    fails(run(site.at + '/empty', ok=False), 1, 'It is empty')
    # A host in a private network that no source names is none of ours.
    fails(run(other.at + '/page', ok=False), 1, 'is not reached', 'in a private network, and no source of the settings')
    need(other.asked == [], 'it was asked')

    # One at a time; who asks and goes harms nobody; quired ends while one is under way.
    env = dict(os.environ, LC_ALL='C.UTF-8')
    def begin():
        return subprocess.Popen([w.quire, '--control', node.control, 'try', site.at + '/slow'], env=env,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    n = site.times('/slow')
    first = begin()
    wait(lambda: site.times('/slow') > n, 'the first')
    fails(run(site.at + '/page', ok=False), 1, 'Another address is being tried')
    need(first.wait(30) == 0, 'the first is shown')
    n = site.times('/slow')
    gone = begin()
    wait(lambda: site.times('/slow') > n, 'the second')
    gone.kill()
    gone.wait()
    wait(lambda: run(site.at + '/page', ok=False).returncode == 0, 'a turn after one that went away', 20)
    n = site.times('/slow')
    last = begin()
    wait(lambda: site.times('/slow') > n, 'the third')
    need(node.stop() == 0, 'a clean end')
    need(last.wait(30) == 1, 'who waited is told')


def published(w, node, site):
    """Of what is published it shows what would change."""
    def run(*args):
        return w.run('--control', node.control, 'try', *args).stdout
    need('It is published, and says the same.' in run(site.at + '/page'), run(site.at + '/page'))
    site.put('/page', PAGE.replace('confirmed the arrests on Tuesday', 'denied the arrests on Tuesday', 1))
    out = run(site.at + '/page')
    need('This would be a correction:\n    text: −1 +1 words\n    - for weeks, confirmed the arrests\n    + for weeks, denied the arrests\n' in out, out)
    # So does a page.
    html = w.path('correction.html')
    run('--page', html, site.at + '/page')
    with open(html, encoding='utf-8') as f:
        out = f.read()
    need('This would be a correction:</p>' in out and 'text: −1 +1 words' in out, out)
    need('<del>for weeks, confirmed the arrests</del>' in out and '<ins>for weeks, denied the arrests</ins>' in out, out)
    site.put('/page', PAGE)
    draft = write(w.path('draft.md'), '---\ntitle: First\nlang: en\n---\nTwo were seen, and three heard.\n')
    need('published' not in run(draft), run(draft))
    node.publish(draft)
    need('says the same' in run(draft), run(draft))
    write(draft, '---\ntitle: Second\nlang: en\n---\nTwo were seen, and four heard.\n')
    lines = [json.loads(x) for x in w.run('--control', node.control, 'try', '--json', draft).stdout.splitlines()]
    need((lines[0]['outcome'], lines[0]['parts'], lines[0]['removed']) == ('corrected', 'title, text', 2), lines)
    need([(x['before'], x['after']) for x in lines if x['what'] == 'change'] ==
         [('First Two were seen, and three heard.', 'Second Two were seen, and four heard.')], lines)
    w.run('--control', node.control, 'retract', '--reason', 'Wrong.', 'draft.md')
    need('It was retracted' in run(draft), run(draft))


def seed(w, node, top):
    """A real page, saved as text, comes out as its article."""
    at = os.path.join(os.environ.get('QUIRE_SHARED', os.path.join(top, '../shared')), 'corpus/seed/rferl-article.txt')
    if not os.path.exists(at):
        print(f'the seed page is not here ({at}): it is not tried', file=sys.stderr)
        return
    rules = os.path.join(top, 'tests/extract/seed.rules')
    with open(rules) as f:
        need(sum(1 for x in f if not x.startswith('#')) <= 10, 'a short file of rules')
    items = [json.loads(x) for x in w.run('--control', node.control, 'try', '--json', '--rules', rules, at).stdout.splitlines()]
    head, body = items[0], ''.join(x['part'] for x in items if x['what'] == 'body')
    need(head['title'] == 'Zelenskyy Targets Beijing After Chinese Fighters Captured In Ukraine', head)
    need(head['authors'] == 'Reid Standish', head)
    need(body.startswith('<p>A handout video grab') and body.count('A handout video grab') == 1, body[:400])
    need(body.count('<h2>') == 2 and "<h2>What's Behind Zelenskyy's New Approach to China?</h2>" in body and
         '<h2>Ukraine\'s Role In The US-China Power Struggle</h2>' in body, 'sections')
    need(body.endswith('searching for his own China card to play.</p>'), body[-300:])
    for word in ('Accessibility', 'Breaking News', 'please wait', 'No media source', '0:00', 'Taiwan\'s Civil', '16x9',
                 'briefing', 'undesirable', 'LG'):
        need(word not in body, f'"{word}" is left')
    need(body.count('<p>') == 22, f'{body.count("<p>")} paragraphs')


def several(w):
    """Of several newsrooms the one that is meant is compared with, and no other."""
    lines = []
    for name in ('One', 'Two'):
        w.run('key', 'new', w.path(name), '--name', name, '--lang', 'en')
        lines.append('publish ' + w.path(name))
    node = w.node(*lines)
    draft = write(w.path('several.md'), 'title: Several\n\nThe first words of it.\n')
    w.run('--control', node.control, 'publish', '--feed', 'Two', draft)
    write(draft, 'title: Several\n\nThe second words of it.\n')
    for of, changed in (([], False), (['--feed', 'One'], False), (['--feed', 'Two'], True)):
        out = w.run('--control', node.control, 'try', *of, draft).stdout
        need(('first' in out) == changed, f'{of}: {out}')
    fails(w.run('--control', node.control, 'try', '--feed', 'Nobody', draft, ok=False), 1, 'no feed that is called that')


def main(build, top):
    with Newsworld(build) as w:
        site, other = Site(), Site()
        for s in (site, other):
            s.put('/page', PAGE)
        site.put('/feed', '<rss version="2.0"><channel><title>T</title><language>en</language><item><title>Entry 1</title>'
                 f'<guid>1</guid><description>{LONG}</description></item></channel></rss>', 'application/rss+xml')
        site.put('/empty', b'')
        site.put('/links', '<rss version="2.0"><channel><title>T</title><item><title>E</title><link>http://x/1</link></item></channel></rss>',
                 'application/rss+xml')
        site.page['/slow'] = slow
        w.run('follow', w.newsroom())
        rules = write(w.path('site.rules'), 'site 127.0.0.1\n' + RULES)
        page = write(w.path('page.html'), PAGE)
        node = w.node('publish ' + w.path('newsroom'), f'\tsource {site.at}/page', '\tevery 30d', f'\trules {rules}')
        files(w, node, page, write(w.path('plain.rules'), RULES))
        seed(w, node, top)
        # The rules hold for what is published, too.
        wait(lambda: 'Held' in articles(w, node), 'the page')
        read = w.run('read', '1').stdout
        need('Bo Sun' in read and 'ODD' not in read and 'The ministry' in read, read)
        published(w, node, site)
        addresses(w, node, site, other, rules)
        several(w)
        # A mistake in the settings' rules is told at the start, with its line.
        write(rules, 'site 127.0.0.1\nkeeps p\n')
        r = subprocess.run([w.quired, '-c', os.path.join(node.dir, 'quired.conf')], capture_output=True, text=True, timeout=30)
        need(r.returncode == 1 and 'line 2: this is no rule' in r.stderr, r.stderr)


if __name__ == '__main__':
    try:
        main(sys.argv[1], sys.argv[2])
    except Failed as e:
        print(e, file=sys.stderr)
        sys.exit(1)
