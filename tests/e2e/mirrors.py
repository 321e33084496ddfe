#!/usr/bin/python3
"""When nothing that a reader knows answers, the places that the newsroom's charter names are asked, and only then.
usage: mirrors.py BUILD"""
import functools, http.server, os, socket, sys, threading
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from socks import Proxy


def need(ok, what):
    if not ok:
        raise Failed(what)


class Host:
    """Any web host that serves a copy of the tree, and counts who asks."""

    def __init__(self, folder):
        self.asked = 0

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(handler):
                self.asked += 1
                super().do_GET()

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Handler, directory=folder))
        self.port = self.server.server_port
        self.address = f'http://mirror.example:{self.port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def publish(w, desk, name):
    with open(w.path(name), 'w') as f:
        f.write(f'title: {name}\n\nWords.\n')
    desk.publish(w.path(name))


def name_mirrors(w, room, *where):
    w.run('charter', 'change', room, *sum((['--mirror', x] for x in where), []))
    w.run('charter', 'accept', room)


def came(server):
    """Whether anybody connected."""
    try:
        server.accept()[0].close()
        return True
    except BlockingIOError:
        return False


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        room = w.path('newsroom')
        os.makedirs(w.path('node1', 'state'))
        host = Host(w.path('node1', 'state'))
        name_mirrors(w, room, 'file:///nowhere', host.address)
        desk = w.node('publish ' + room)
        proxy = '--socks', Proxy({host.port}).where  # it knows no other name, nor another port
        publish(w, desk, 'one.txt')
        w.run('follow', link)
        r = w.run('sync', ok=False)
        need(r.returncode == 1 and 'no source is known' in r.stderr, f'without anything: {r.stderr}')
        invite = desk.invite()
        w.run('source', 'add', invite)
        w.run('sync')
        need(host.asked == 0, 'it was asked beside one that answered')
        publish(w, desk, 'two.txt')
        need(desk.stop() == 0, 'the desk ends badly')

        r = w.run('sync', invite, ok=False)
        need(r.returncode == 1 and host.asked == 0, f'who names a source means it: {r.stderr}')
        r = w.run('sync', *proxy)
        need('be reached' in r.stderr and 'newsroom says' in r.stderr and host.asked > 0, f'{r.stderr}')
        need('two.txt' in w.run('list').stdout, 'nothing came')
        w.run('source', 'remove', '1')
        asked = host.asked
        w.run('sync', *proxy)
        need(host.asked > asked, 'without a source it is not asked')

        host.server.shutdown()
        host.server.server_close()
        r = w.run('sync', *proxy, ok=False)
        need(r.returncode == 1 and host.address in r.stderr, f'nothing answers: {r.stderr}')

        # An invite in a charter: of a door that everybody may know.
        name_mirrors(w, room, invite)
        desk.start()
        w.run('sync', invite)
        publish(w, desk, 'three.txt')
        w.run('sync')
        need('three.txt' in w.run('list').stdout, 'the invite in the charter is not used')

        # A revocation says nothing of mirrors: they stay.
        spare = w.run('key', 'make', w.path('spare')).stdout.strip()
        w.run('charter', 'change', room, '--add', spare + ':9')
        w.run('charter', 'accept', room)
        w.run('charter', 'revoke', room, spare + ':9')
        w.run('charter', 'accept', room)
        need(desk.stop() == 0, 'the desk ends badly')
        desk.start()
        w.run('sync', invite)
        publish(w, desk, 'four.txt')
        w.run('sync')
        need('four.txt' in w.run('list').stdout, 'a revocation takes the mirrors')

        # What an invite wants said before its line is not said in our own network, unless it is we who name it.
        traps = [socket.create_server(('127.0.0.1', 0)) for _ in range(2)]
        for x in traps:
            x.settimeout(0)
        at = ['127.0.0.1:%d' % x.getsockname()[1] for x in traps]
        bad = invite.replace(f'127.0.0.1:{desk.port}', at[0]).replace('#', '&pre=FLUSHALL%0D%0A#')
        name_mirrors(w, room, bad, invite.replace(f'127.0.0.1:{desk.port}', at[1]))
        need(desk.stop() == 0, 'the desk ends badly')
        desk.start()
        w.run('sync', invite)
        need(desk.stop() == 0, 'the desk ends badly')
        r = w.run('sync', ok=False)
        need(r.returncode == 1 and came(traps[1]), f'the other mirror is not dialled: {r.stderr}')
        need(not came(traps[0]), 'a charter has a command said in our own network')
        w.run('sync', bad, ok=False)
        need(came(traps[0]), 'what the reader names is not dialled')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'mirrors: {e}')
