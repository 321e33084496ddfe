#!/usr/bin/python3
"""A newsroom's site, its outages and tricks, as the sources of a real quired.
usage: source.py BUILD"""
import glob, gzip, http.server, json, os, struct, sys, threading, time, zlib
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from socks import ONION, Proxy


def need(ok, what):
    if not ok:
        raise Failed(what)


def png(shade):
    """A picture of 60 by 40."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes([shade, 99, 200]) * 60 for _ in range(40))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 60, 40, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


class Site:
    """What it serves, by path: bytes, or a function that is given the request; and all that it was asked."""

    def __init__(self):
        self.page, self.asked, self.down = {}, [], False
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((time.monotonic(), self.path, dict(self.headers)))
                page = site.page.get(self.path)
                if site.down:
                    self.send_error(503)
                elif page is None:
                    self.send_error(404)
                elif callable(page):
                    page(self)
                else:
                    self.serve(*page)

            def serve(self, data, kind='text/html; charset=utf-8'):
                tag = f'"{zlib.crc32(data)}"'
                if self.headers.get('If-None-Match') == tag:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(data)))
                self.send_header('ETag', tag)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.at = f'http://127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path, text, kind='text/html; charset=utf-8'):
        self.page[path] = (text if isinstance(text, bytes) else text.encode(), kind)

    def paths(self):
        return [path for _, path, _ in self.asked]

    def times(self, path):
        return self.paths().count(path)


LONG = ('The ministry, which had said nothing for weeks, confirmed the arrests on Tuesday, after relatives had spoken to '
        'reporters; none of those who were held had seen a lawyer, and none, it said, would see one soon. ') * 3

RUSSIAN = 'Министерство, молчавшее несколько недель, во вторник подтвердило аресты. ' * 6


def rss(*items):
    return ('<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            '<title>The Paper</title><language>en</language>' + ''.join(items) + '</channel></rss>')


def whole(n, text=LONG):
    return (f'<item><title>Whole {n}</title><guid isPermaLink="false">w{n}</guid><link>/whole/{n}</link>'
            f'<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item>')


def short(n):
    return f'<item><title>Short {n}</title><guid isPermaLink="false">s{n}</guid><link>/page/{n}</link><description>Some of it.</description></item>'


def page(n, more=''):
    return (f'<!doctype html><html lang=en><title>Short {n} - The Paper</title><body><nav>MENU</nav><article><h1>Short {n}</h1>'
            f'<p class=byline>By A. Writer</p><p>{LONG}</p><figure><img src="/img/{n}.png" alt="A street"></figure>'
            f'<p>Number {n}. {more}{LONG}</p></article></body></html>')


def sources(node):
    return [x for x in node.ask('status') if x['what'] == 'source']


def problems(node):
    return [x for x in node.ask('status') if x['what'] == 'problem']


def wait(until, what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.2)
    raise Failed(f'{what} did not come')


def articles(w, node):
    """As a reader has them after a sync: title to its line."""
    w.run('sync', node.invite(), ok=False)
    return {x['title']: x for x in map(json.loads, w.run('list', '--json').stdout.splitlines())}


def settled(node):
    """Every source had a turn, and none is under way."""
    return all(not s['active'] and s['next'] > 0 for s in sources(node))


def look_again(w, node, seconds=90):
    """A start looks at every source at once."""
    need(node.stop() == 0, 'a clean end')
    node.start()
    wait(lambda: settled(node), 'the end of all turns', seconds)


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        tricked = Tricked(w)  # half a minute of patience with slow servers goes on beside all else
        site = Site()
        site.put('/feed.xml', rss(whole(1), whole(2)), 'application/rss+xml')
        node = w.node('publish ' + w.path('newsroom'), '\tsource ' + site.at + '/feed.xml', '\tevery 1m')
        w.run('follow', '-', input=link + '\n')

        # Entries with their text are taken from the feed.
        wait(lambda: settled(node), 'the first turn')
        got = articles(w, node)
        need(sorted(got) == ['Whole 1', 'Whole 2'], f'{sorted(got)} {problems(node)}')
        need(not problems(node), f'{problems(node)}')
        need(site.paths() == ['/robots.txt', '/feed.xml'], f'{site.paths()}')
        need(site.asked[1][0] - site.asked[0][0] >= 1.9, 'two requests in less than two seconds')
        need(site.asked[1][2]['User-Agent'].startswith('quire/'), f'{site.asked[1]}')
        head = node.feed()['head']
        node.lines.append('\tdelay 0')  # what follows is asked of a server of our own

        # Asked with the tag it gave; nothing comes of it.
        look_again(w, node)
        need(site.asked[-1][1] == '/feed.xml' and 'If-None-Match' in site.asked[-1][2], f'{site.asked[-1]}')
        need(node.feed()['head'] == head, 'nothing new is published')

        # One entry is edited, one vanishes, one is new.
        site.put('/feed.xml', rss(whole(2, 'Now known: ' + LONG), whole(3)), 'application/rss+xml')
        look_again(w, node)
        got = articles(w, node)
        need(sorted(got) == ['Whole 1', 'Whole 2', 'Whole 3'], f'{sorted(got)}')
        need(got['Whole 2']['revision'] == 2 and got['Whole 1']['revision'] == 1, f'{got}')
        said = sources(node)[0]
        need((said['new'], said['corrected'], said['same']) == (1, 1, 0) and not said['error'], f'{said}')
        need(said['looked'] <= said['listed'] < said['looked'] + 60, f'{said}')

        # What it was told stays over a restart, after which the list is the same.
        look_again(w, node)
        again = sources(node)[0]
        need([again[x] for x in ('listed', 'new', 'corrected', 'same')] == [said[x] for x in ('listed', 'new', 'corrected', 'same')], f'{again}')

        # What was kept is damaged: told, all is looked at anew, and nothing is published twice.
        head = node.feed()['head']
        need(node.stop() == 0, 'a clean end')
        kept = glob.glob(os.path.join(node.dir, 'state', 'source-*'))
        need(len(kept) == 1, f'{kept}')
        with open(kept[0], 'r+b') as f:
            f.truncate(20)
        look_again(w, node)
        need(site.asked[-1][1] == '/feed.xml' and 'If-None-Match' not in site.asked[-1][2], f'{site.asked[-1]}')
        need(node.feed()['head'] == head, 'published twice')
        need('begins anew' in open(node.log, encoding='utf-8').read(), 'the damage is not told')

        # An outage is told, with what to do, and nothing is lost by it; then it is past.
        site.down = True
        look_again(w, node)
        told = problems(node)
        need(len(told) == 1 and '503' in told[0]['message'] and told[0]['hint'], f'{told}')
        need(sources(node)[0]['trouble'] and sources(node)[0]['success'] > 0, f'{sources(node)}')
        site.down = False
        look_again(w, node)
        need(not problems(node) and len(articles(w, node)) == 3, f'{problems(node)}')
        said = sources(node)[0]
        need(said['looked'] <= said['success'] < said['looked'] + 60 and 0 < said['listed'] <= said['looked'], f'{said}')
        need('503' in said['error'] and 0 < said['error_at'] <= said['looked'], f'{said}')

        # What is for sure in another language is published, and told.
        edited = [whole(2, 'Now known: ' + LONG), whole(3)]
        site.put('/feed.xml', rss(*edited, whole(99, RUSSIAN)), 'application/rss+xml')
        look_again(w, node)
        told = problems(node)
        need(len(told) == 1 and 'in Cyrillic letters' in told[0]['message'] and '<language>' in told[0]['message'], f'{told}')
        need('Whole 99' in articles(w, node), f'{sorted(articles(w, node))}')
        site.put('/feed.xml', rss(*edited), 'application/rss+xml')
        look_again(w, node)
        need(not problems(node), f'{problems(node)}')
        pages_and_pictures(w, node, site)
        sitemaps(w, node, site)
        other_kinds(w, node, site)
        by_name(w, node, site)
        manners(w, node, site)
        tricked.check(w)
        for n, s in ((node, site), (tricked.node, tricked.good)):
            finish(n, s)
    print('the sites were read as they should')
    return 0


def pages_and_pictures(w, node, site):
    """Entries that only sum up: their pages are fetched, and what these show, once."""
    for n in (1, 2):
        site.put(f'/page/{n}', page(n))
        site.put(f'/img/{n}.png', png(n), 'image/png')
    site.put('/page/6', page(6))  # whose picture is not there yet
    site.put('/short.xml', rss(short(1), short(2), short(3), short(6)), 'application/rss+xml')
    node.lines.insert(2, '\tsource ' + site.at + '/short.xml')
    look_again(w, node)
    got = articles(w, node)
    need('Short 1' in got and 'Short 2' in got and 'Short 3' not in got, f'{sorted(got)} {problems(node)}')
    text = w.run('read', '--text', 's1').stdout
    need('The ministry' in text and 'MENU' not in text, text)
    need(site.times('/img/1.png') == 1 and site.times('/page/1') == 1, f'{site.paths()}')
    w.run('unpack', w.path('pages'))
    need(any('alt="A street"' in open(p, encoding='utf-8').read() for p in glob.glob(w.path('pages', 'a', '*.html'))), 'no page shows its picture')
    told = [p for p in problems(node) if '404' in p['message']]
    need(len(told) == 1 and 'A page of' in told[0]['message'] and told[0]['file'].endswith('/page/3'), f'{problems(node)}')
    out = w.run('--control', node.control, 'status').stdout
    need(f'source 2: {site.at}/short.xml, ' in out and '3 new; skipped: 1 whose page did not come' in out, out)
    need('last error' in out and 'the web server answers 404' in out, out)
    need(got['Short 6']['revision'] == 1, f'{got}')

    # Asked again: the missing page only, which is there now, and a picture; an edited summary has its page looked at.
    site.put('/page/3', page(3))
    site.put('/img/3.png', png(3), 'image/png')
    site.put('/page/1', page(1, 'Corrected. '))
    site.put('/short.xml', rss(short(1).replace('Some', 'More'), short(2), short(3), short(6)), 'application/rss+xml')
    site.put('/img/6.png', png(6), 'image/png')
    look_again(w, node)
    got = articles(w, node)
    need(got['Short 6']['revision'] == 2 and site.times('/img/6.png') == 2, f'a picture that came later: {got}')
    need(got['Short 3']['revision'] == 1 and got['Short 1']['revision'] == 2 and got['Short 2']['revision'] == 1, f'{got}')
    need(site.times('/page/2') == 1 and site.times('/page/1') == 2, f'{site.paths()}')
    need(not problems(node), f'{problems(node)}')


def sitemaps(w, node, site):
    """An index of sitemaps, of which what is not known yet is fetched, relative to nothing."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

    def urls(*ns):
        return f'<urlset {space}>' + ''.join(f'<url><loc>{site.at}/page/{n}</loc><lastmod>2026-11-2{n % 10}</lastmod></url>' for n in ns) + '</urlset>'
    for n in (11, 12):
        site.put(f'/page/{n}', page(n))
        site.put(f'/img/{n}.png', png(n), 'image/png')
    site.put('/index.xml', f'<sitemapindex {space}><sitemap><loc>{site.at}/map.xml.gz</loc></sitemap></sitemapindex>', 'text/xml')
    site.put('/map.xml.gz', gzip.compress(urls(11).encode()), 'application/x-gzip')
    node.lines.insert(3, '\tsource ' + site.at + '/index.xml')
    look_again(w, node)
    got = articles(w, node)
    need('Short 11' in got and 'Short 12' not in got, f'{sorted(got)} {problems(node)}')
    site.put('/map.xml.gz', gzip.compress(urls(11, 12).encode()), 'application/x-gzip')
    # The index says the same, and nothing of when its maps changed: they are asked themselves, with the tag they gave.
    look_again(w, node)
    need('Short 12' in articles(w, node), f'{problems(node)}')
    need(site.times('/page/11') == 1, 'a page that is known was fetched again')
    look_again(w, node)
    asked = [h for _, path, h in site.asked if path == '/map.xml.gz']
    need(len(asked) == 3 and 'If-None-Match' in asked[2] and site.times('/page/12') == 1 and not problems(node), f'{asked} {problems(node)}')


