#!/usr/bin/python3
"""Syncing with an onion address goes through the SOCKS5 proxy, by name, and through nothing else, and so does all else once a proxy
is named; a bad proxy is survived.
usage: socks.py BUILD"""
import os, re, socket, struct, sys, threading
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld, free_port

ONION = 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion'


def need(ok, what):
    if not ok:
        raise Failed(what)


def pour(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Proxy:
    """RFC 1928, as far as CONNECT by name without a password, to the port |to| or, of several, only to those; or |answer| instead."""

    def __init__(self, to, answer=None):
        self.to, self.answer, self.asked = to, answer, []
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.where = '127.0.0.1:%d' % self.sock.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            link, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        f = link.makefile('rb')
        version, n = f.read(2)
        methods = f.read(n)
        if self.answer is not None:
            link.sendall(self.answer)
            link.close()
            return
        need(version == 5 and 0 in methods, 'no SOCKS5 greeting')
        link.sendall(b'\5\0')
        head = f.read(4)
        name = socket.inet_ntoa(f.read(4)) if head[3] == 1 else f.read(f.read(1)[0]).decode()
        port = struct.unpack('>H', f.read(2))[0]
        self.asked.append((head, name, port))
        try:
            if isinstance(self.to, set) and port not in self.to:
                raise OSError
            there = socket.create_connection(('127.0.0.1', port if isinstance(self.to, set) else self.to))
        except OSError:
            link.shutdown(socket.SHUT_RDWR)
            return
        link.sendall(b'\5\0\0\1\0\0\0\0\0\0')
        threading.Thread(target=pour, args=(there, link), daemon=True).start()
        pour(link, there)


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        node = w.node('publish ' + w.path('newsroom'))
        with open(w.path('a.txt'), 'w') as f:
            f.write('title: Behind the onion\n\nWords.\n')
        node.publish(w.path('a.txt'))
        invite = re.sub(r'//[^/]*/', f'//{ONION}:80/', node.invite())
        w.run('follow', '-', input=link + '\n')

        r = w.run('sync', invite, ok=False)
        need(r.returncode == 1, 'an onion was reached without a proxy')
        for answer in (b'', b'\5', b'\5\xff', b'HTTP/1.1 400\r\n\r\n', b'\5\0\5\1\0\1\0\0\0\0\0\0', os.urandom(300)):
            proxy = Proxy(node.port, answer)
            r = w.run('sync', '--socks', proxy.where, invite, ok=False)
            need(r.returncode == 1 and 'reached' in r.stderr, f'a proxy that says {answer[:20]}: {r.returncode} {r.stderr}')
        proxy = Proxy(node.port)
        w.run('sync', '--socks', proxy.where, invite)
        need(proxy.asked == [(b'\5\1\0\3', ONION, 80)], f'the proxy was asked for {proxy.asked}')
        need('Behind the onion' in w.run('list').stdout, 'nothing came')
        w.run('sync', '--socks', proxy.where, node.invite())
        need(proxy.asked[1:] == [(b'\5\1\0\1', '127.0.0.1', node.port)], f'the proxy was asked for {proxy.asked}')
        # Web hosts as well, whatever the environment says.
        os.environ.update({'no_proxy': '*', 'http_proxy': 'http://127.0.0.1:9'})
        proxy = Proxy(free_port())
        w.run('sync', '--socks', proxy.where, 'http://site.test:81/', ok=False)
        need(proxy.asked[:1] == [(b'\5\1\0\3', 'site.test', 81)], f'the proxy was asked for {proxy.asked}')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'socks: {e}', file=sys.stderr)
        sys.exit(1)
