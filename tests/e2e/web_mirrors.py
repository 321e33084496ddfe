#!/usr/bin/python3
"""A node to which no peer gives a feed takes it from the web hosts that the follow link or the charter names, one at a time and as
politely as it may; and hosts that lie cost it nothing but time.
usage: web_mirrors.py BUILD"""
import http.server, os, shutil, socket, sys, threading, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from socks import Proxy


def need(ok, what):
    if not ok:
        raise Failed(what)


class Host:
    """A web host that serves a tree as |lie| has it, and notes who asks for what."""

    def __init__(self, folder, lie=lambda handler, data: data):
        self.folder, self.asked, self.agents, self.lie = folder, [], set(), lie

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(handler):
                try:
                    self.serve(handler)
                except OSError:
                    pass  # who asked has gone

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.address = f'http://127.0.0.1:{self.port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        self.asked.append(handler.path)
        self.agents.add(handler.headers.get('User-Agent'))
        if not os.path.exists(self.folder + handler.path):
            handler.send_error(404)
            return
        with open(self.folder + handler.path, 'rb') as f:
            data = self.lie(handler, f.read())
        if data is not None:
            handler.send_response(200)
            handler.send_header('Content-Type', 'text/html; charset=iso-8859-1')  # as a careless host says
            handler.send_header('Content-Length', str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)


# What hosts may do instead.

def truncated(handler, data):
    return data[:len(data) // 3]


def broken_off(handler, data):
    handler.send_response(200)
    handler.send_header('Content-Length', str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:100])
    handler.close_connection = True


def wrong_packs(handler, data):
    return data[:-1] + bytes([data[-1] ^ 1]) if '/pack/' in handler.path else data


def wrong_headers(handler, data):
    return data[:100] + bytes([data[100] ^ 1]) + data[101:] if '/issues/' in handler.path else data


def endless(handler, data):
    return data + bytes(1 << 22)


def unwell(handler, data):
    handler.send_error(503)


def circle(handler, data):
    handler.send_response(302)
    handler.send_header('Location', handler.path)
    handler.end_headers()


def elsewhere(address):
    def lie(handler, data):
        handler.send_response(302)
        handler.send_header('Location', address + handler.path)
        handler.end_headers()
    return lie


def drops(folder):
    """Of a block of headers all but the last, and junk; the next time all."""
    times = []

    def lie(handler, data):
        feed, issues, _ = handler.path.partition('/issues/')
        if issues == '':
            return data
        times.append(1)
        return data[:-os.path.getsize(folder + feed + '/head') if len(times) == 1 else None] + bytes(100000)
    return lie


def slow(handler, data):
    handler.send_response(200)
    handler.send_header('Content-Length', str(len(data)))
    handler.end_headers()
    for byte in data:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.5)


def publish(w, desk, name):
    with open(w.path(name), 'w') as f:
        f.write(f'title: {name}\n\n' + 'Words. ' * 9000 + '\n')
    desk.publish(w.path(name))


def whole(head):
    return lambda x: x['head'] == head and x['packs_wanted'] == 0 and x['packs_held'] > 0


def named(link, *hosts):
    return link + ''.join('&m=' + x.address for x in hosts)