def by_name(w, node, site):
    """Through the proxy that "socks" names go even the names; nothing goes around it."""
    proxy = Proxy(int(site.at.rsplit(':', 1)[1]))
    site.put('/hidden.xml', rss(whole(30)), 'application/rss+xml')
    w.run('key', 'new', w.path('second'), '--name', 'Second', '--lang', 'en')
    other = w.node('socks ' + proxy.where, 'publish ' + w.path('second'), '\tsource http://' + ONION + '/hidden.xml', '\tdelay 0')
    wait(lambda: settled(other), 'the turn through the proxy')
    need(not problems(other) and sources(other)[0]['entries'] == 1, f'{problems(other)}')
    need({(name, port) for _, name, port in proxy.asked} == {(ONION, 80)}, f'{proxy.asked}')
    need(other.stop() == 0, 'a clean end')


def other_kinds(w, node, site):
    """A JSON Feed, a single page, a feed in a file that leads to no other file."""
    site.put('/feed.json', json.dumps({'version': 'https://jsonfeed.org/version/1.1', 'language': 'en', 'items': [
        {'id': 'j1', 'title': 'Of JSON', 'content_html': f'<p>{LONG}</p>'}]}), 'application/feed+json')
    site.put('/about', page(20))
    site.put('/page/%C3%9Cber%20uns', page(21))
    site.put('/named.xml', rss(short(21).replace('/page/21', '/page/Über uns#top')), 'application/rss+xml')
    os.makedirs(w.path('files'))
    with open(w.path('files', 'feed.xml'), 'w', encoding='utf-8') as f:
        f.write(rss(whole(7), f'<item><title>Outside</title><guid>out</guid><link>file://{node.dir}/quired.conf</link></item>'))
    node.lines[4:4] = ['\tsource ' + site.at + '/feed.json', '\tsource ' + site.at + '/about', '\tsource ' + site.at + '/named.xml', '\tsource file://' + w.path('files', 'feed.xml')]
    look_again(w, node)
    got = articles(w, node)
    need('Of JSON' in got and 'Short 20' in got and 'Short 21' in got and 'Whole 7' in got and 'Outside' not in got, f'{sorted(got)} {problems(node)}')


