#!/usr/bin/python3
"""While slow pictures are made, requests are answered and readers served; who ends quired then loses nothing.
usage: responsive.py BUILD"""
import os, socket, struct, subprocess, sys, time, zlib
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

PICTURES = 12
ANSWERS = 20
CONTROL_MAX = 16
STATUS = b'\3\0\0\0\xa1\0\1'
PUBLISH = b'\3\0\0\0\xa1\0\x0b'
RETRACT = b'\6\0\0\0\xa2\0\x0e\1ax'  # what is not there


def need(ok, what):
    if not ok:
        raise Failed(what)


def png(width, height, shade):
    """Few bytes, many pixels: slow to make small."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    row = b'\0' + bytes((x * 7 + x * x // 5 + shade * 40) % 256 for x in range(width * 3))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(row * height, 1)) + chunk(b'IEND', b''))


def write_slow(w, folder, name):
    os.makedirs(w.path(folder), exist_ok=True)
    for i in range(PICTURES):
        with open(w.path(folder, f'{name}{i}.png'), 'wb') as f:
            f.write(png(1600, 1200, i))
    with open(w.path(folder, name + '.md'), 'w') as f:
        f.write(f'---\ntitle: {name}\nlang: en\n---\nWords.\n\n' + '\n\n'.join(f'![Picture {i}]({name}{i}.png)' for i in range(PICTURES)))
    return w.path(folder, name + '.md')


def titles(w):
    return w.run('list').stdout


def send(desk, message):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(300)
    s.connect(desk.control)
    s.sendall(message)
    return s


def answer(s):
    try:
        return s.recv(4)
    except ConnectionError:
        return b''


def fill(desk):
    """As many as may ask wait for what is published by the first, two of them already: one more is sent away, and none of them."""
    waiting = [send(desk, RETRACT) for _ in range(CONTROL_MAX - 2)]
    time.sleep(0.3)
    try:
        more = answer(send(desk, STATUS))
    except ConnectionError:
        more = b''
    need(more == b'', 'one more is answered')
    return waiting


def served_meanwhile(w, desk):
    slow = write_slow(w, 'documents', 'slow')
    publishing = subprocess.Popen([w.quire, '--control', desk.control, 'publish', slow], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    answers = 0
    while publishing.poll() is None and answers < ANSWERS:
        need(desk.feed()['head'] == 1, 'published before its pictures are made')
        answers += 1
    need(answers == ANSWERS, f'publishing ended before {ANSWERS} requests were answered: {answers}')
    w.run('sync', desk.invite())
    need('quick' in titles(w), f'what was published before is not served: {titles(w)}')
    busy = send(desk, PUBLISH)
    waiting = fill(desk)
    need(publishing.poll() is None, 'publishing ended before a reader was served')
    need(all(answer(s) != b'' for s in waiting), 'who waited was sent away')
    for s in waiting:
        s.close()
    need(b'being published' in busy.recv(1000), 'two were published at a time')
    busy.close()
    need(publishing.wait(300) == 0, 'the slow one was not published')
    w.run('sync', desk.invite())
    need('slow' in titles(w), f'the slow one is not served: {titles(w)}')


def nothing_lost_at_the_end(w, desk):
    """Of what ends in the middle nothing is published; the inbox is published by the next."""
    write_slow(w, 'inbox', 'late')
    deadline = time.monotonic() + 60
    while not children(desk) and time.monotonic() < deadline:
        time.sleep(0.01)
    need(children(desk), 'no picture is being made')
    need(desk.feed()['head'] == 2, 'published before its pictures are made')
    need(desk.stop() == 0, 'quired did not end well')
    with open(desk.log) as f:
        need('could not be published' not in f.read(), 'the end is taken for a failure')
    desk.start()
    need(desk.feed()['head'] == 2, 'half of it was published')
    desk.wait(lambda f: f['head'] == 3, what='what was in the inbox', seconds=120)
    w.run('sync', desk.invite())
    need('late' in titles(w), f'the late one is not served: {titles(w)}')
    need(w.run('read', 'late.md').stdout.count('Picture') >= PICTURES, 'pictures are missing')


def children(desk):
    """Processes that make a picture now: children of the keeper of that name."""
    def child_of(pid):
        with open(f'/proc/{pid}/task/{pid}/children') as f:
            return f.read().split()
    for pid in child_of(desk.proc.pid):
        with open(f'/proc/{pid}/comm') as f:
            if f.read().strip() == 'quired-picture':
                return child_of(pid)
    return []


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        os.mkdir(w.path('inbox'))
        desk = w.node('publish ' + w.path('newsroom'), '	inbox ' + w.path('inbox'), '	settle 1')
        with open(w.path('quick.md'), 'w') as f:
            f.write('---\ntitle: quick\nlang: en\n---\nWords.\n')
        desk.publish(w.path('quick.md'))
        w.run('follow', '-', input=link + '\n')
        served_meanwhile(w, desk)
        nothing_lost_at_the_end(w, desk)
        print('served while it published')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
