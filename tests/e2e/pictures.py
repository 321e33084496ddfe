#!/usr/bin/python3
"""A picture that tells where it was taken is published: what it tells is gone, and who has a bad line gets it small.
usage: pictures.py BUILD"""
import glob, os, random, re, struct, sys, zlib
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

TOLD = b'GPS 55.7558 N 37.6173 E, camera 0012345'


def need(ok, what):
    if not ok:
        raise Failed(what)


def png(width, height):
    """A picture that no format makes small by itself, with words in it."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    g = random.Random(7)
    rows = b''.join(b'\0' + bytes((x * y * 3 + g.randrange(64)) % 256 for x in range(width) for _ in range(3)) for y in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'tEXt', b'Comment\0' + TOLD) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'') + TOLD)


def shown(w, folder):
    """The picture that the page names: its file's bytes."""
    page = open(glob.glob(os.path.join(folder, 'a', '*.html'))[0], encoding='utf-8').read()
    names = re.findall(r'src="../pictures/([^"]+)"', page)
    need(len(names) == 1, f'{len(names)} pictures in the page')
    w.run('verify', *glob.glob(os.path.join(folder, 'a', '*.html')))
    return open(os.path.join(folder, 'pictures', names[0]), 'rb').read()


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom()
        desk = w.chain(link, 1)[0]
        with open(w.path('view.png'), 'wb') as f:
            f.write(png(900, 600))
        with open(w.path('broken.jpg'), 'wb') as f:
            f.write(b'\xff\xd8\xff\xe1' + TOLD)
        with open(w.path('a.md'), 'w') as f:
            f.write('---\ntitle: A view\nlang: en\n---\nWords.\n\n![Seen from above](view.png)\n\n![](broken.jpg)\n')
        r = desk.publish(w.path('a.md'))
        need('broken.jpg is left out' in r.stderr, r.stderr)
        w.run('follow', '-', input=link + '\n')
        w.run('sync', '--small', desk.invite())
        w.run('unpack', w.path('small'))
        small = shown(w, w.path('small'))
        need(small[8:12] == b'WEBP' and len(small) <= 8192, f'the small one takes {len(small)} bytes')
        w.run('sync', desk.invite())
        w.run('unpack', w.path('small'))  # once more, over it
        large = shown(w, w.path('small'))
        need(len(small) < len(large) <= 61440, f'the large one takes {len(large)} bytes')
        need(len(os.listdir(w.path('small', 'pictures'))) == 2, 'both are there')
        w.run('export', '--capsule', 'a.md', w.path('a.quire'))
        w.run('verify', w.path('a.quire'))
        for data in (small, large, open(w.path('a.quire'), 'rb').read()):
            need(TOLD not in data and b'GPS' not in data, 'the picture still tells')
        print('the picture tells nothing')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