def manners(w, node, site):
    """robots.txt decides, and "quire" before "*"; it may ask for longer pauses than the operator wants."""
    site.put('/robots.txt', 'User-agent: *\nDisallow: /page/\nCrawl-delay: 1\n')
    site.put('/page/4', page(4))
    site.put('/short.xml', rss(short(1).replace('Some', 'More'), short(2), short(3), short(4)), 'application/rss+xml')
    before = len(site.asked)
    look_again(w, node)
    need(site.times('/page/4') == 0, 'a page that robots.txt forbids was fetched')
    at = [t for t, _, _ in site.asked[before:]]
    need(len(at) > 5 and all(b - a >= 0.9 for a, b in zip(at, at[1:])), 'two requests in less than the second that robots.txt asks for')
    del site.page['/robots.txt']


def answer(data, length=None, **lines):
    def do(h):
        h.send_response(200)
        for k, v in lines.items():
            h.send_header(k.replace('_', '-'), v)
        h.send_header('Content-Length', str(length or len(data)))
        h.end_headers()
        try:
            h.wfile.write(data)
        except OSError:
            pass  # it had enough
    return do


def endless(h):
    h.send_response(200)
    h.end_headers()
    try:
        while True:
            h.wfile.write(b' ' * 65536)
    except OSError:
        pass


