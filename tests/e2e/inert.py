#!/usr/bin/python3
"""What hostile documents become, shown by a real Chromium: no script runs, no request leaves, and taken in again it stays the same.
usage: inert.py BUILD CORPUS.SH"""
import html, json, os, re, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import hostile
from browser import Browser, found
from news import Failed, Newsworld

BATCH, FRAMES, TOGETHER = 500, 150, 1000
OURS = set('html head meta title style link body nav main article footer h1 p h2 h3 h4 ul ol li blockquote pre code em strong a figure img '
           'figcaption table tbody tr td th br hr span b bdi time'.split())
ATTRIBUTES = set('lang dir charset name content http-equiv class rel type href src alt width height datetime'.split())


def need(ok, what):
    if not ok:
        raise Failed(what)


def lines(out):
    """Not splitlines(), to which many characters of a title end a line."""
    return [json.loads(x) for x in out.split('\n') if x]


def published(w, node, folder, documents):
    """Publish the documents from |folder|; returns how many were taken."""
    os.makedirs(folder)
    for name, data in documents:
        with open(os.path.join(folder, name), 'wb') as f:
            f.write(data)
    names, taken = [name for name, _ in documents], 0
    for i in range(0, len(names), BATCH):
        r = w.run('--control', node.control, 'publish', '--json', *[os.path.join(folder, n) for n in names[i:i + BATCH]], ok=False)
        for x in lines(r.stdout):
            if x['what'] == 'document':
                taken += x['outcome'] != 'refused'
                need(x['outcome'] != 'refused' or 'bug' not in x['message'], f'{x}')
    return taken


def unpacked(w, node, folder):
    """By the document's name: its page's path."""
    w.run('sync', node.invite())
    w.run('unpack', folder, '--quiet')
    listed = lines(w.run('list', '--json').stdout)
    return {x['name']: os.path.join(folder, 'a', x['id'] + '.html') for x in listed}


def read(path):
    with open(path, encoding='utf-8', newline='') as f:
        return f.read()


def title_and_body(page):
    m = re.search(r'<article>\n<h1[^>]*>(.*?)</h1>\n(?:<p class="by">.*?</p>\n)?(.*)\n</article>', page, re.S)
    return m[1], m[2]


def control(b, folder):
    """That the browser tells of what the pages must not do."""
    os.makedirs(folder)
    with open(os.path.join(folder, 'bad.html'), 'w', encoding='utf-8') as f:
        f.write('<title>a</title><script>document.title = "b"</script><img src=http://img.test/a onerror="var c">'
                '<style>@import "http://css.test/c"</style><svg onload="var d"><iframe src="javascript:alert(1)"></iframe>')
    with open(os.path.join(folder, 'frame.html'), 'w', encoding='utf-8') as f:
        f.write('<iframe src="bad.html"></iframe>')
    shown = b.show(os.path.join(folder, 'frame.html'))
    need(any(title == 'b' for _, title, _ in shown), f'no script ran on the page that has one: {shown}')
    need(len(b.scripts) >= 3, f'scripts that run are not seen: {b.scripts}')
    need('http://img.test/a' in b.requests and 'http://css.test/c' in b.requests, f'requests are not seen: {b.requests}')
    need(any('img.test' in x for x in b.wall.asked), f'the proxy was not asked: {b.wall.asked}')
    need(any(e == 'script' for _, _, elements in shown for e, _ in elements), 'active elements are not seen')


def quiet(b, what, folder):
    need(not b.scripts, f'{what}: a script ran: {b.scripts[:3]}')
    need(not b.said, f'{what}: Chromium says: {b.said[:3]}')
    gone = [r for r in b.requests if not r.startswith('file://' + folder + '/')]
    need(not gone, f'{what}: a request left: {gone[:3]}')


def harmless(what, elements):
    for name, attributes in elements:
        need(name in OURS or name.startswith('::'), f'{what}: an element <{name}>')
        for key, value in attributes.items():
            need(key in ATTRIBUTES, f'{what}: <{name} {key}="{value}">')
            need(key not in ('href', 'src') or re.match(r'(https?|mailto):|#|[\w./-]+$', value), f'{what}: <{name} {key}="{value}">')


def framed(b, paths, folder):
    """The pages as they are, many in one."""
    for i in range(0, len(paths), FRAMES):
        some = paths[i:i + FRAMES]
        holder = os.path.join(folder, f'frames-{i}.html')
        with open(holder, 'w', encoding='utf-8') as f:
            f.write(''.join(f'<iframe src="a/{os.path.basename(p)}"></iframe>' for p in some))
        shown = b.show(holder)[1:]
        need(sorted(url for url, _, _ in shown) == sorted('file://' + p for p in some), 'not every page is shown')
        quiet(b, holder, folder)
        for url, title, elements in shown:
            harmless(url, elements)
            want = html.unescape(re.search('<title>(.*?)</title>', read(url[7:]), re.S)[1])
            need(title.split() == want.split(), f'{url}: the title is {title!r}, not {want!r}')


