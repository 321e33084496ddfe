#!/usr/bin/python3
"""A line that a censor freezes: of each connection nothing comes any more after so many bytes from the node, and nobody says so.
A sync gets everything all the same, soon, and after the first few connections without running into it.
usage: freeze.py BUILD"""
import os, re, select, socket, sys, threading, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from socks import need

PIECE = 16384


class Box:
    """Passes on, but no more than |cap| bytes back a connection; what came of each."""

    def __init__(self, to, cap):
        self.to, self.cap, self.down, self.open, self.most = to, cap, [], 0, 0
        self.lock = threading.Lock()
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            link, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        there = socket.create_connection(('127.0.0.1', self.to))
        passed, frozen = 0, False
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
            index = len(self.down)
            self.down.append(0)
        try:
            while True:
                watched = [link] if frozen else [link, there]
                for s in select.select(watched, [], [])[0]:
                    data = s.recv(65536 if s is link else min(65536, self.cap - passed))
                    if not data:
                        return
                    if s is there:
                        passed += len(data)
                        self.down[index] = passed
                        frozen = passed >= self.cap
                        link.sendall(data)
                    else:
                        there.sendall(data)
        except OSError:
            pass
        finally:
            with self.lock:
                self.open -= 1
            link.close()
            there.close()


def through(w, node, link, cap, home):
    box = Box(node.port, cap)
    invite = re.sub(r':\d+/', f':{box.port}/', node.invite())
    w.run('follow', '-', input=link + '\n', home=home)
    began = time.monotonic()
    w.run('sync', invite, home=home)
    return box, time.monotonic() - began


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        node = w.node('publish ' + w.path('newsroom'))
        # Text that hardly compresses: packs of several pieces, and small ones.
        for i in range(3):
            path = w.path(f'{i}.txt')
            with open(path, 'w') as f:
                f.write(f'title: Article {i}\n\n' + '\n\n'.join(os.urandom(400).hex() for _ in range((1, 40, 80)[i])) + '\n')
            node.publish(path)
        whole = w.path('whole')
        box, took = through(w, node, link, 1 << 40, whole)
        need(len(box.down) == 1, f'{box.down}')
        payload = box.down[0]

        for cap in (16384, 12000):
            home = w.path(f'by-{cap}')
            box, took = through(w, node, link, cap, home)
            print(f'cap {cap}: {payload} bytes at once; now {sum(box.down)} in {len(box.down)} connections, {took:.0f} s')
            for at in (whole, home):
                need(w.run('list', home=at).stdout.count('Article') == 3, 'not all came')
            for n in ('1', '2', '3'):
                need(w.run('read', '--text', n, home=home).stdout == w.run('read', '--text', n, home=whole).stdout, 'another text')
            cuts = sum(n >= cap for n in box.down)
            need(1 <= cuts <= 2 + len(box.down) // 8, f'{cuts} connections were frozen: {box.down}')
            # What a frozen one brought may have been for nothing, and each is padded up to a step of the ladder.
            need(sum(box.down) <= cuts * (PIECE + 2000) + 3 * payload, f'{sum(box.down)} bytes for {payload}')
            # One goes before the next comes; on a machine that lags the box may see it the other way round.
            need(box.most <= 2, f'{box.most} connections at a time')
            # Who waits for each that is frozen as for one that is only slow takes 20 s a connection.
            need(took < 12 * len(box.down), f'{took} s for {len(box.down)} connections')
        need(node.stop() == 0, 'the node ends badly')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'freeze: {e}', file=sys.stderr)
        sys.exit(1)