def drip(h):
    h.send_response(200)
    h.send_header('Content-Length', '1000')
    h.end_headers()
    try:
        for _ in range(300):
            h.wfile.write(b'<')
            time.sleep(1)
    except OSError:
        pass


def circle(h):
    h.send_response(302)
    h.send_header('Location', '/circle')
    h.end_headers()


def later(h):
    h.send_response(429)
    h.send_header('Retry-After', '7200')
    h.end_headers()


class Tricked:
    """What sites can do to who reads them, by a newsroom that has one good source: each is told in a line, and the good one goes on."""
    TOLD = {'bomb': 'larger', 'huge': 'larger', 'cut': 'ends early', 'circle': 'five times', 'later': '429', 'words': 'no feed',
            'entities': 'entities', 'endless': 'larger', 'drip': 'too slow', 'zip': 'larger', 'torn': 'damaged'}

    def __init__(self, w):
        names = [*self.TOLD, 'extra']
        self.bad = {name: Site() for name in names}  # a host each, so that none waits for another
        self.good = Site()
        self.good.put('/feed.xml', rss(whole(50)), 'application/rss+xml')
        spaces, feed, extra = b'<rss>' + b' ' * 50_000_000, rss(whole(9)).encode(), rss(whole(8)).encode()
        self.put('bomb', answer(gzip.compress(spaces), Content_Encoding='gzip'))
        self.put('huge', answer(b'<rss>' + b' ' * 9_000_000))
        self.put('endless', endless)
        self.put('drip', drip)
        self.put('zip', answer(gzip.compress(spaces), Content_Type='application/gzip'))
        self.put('torn', answer(gzip.compress(feed)[:-9], Content_Type='application/gzip'))
        self.put('extra', answer(extra + b'<rss>MORE' * 1000, length=len(extra)))  # is cut off, as every browser does
        self.put('cut', answer(feed, length=100_000))
        self.put('circle', circle)
        self.put('later', later)
        self.put('words', answer(b'Nothing but words.', Content_Type='text/plain'))
        self.put('entities', answer(
            b'<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel><item><title>&c;</title></item></channel></rss>'))
        self.link = w.newsroom('Tricked', 'tricked')
        self.node = w.node('publish ' + w.path('tricked'), *[f'\tsource {s.at}/{n}' for n, s in self.bad.items()],
                           '\tsource ' + self.good.at + '/feed.xml', '\tdelay 0')

    def put(self, name, what):
        self.bad[name].page['/' + name] = what

    def check(self, w):
        node = self.node
        w.run('follow', '-', input=self.link + '\n')
        wait(lambda: settled(node), 'the end of all tricks')
        told = {p['file'].rsplit('/', 1)[1]: p for p in problems(node)}
        for name, words in self.TOLD.items():
            need(name in told and words in told[name]['message'] and told[name]['hint'], f'{name}: {told.get(name)} {problems(node)}')
        got = articles(w, node)
        need('Whole 50' in got and 'Whole 8' in got, f'a good source was spoiled by the others: {sorted(got)}')

        # It changes its mind: a page where the feed was, then the feed again. Nothing is lost or doubled.
        feed = self.good.page['/feed.xml']
        self.good.put('/feed.xml', page(40))
        self.put('drip', answer(b''))
        look_again(w, node)
        self.good.page['/feed.xml'] = feed
        head = node.feed()['head']
        look_again(w, node)
        need(articles(w, node)['Whole 50']['revision'] == 1 and node.feed()['head'] == head, 'a feed that came back is news')
        next_time = {s['number']: s['next'] for s in sources(node)}
        need(next_time[1 + list(self.bad).index('later')] > 7000, f'Retry-After is not kept: {next_time}')
        need(self.bad['later'].times('/later') == 1, 'Retry-After is forgotten by a restart')


def finish(node, site):
    need(all('quire' in h.get('User-Agent', '') for _, _, h in site.asked), 'somebody else asked')
    need(node.stop() == 0, 'a clean end')
    for path in glob.glob(os.path.join(node.dir, 'state', 'source-*')):
        with open(path, 'r+b') as f:
            f.write(b'\xff')
    node.start()
    need(any('damaged' in p['message'] for p in problems(node)), f'{problems(node)}')
    need(node.stop() == 0, 'a clean end')
    log = open(node.log, encoding='utf-8').read()
    for secret in ('Whole', 'Short', '127.0.0.1', 'feed.xml', '/page/'):
        need(secret not in log, f'the log has "{secret}":\n{log}')


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'failed: {e}')