def together(b, paths, folder):
    """The articles without their pages' policy, which is a belt; the markup has to hold alone, and each to end where it ends."""
    for i in range(0, len(paths), TOGETHER):
        some = paths[i:i + TOGETHER]
        page = os.path.join(folder, f'together-{i}.html')
        with open(page, 'w', encoding='utf-8', newline='') as f:
            f.write('<!DOCTYPE html><meta charset="utf-8"><title>many</title>\n<body>' + ''.join(
                re.search('<main>(.*)</main>', read(p), re.S)[0] for p in some))
        shown = b.show(page)
        quiet(b, page, folder)
        need(len(shown) == 1 and shown[0][1] == 'many', f'{page} became {[d[:2] for d in shown]}')
        harmless(page, shown[0][2])
        for name in ('main', 'article', 'h1'):
            need(sum(e == name for e, _ in shown[0][2]) == len(some), f'{page}: an article leaves its place')


def main(build, corpus_sh):
    if not found():
        print('SKIPPED: there is no Chromium here (Debian: chromium-headless-shell)')
        return 77
    got = subprocess.run([corpus_sh], stdout=subprocess.PIPE, text=True)
    if got.returncode != 0:
        return 77
    began = time.monotonic()
    with Newsworld(build) as w:
        link, again = w.newsroom(), w.newsroom('Again', folder='again')
        node = w.node('publish ' + w.path('newsroom'))
        w.run('follow', '-', input=link + '\n')
        documents = list(hostile.documents(got.stdout.strip()))
        taken = published(w, node, w.path('in'), documents)
        first = unpacked(w, node, w.path('pages'))
        print(f'{taken} of {len(documents)} documents taken, {len(first)} pages, {time.monotonic() - began:.1f} s')

        for label, words in hostile.ENCODINGS.items():
            page = read(first[f'encoding-{label}.html'])
            title, body = title_and_body(page)
            need(title == words and body.count(words) >= 2, f'{label}: {title!r} {body[:200]!r}')

        # Our own markup, taken in by another newsroom.
        inner = {name: title_and_body(read(path)) for name, path in first.items()}
        mine = [(re.sub(r'\.\w+$', '', name) + '.html' if name.endswith('.html') else name + '.html',
                 f'<title>{title}</title><article><h1>{title}</h1>\n{body}\n</article>'.encode()) for name, (title, body) in inner.items()]
        other = w.node('publish ' + w.path('again'))
        w.run('follow', '-', input=again + '\n', home=w.path('second'))
        published(w, other, w.path('in-again'), mine)
        w.run('sync', other.invite(), home=w.path('second'))
        w.run('unpack', w.path('pages-again'), '--quiet', home=w.path('second'))
        second = {x['name']: os.path.join(w.path('pages-again'), 'a', x['id'] + '.html')
                  for x in lines(w.run('list', '--json', home=w.path('second')).stdout)}
        changed = []
        for name, (title, body) in inner.items():
            twice = name if name.endswith('.html') else name + '.html'
            got_again = title_and_body(read(second[twice])) if twice in second else None
            if got_again != (title, body):
                changed.append((name, (title, body), got_again))
        print(f'{len(inner) - len(changed)} of {len(inner)} stay as they are when taken in again, {time.monotonic() - began:.1f} s')
        for x in changed[:5]:
            print('  changed:', *map(ascii, x))
        need(not changed, 'our own output became something else')

        with Browser() as b:
            control(b, w.path('control'))
            asked = len(b.wall.asked)
            together(b, sorted(first.values()), w.path('pages'))
            # A page costs Chromium some milliseconds: of those whose words are only odd, some.
            names = sorted(first)
            attacks = [first[n] for n in names if n.startswith(('h5sc', 'encoding'))]
            framed(b, attacks + [first[n] for n in names if first[n] not in attacks][::20], w.path('pages'))
            b.show(w.path('pages', 'index.html'))
            quiet(b, 'the index', w.path('pages'))
            text = b''.join(data for _, data in documents).decode('utf-8', 'replace').lower()
            # Chromium asks for things of its own, through the same proxy.
            hosts = {re.sub(r'^\w+ (?:\w+://)?([^:/ ]*).*', r'\1', x).lower() for x in b.wall.asked[asked:]}
            need(not any(h in text for h in hosts), f'the proxy was asked for {sorted(hosts)}')
        print(f'inert in Chromium, {time.monotonic() - began:.1f} s')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(*sys.argv[1:]))
    except Failed as e:
        sys.exit(f'failed: {e}')