def asked_all(hosts, seconds=90):
    end = time.monotonic() + seconds
    while not all(x.asked for x in hosts):
        need(time.monotonic() < end, f'not asked: {[i for i, x in enumerate(hosts) if not x.asked]}')
        time.sleep(0.1)


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        room = w.path('newsroom')
        desk = w.node('publish ' + room)
        tree, old = w.path('tree'), w.path('old')
        good, late, unnamed = Host(tree), Host(tree), Host(tree)
        w.run('charter', 'change', room, '--mirror', good.address.replace('127.0.0.1', 'mirror.example'), '--mirror', late.address)
        w.run('charter', 'accept', room)
        need(desk.stop() == 0, 'the desk ends badly')
        desk.start()
        publish(w, desk, 'one.txt')
        shutil.copytree(w.path('node1', 'state', 'feed'), old + '/feed')
        shutil.copytree(w.path('node1', 'state', 'pack'), old + '/pack')
        publish(w, desk, 'two.txt')
        shutil.copytree(w.path('node1', 'state', 'feed'), tree + '/feed')
        shutil.copytree(w.path('node1', 'state', 'pack'), tree + '/pack')

        # Liars alone: each is asked, nothing false is taken, and what is true is.
        liars = [Host(tree, x) for x in (truncated, broken_off, wrong_headers, endless, unwell, circle, elsewhere(unnamed.address.replace('127.0.0.1', 'localhost')))]
        node = w.node('follow ' + named(link, *liars))
        asked_all(liars)
        time.sleep(1)
        need(node.feed()['head'] == 0, f'a liar was believed: {node.feed()}')
        need(not unnamed.asked, 'it was sent on to another host')
        need(not good.asked and not late.asked, 'a private address that only a charter names was asked')
        need(all(len(x.asked) < 20 for x in liars), f'a liar is asked {[len(x.asked) for x in liars]} times')

        # One has an old head, one wrong packs, one is good: the feed is there, whole.
        stale, crooked, right = Host(old), Host(tree, wrong_packs), Host(tree)
        node.lines = ['follow ' + named(link, stale, crooked, right, *liars[:3])]
        need(node.stop() == 0, 'the node ends badly')
        node.start()
        node.wait(whole(2), what='the feed')
        need(right.agents | stale.agents | crooked.agents == {None}, f'it says who it is: {right.agents}')
        need(sum('/pack/' in x for x in crooked.asked) <= 1, 'who gave a wrong pack is asked for more')
        w.run('follow', link)
        w.run('sync', node.invite())
        need('two.txt' in w.run('list').stdout, 'what came is not what was published')

        # Who gives headers in drops is not asked once for each of them.
        sip = Host(tree, drops(tree))
        thirsty = w.node('follow ' + named(link, sip), name='thirsty')
        thirsty.wait(lambda x: x['head'] > 0, what='a header')
        need(thirsty.feed()['head'] == 1 and sum('/issues/' in x for x in sip.asked) == 1, f'it was asked for {sip.asked}')

        # With what the charter says alone, through the proxy alone.  It holds what it had.
        publish(w, desk, 'three.txt')
        shutil.copytree(w.path('node1', 'state', 'feed'), tree + '/feed', dirs_exist_ok=True)
        shutil.copytree(w.path('node1', 'state', 'pack'), tree + '/pack', dirs_exist_ok=True)
        proxy = Proxy(good.port)
        before = len(right.asked)
        node.lines = ['follow ' + link, 'socks ' + proxy.where]
        need(node.stop() == 0, 'the node ends badly')
        node.start()
        node.wait(whole(3), what='the third issue')
        need(len(right.asked) == before, 'who is named no more was asked')
        need({name for _, name, _ in proxy.asked} <= {'mirror.example', '127.0.0.1'}, f'the proxy was asked for {proxy.asked}')

        # A slow one holds nothing up, not even the end; and who says no asks nobody.
        drip = Host(tree, slow)
        sloth = w.node('follow ' + named(link, drip), name='sloth')
        off = w.node('follow ' + named(link, late), 'mirrors no', name='off')
        asked_all([drip])
        begun = time.monotonic()
        sloth.feed()
        need(sloth.stop() == 0 and time.monotonic() - begun < 10, 'a slow host holds it up')

        # Next to a peer that has the feed, mirrors are left alone.
        quiet = Host(tree)
        peer = w.node('peer ' + desk.invite(), 'follow ' + named(link, quiet), name='peer')
        peer.wait(whole(3), what='the feed, from its peer')
        time.sleep(9)  # the first look is after 7 at most
        need(not quiet.asked, 'a mirror was asked beside a peer')
        need(not late.asked and off.feed()['head'] == 0, 'it was asked, though the settings say no')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'web_mirrors: {e}')
