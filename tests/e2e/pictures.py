#!/usr/bin/python3
"""A picture that tells where it was taken is published: what it tells is gone, and who has a bad line gets it small.
usage: pictures.py BUILD"""
import base64, glob, os, random, re, struct, sys, tarfile, zlib
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

TOLD = b'GPS 55.7558 N 37.6173 E, camera 0012345'

# 1792 by 64 pixels, red and blue, with TOLD in its Exif; made by libavif.
AVIF = base64.b64decode(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAEzbWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYAAAAADnBpdG0AAAAAAA'
    'EAAAAsaWxvYwAAAABEAAACAAEAAAABAAABkgAAAEMAAgAAAAEAAAFbAAAANwAAAEFpaW5mAAAAAAACAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAAAZaW5mZQIAAAAA'
    'AgAARXhpZkV4aWYAAAAAGmlyZWYAAAAAAAAADmNkc2MAAgABAAEAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAHAAAAAEAAAAAQcGl4aQAAAAADCAgIAAAADGF2MU'
    'OBAAwAAAAAE2NvbHJuY2x4AAIAAgACgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAgm1kYXQAAAAATU0AKgAAAAgAAAAAR1BTIDU1Ljc1NTggTiAzNy42MTczIEUsIGNh'
    'bWVyYSAwMDEyMzQ1EgAKBxgpd//sCEAyNhZAFNNNIgC023tuyjE31DKzLQ7sSEtclr7/rkQCIlIZlaJXO5UnFkWt7M+WanaHVKbC+mRUag==')


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


def gif(width, height, frames):
    """One colour a picture, and TOLD as a comment."""
    def blocks(data):
        return b''.join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b'\0'

    def lzw(colour):  # codes of 8 bits: 128 begins anew, before there are more than they can say
        pixels = bytes([colour]) * 100
        n = width * height
        return blocks(b''.join(b'\x80' + pixels[:min(100, n - i)] for i in range(0, n, 100)) + b'\x81')
    return (b'GIF89a' + struct.pack('<HHBBB', width, height, 0xf6, 0, 0) + bytes(range(128)) * 3 + b'\x21\xfe' + blocks(TOLD) +
            b''.join(b'\x2c' + struct.pack('<HHHHB', 0, 0, width, height, 0) + b'\7' + lzw(i) for i in range(frames)) + b'\x3b')


def shown(w, folder, n=1):
    """The pictures that the pages name: their files' bytes."""
    pages = glob.glob(os.path.join(folder, 'a', '*.html'))
    names = [x for page in pages for x in re.findall(r'src="../pictures/([^"]+)"', open(page, encoding='utf-8').read())]
    need(len(names) == n, f'{len(names)} pictures in the pages')
    w.run('verify', *pages)
    return [open(os.path.join(folder, 'pictures', name), 'rb').read() for name in names]


def other_kinds(w):
    """AVIF and a moving GIF: pixels are made of them within the walls of the real program."""
    link = w.newsroom('Moving', 'newsroom')
    desk = w.chain(link, 1)[0]
    for name, data in (('wide.avif', AVIF), ('moving.gif', gif(1700, 60, 4))):
        need(TOLD in data, f'{name} tells nothing')
        with open(w.path(name), 'wb') as f:
            f.write(data)
    with open(w.path('a.md'), 'w') as f:
        f.write('---\ntitle: Two kinds\nlang: en\n---\nWords.\n\n![wide](wide.avif)\n\n![moving](moving.gif)\n')
    r = desk.publish(w.path('a.md'))
    need('left out' not in r.stderr, r.stderr)
    w.run('follow', '-', input=link + '\n')
    w.run('sync', desk.invite())
    w.run('unpack', w.path('pages'))
    for data in shown(w, w.path('pages'), 2):
        need(data[8:12] == b'WEBP' and TOLD not in data, f'published as it is: {data[:16]}')


def main(build):
    with Newsworld(build) as w:
        other_kinds(w)
    with Newsworld(build) as w:
        link = w.newsroom()
        desk = w.chain(link, 1)[0]
        with open(w.path('view.png'), 'wb') as f:
            f.write(png(900, 600))
        with open(w.path('broken.jpg'), 'wb') as f:
            f.write(b'\xff\xd8\xff\xe1' + TOLD)
        with open(w.path('a.md'), 'w') as f:
            f.write('---\ntitle: A view\nlang: en\n---\nWords.\n\n![Seen from above](view.png)\n\n![](broken.jpg)\n')
        with open(w.path('b.txt'), 'w') as f:
            f.write('lang: en\n\nNot so\n\nAs it was not.\n')
        r = desk.publish(w.path('a.md'), w.path('b.txt'))
        need('broken.jpg is left out' in r.stderr, r.stderr)
        with open(w.path('c.html'), 'w') as f:
            f.write('<html lang=en><title>C</title><p>c<img src=gone.png><img src=away/too.jpg><img src="data:image/png;base64,AAAA">')
        r = w.run('--control', desk.control, 'publish', '--dry-run', w.path('c.html'))
        need('3 of its pictures are not here and left out: gone.png, away/too.jpg.' in r.stderr, r.stderr)
        w.run('follow', '-', input=link + '\n')
        w.run('sync', '--text-only', desk.invite())
        said = w.run('unpack', w.path('bare')).stderr
        need('Pictures of 1 of them are not here, as of “A view”' in said, said)
        w.run('sync', '--small', desk.invite())
        said = w.run('unpack', w.path('small')).stderr
        need(said == '', said)
        small, = shown(w, w.path('small'))
        need(small[8:12] == b'WEBP' and len(small) <= 8192, f'the small one takes {len(small)} bytes')
        w.run('sync', desk.invite())
        w.run('unpack', w.path('small'))  # once more, over it
        large, = shown(w, w.path('small'))
        need(len(small) < len(large) <= 61440, f'the large one takes {len(large)} bytes')
        need(len(os.listdir(w.path('small', 'pictures'))) == 2, 'both are there')
        w.run('export', '--capsule', 'a.md', w.path('a.quire'))
        w.run('verify', w.path('a.quire'))

        # One that was changed is named.
        page = next(p for p in glob.glob(w.path('small', 'a', '*.html')) if 'A view' in open(p, encoding='utf-8').read())
        w.run('verify', page)
        name = next(n for n in os.listdir(w.path('small', 'pictures')) if open(w.path('small', 'pictures', n), 'rb').read() == large)
        with open(w.path('small', 'pictures', name), 'wb') as f:
            f.write(small)
        r = w.run('verify', page, ok=False)
        need(r.returncode == 1 and f'pictures/{name}, was changed' in r.stderr, r.stderr)
        for data in (small, large, open(w.path('a.quire'), 'rb').read()):
            need(TOLD not in data and b'GPS' not in data, 'the picture still tells')

        # What a retraction leaves is announced again, and is once in a bundle.
        desk.ask('retract', 'b.txt')
        w.run('sync', desk.invite())
        w.run('export', '--bundle', w.path('all.tar'))
        names = tarfile.open(w.path('all.tar')).getnames()
        need(len(names) == len(set(names)), f'twice in a bundle: {names}')
        w.run('verify', w.path('all.tar'))
        print('the pictures tell nothing')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
