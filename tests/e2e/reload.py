#!/usr/bin/python3
"""What the system's manager sees of quired: readiness, reloading, and a clean end.
usage: reload.py BUILD"""
import os, signal, socket, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


class Manager:
    """The socket that NOTIFY_SOCKET names."""

    def __init__(self, path):
        self.path = path
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.sock.settimeout(20)
        self.said = []

    def hear(self, word):
        while True:
            try:
                lines = self.sock.recv(4096).decode().split('\n')
            except socket.timeout:
                raise Failed(f'"{word}" was not said, but {self.said}')
            self.said += lines
            if any(line.startswith(word) for line in lines):
                return


def problems(node):
    return [x for x in node.ask('status') if x['what'] == 'problem']


def follows(node):
    return {x['feed']: x for x in node.ask('status') if x['what'] == 'feed'}


def until(what, ok, seconds=20):
    end = time.monotonic() + seconds
    while not ok():
        if time.monotonic() > end:
            raise Failed(what)
        time.sleep(0.1)


def main(build):
    with Newsworld(build) as w:
        links = [w.newsroom(f'Room {i}', f'room{i}') for i in range(2)]
        manager = Manager(w.path('notify'))
        os.environ['NOTIFY_SOCKET'] = manager.path
        node = w.node('follow ' + links[0])
        del os.environ['NOTIFY_SOCKET']
        manager.hear('READY=1')
        feeds = [link.split(':')[1].split('?')[0] for link in links]
        need(list(follows(node)) == feeds[:1], f'it follows {list(follows(node))}')

        # More is followed, and with another quota, without a restart.
        node.lines = ['follow ' + links[0], '\tquota 5M', 'follow ' + links[1]]
        node.write_conf()
        node.proc.send_signal(signal.SIGHUP)
        manager.hear('RELOADING=1')
        manager.hear('READY=1')
        need(sorted(follows(node)) == sorted(feeds), f'after a reload: {list(follows(node))}')
        need(follows(node)[feeds[0]]['quota'] == 5 << 20, 'the new quota')

        # Mistakes change nothing, and are told until they are mended.
        node.lines += ['colour blue']
        node.write_conf()
        node.proc.send_signal(signal.SIGHUP)
        manager.hear('READY=1')
        until('a mistake is not told', lambda: problems(node))
        need('settings stay' in open(node.log).read(), 'the log says nothing')
        need(sorted(follows(node)) == sorted(feeds), 'a mistake changed what is followed')
        node.lines = node.lines[:-1][2:]
        node.write_conf()
        node.proc.send_signal(signal.SIGHUP)
        manager.hear('READY=1')
        until('the mended mistake is still told', lambda: not problems(node))
        need(list(follows(node)) == feeds[1:], f'after unfollowing: {list(follows(node))}')

        # What a quota has no room for is counted.
        with open(w.path('a.md'), 'w') as f:
            f.write('title: Room\n\n' + ' '.join(os.urandom(4).hex() for _ in range(2000)))
        desk = w.node('publish ' + w.path('room1'))
        w.run('--control', desk.control, 'publish', w.path('a.md'))
        node.lines = ['follow ' + links[1], '\tquota 4K', 'peer ' + desk.invite()]
        node.write_conf()
        node.proc.send_signal(signal.SIGHUP)
        until('what is beyond the quota is not counted', lambda: follows(node)[feeds[1]]['packs_over'] == 1)
        said = w.run('--control', node.control, 'status').stdout
        need(', 1 beyond its quota' in said, said)

        need(node.stop() == 0, f'it ended with {node.proc.returncode}')
        manager.hear('STOPPING=1')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'reload: {e}', file=sys.stderr)
        sys.exit(1)
