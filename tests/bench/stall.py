#!/usr/bin/python3
"""How long quired's loop does not answer while it publishes articles with pictures.

usage: stall.py BUILD [ARTICLES]      asks it for its status again and again meanwhile
"""
import os, random, socket, struct, sys, time, zlib
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from news import Newsworld

STATUS = b"\x03\0\0\0\xa1\0\1"


def png(seed, width, height):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    g = random.Random(seed)
    rows = b''.join(b'\0' + g.randbytes(8) * (width * 3 // 8) for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows, 1)) + chunk(b'IEND', b''))


def ask(path):
    """Seconds until the whole first message of the answer is there."""
    began = time.monotonic()
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(STATUS)
        if len(s.recv(4)) != 4:
            sys.exit('no answer')
    return time.monotonic() - began


def main(build, n='1000'):
    with Newsworld(build) as w:
        w.newsroom()
        os.mkdir(w.path('inbox'))
        os.mkdir(w.path('made'))
        g = random.Random(1)
        words = [''.join(g.choices('abcdefghijklmnop', k=g.randrange(2, 9))) for _ in range(5000)]
        for i in range(int(n)):
            with open(w.path('made', f'{i}.png'), 'wb') as f:
                f.write(png(i, 1200, 800))
            with open(w.path('made', f'{i}.md'), 'w') as f:
                f.write(f'---\ntitle: {i}\nlang: en\n---\n' + ' '.join(g.choices(words, k=800)) + f'\n\n![]({i}.png)\n')
        node = w.node('publish ' + w.path('newsroom'), '	inbox ' + w.path('inbox'), '	settle 1')
        for name in os.listdir(w.path('made')):
            os.rename(w.path('made', name), w.path('inbox', name))
        began = looked = time.monotonic()
        times = []
        while True:
            times.append(ask(node.control))
            time.sleep(0.002)
            if time.monotonic() - looked > 5:
                looked = time.monotonic()
                feed = node.feed()
                if feed['head'] > 0 and not feed['binding']:
                    break
        times.sort()
        print(f'{n} articles in {time.monotonic() - began:.0f} s; asked {len(times)} times: longest {times[-1] * 1000:.0f} ms, '
              f'a hundredth over {times[len(times) * 99 // 100] * 1000:.0f} ms, half over {times[len(times) // 2] * 1000:.1f} ms')


if __name__ == '__main__':
    main(*sys.argv[1:])
