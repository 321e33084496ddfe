#!/usr/bin/python3
"""A newsroom's site served by nginx, as newsrooms have it: conditional requests, compression, an outage, a slow line, and entries
and pages that no parser likes.
usage: nginx.py BUILD"""
import os, shutil, socket, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld, free_port
from source import LONG, articles, look_again, need, page, png, problems, rss, settled, short, wait, whole

NGINX = shutil.which('nginx', path=os.environ['PATH'] + ':/usr/sbin')
CONF = '''daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{
	access_log {0}/access.log;
	client_body_temp_path {0}/tmp; proxy_temp_path {0}/tmp; fastcgi_temp_path {0}/tmp; uwsgi_temp_path {0}/tmp; scgi_temp_path {0}/tmp;
	types {{ text/html html; application/rss+xml xml; image/png png; }}
	charset utf-8; gzip on; gzip_types application/rss+xml; gzip_min_length 100;
	server {{
		listen 127.0.0.1:{1};
		root {0}/site;
		location /page/ {{ default_type text/html; }}
		location /slow/ {{ gzip off; limit_rate 50; }}
	}}
}}
'''


class Nginx:
    def __init__(self, folder):
        self.dir, self.proc = folder, None
        os.makedirs(os.path.join(folder, 'tmp'))
        self.port = free_port()
        self.at = f'http://127.0.0.1:{self.port}'
        with open(os.path.join(folder, 'conf'), 'w') as f:
            f.write(CONF.format(folder, self.port))

    def start(self):
        self.proc = subprocess.Popen([NGINX, '-p', self.dir, '-c', os.path.join(self.dir, 'conf'), '-e', os.path.join(self.dir, 'error.log')],
                                     stdin=subprocess.DEVNULL)
        wait(self.answers, 'nginx', 20)

    def answers(self):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', self.port)) == 0

    def stop(self):
        if self.proc is not None:
            self.proc.terminate()
            self.proc.wait(20)
            self.proc = None

    def put(self, path, text):
        """Replaced at once, as a careful site does it."""
        path = os.path.join(self.dir, 'site', path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + '.new', 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.rename(path + '.new', path)

    def answered(self, path):
        """What was said to each request for |path|."""
        with open(os.path.join(self.dir, 'access.log')) as f:
            return [line.split('"')[2].split()[0] for line in f if f' /{path} ' in line]


def attributes(n):
    return '<p' + ''.join(f" a{i}=''" for i in range(n)) + '>Hardly a paragraph.</p>'


def deep(n):
    return '<div>' * n + 'Deep down' + '</div>' * n


def paper(w, site, node):
    """The daily work: what is new, what has changed, what has not."""
    got = articles(w, node)
    need(sorted(got) == ['Short 1', 'Whole 1'] and not problems(node), f'{sorted(got)} {problems(node)}')
    look_again(w, node)
    need(site.answered('feed.xml') == ['200', '304'], f'{site.answered("feed.xml")}')
    need(site.answered('page/1') == ['200'] and site.answered('img/1.png') == ['200'], 'a page was fetched again')
    head = node.feed()['head']

    site.stop()
    look_again(w, node)
    need(len(problems(node)) == 1 and problems(node)[0]['hint'], f'an outage: {problems(node)}')
    site.start()
    site.put('feed.xml', rss(whole(1, 'Corrected. ' + LONG), short(1)))
    look_again(w, node)
    got = articles(w, node)
    need(not problems(node) and node.feed()['head'] == head + 1, f'{problems(node)} {node.feed()}')
    need(got['Whole 1']['revision'] == 2 and got['Short 1']['revision'] == 1, f'{got}')


def monsters(w, site, node):
    """Entries and pages at which a parser would toil for minutes: each is told by name, and all others are published."""
    site.put('page/2', page(2).replace('<figure>', attributes(100_000) + '<figure>'))
    site.put('page/3', page(3).replace('<figure>', deep(50_000) + '<figure>'))
    site.put('page/4', page(4).replace('<figure>', f'<p class="{"x" * 5_000_000}">long</p><figure>'))
    site.put('page/5', page(5))
    site.put('img/5.png', png(5))
    site.put('monsters.xml', rss(whole(2, attributes(40_000)), whole(3, deep(20_000)), whole(4, f'<p class="{"x" * 500_000}">Long.</p>' + LONG),
                                 short(2), short(3), short(4), short(5), whole(5)))
    node.lines.insert(1, '\tsource ' + site.at + '/monsters.xml')
    look_again(w, node)
    got = articles(w, node)
    need({'Whole 4', 'Whole 5', 'Short 5', 'Whole 1'} <= set(got), f'{sorted(got)} {problems(node)}')
    need(not {'Whole 2', 'Whole 3', 'Short 2', 'Short 3', 'Short 4'} & set(got), f'{sorted(got)}')
    told = {p['file'][len(site.at):]: p['message'] for p in problems(node)}
    for path, words in (('/page/2', 'attributes'), ('/page/3', 'inside each other'), ('/page/4', 'larger')):
        need(words in told.get(path, ''), f'{path}: {problems(node)}')


def slow_line(w, site):
    """Who dribbles is left, with a word; a good source of the same newsroom is not kept waiting for ever. It takes half a minute."""
    site.put('slow/feed.xml', rss(whole(6), whole(7)))
    site.put('other.xml', rss(whole(8)))
    w.run('follow', '-', input=w.newsroom('Slow', 'slow') + '\n')
    return w.node('publish ' + w.path('slow'), '\tsource ' + site.at + '/slow/feed.xml', '\tsource ' + site.at + '/other.xml', '\tdelay 0')


def slow_line_is_told(w, node):
    wait(lambda: settled(node), 'the end of patience')
    told = problems(node)
    need(len(told) == 1 and '/slow/' in told[0]['file'] and 'slow' in told[0]['message'] and told[0]['hint'], f'{told}')
    need('Whole 8' in articles(w, node), 'a slow source spoiled a good one')


def main(build):
    if NGINX is None:
        print('SKIP nginx: it is not installed (apt install nginx-light; it starts a web server on this machine)')
        return 77
    with Newsworld(build) as w:
        os.makedirs(w.path('nginx'))
        site = Nginx(w.path('nginx'))
        try:
            link = w.newsroom()
            site.put('page/1', page(1))
            site.put('img/1.png', png(1))
            site.put('feed.xml', rss(whole(1), short(1)))
            site.start()
            node = w.node('publish ' + w.path('newsroom'), '\tsource ' + site.at + '/feed.xml', '\tdelay 0')
            w.run('follow', '-', input=link + '\n')
            wait(lambda: settled(node), 'the first turn')
            paper(w, site, node)
            slow = slow_line(w, site)  # after the outage
            monsters(w, site, node)
            slow_line_is_told(w, slow)
            need(node.stop() == 0, 'a clean end')
        finally:
            site.stop()
    print('nginx was read as it should')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'failed: {e}')
