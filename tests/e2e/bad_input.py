#!/usr/bin/python3
"""What is malformed gets one line that says what and what to do, an exit status, and nothing is lost or half done.
usage: bad_input.py BUILD"""
import base64, os, socket, stat, subprocess, sys, tarfile, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def need(ok, what):
    if not ok:
        raise Failed(what)


def write(path, data):
    with open(path, 'wb') as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


class Desk:
    def __init__(self, w):
        self.w = w

    def says(self, status, word, *args, home=None, input=None):
        """Exit |status|, and one line on standard error that holds |word|."""
        r = self.w.run(*args, ok=False, home=home, input=input, timeout=60)
        need(r.returncode == status, f'{args}: exit {r.returncode}, not {status}: {r.stderr}')
        need(word in r.stderr, f'{args}: "{word}" is not in: {r.stderr}')
        need(r.stderr.count('\n') == 1, f'{args}: not one line: {r.stderr}')
        return r


def documents(w, desk, node):
    """The worst document costs itself; a good one beside it is published."""
    c = ('--control', node.control)
    bad = {
        'empty': ('', 'no document by its name'), 'big.md': (b'title: x\n\n' + b'word ' * 2_000_000, 'larger than 8 MiB'),
        'binary.html': (bytes(range(256)) * 100, 'charset'), 'nothing.html': ('<p></p>', 'no text'),
        'other.json': ('{"a": 1}', 'json: refused. It is JSON, but no JSON Feed'), 'words.json': ('Words.', 'json: refused. It is no feed'),
        'date.md': ('---\ntitle: x\ndate: yesterday\n---\ntext\n', 'date'),
    }
    os.makedirs(w.path('docs'))
    good = write(w.path('docs', 'good.md'), 'title: Good\n\nWords.\n')
    for n, (name, (data, word)) in enumerate(bad.items()):
        write(good, f'title: Good\n\nWords, {n}.\n')
        path = write(w.path('docs', name), data)
        r = desk.says(0 if name == 'date.md' else 1, word, *c, 'publish', path, good)
        need(name in r.stderr, f'{name} is not named: {r.stderr}')
        need('issue' in r.stdout, f'the good one beside {name} is not published: {r.stdout}')
    os.mkfifo(w.path('fifo'))
    os.makedirs(w.path('folder'))
    os.symlink('/nonexistent', w.path('dangling.md'))
    head = node.feed()['head']
    for path, word in ((w.path('dangling.md'), 'No such file'), (w.path('folder'), 'not a file'),
                       (w.path('fifo'), 'not a file'), ('/dev/zero', 'not a file')):
        r = desk.says(1, word, *c, 'publish', path, good)
        need('unchanged' in r.stdout, f'{path} costs the good one beside it: {r.stdout}')
    desk.says(1, 'No published article', *c, 'retract', 'nothing.md')
    desk.says(2, 'FILE... is missing', *c, 'publish')
    desk.says(2, 'DRAFT is missing', *c, 'sign')
    desk.says(0, 'None yet', *c, 'peers')
    desk.says(1, 'charter.new is not there', 'charter', 'accept', w.path('newsroom'))
    need(node.feed()['head'] == head, 'something was published')


def inbox(w, node):
    """What lies in an inbox and is no document is passed over, whatever it is."""
    os.mkfifo(w.path('inbox', 'pipe.md'))
    os.symlink('/dev/zero', w.path('inbox', 'zero.md'))
    os.symlink(w.path('inbox'), w.path('inbox', 'loop'))
    os.makedirs(w.path('inbox', 'folder.md'))
    write(w.path('inbox', 'letter.docx'), 'PK')
    write(w.path('inbox', 'style.css'), 'p {}')
    head = node.feed()['head']
    write(w.path('inbox', 'one.md'), 'title: From the inbox\n\nWords.\n')
    node.wait(lambda f: f['head'] > head, what='the document of the inbox')
    odd = [x.get('file') for x in node.ask('status') if x['what'] == 'problem']
    for name in ('pipe.md', 'zero.md', 'letter.docx'):
        need(name in odd, f'{name} in the inbox is not told: {odd}')
    write(w.path('inbox', 'broken.xml'), '<?xml version="1.0"?><rss><broken')
    end = time.monotonic() + 30
    while 'broken.xml' not in [x.get('file') for x in node.ask('status') if x['what'] == 'problem']:
        need(time.monotonic() < end, 'a feed with no entry in the inbox is not told')
        time.sleep(0.2)
    for verb in ('try', 'publish'):
        r = w.run('--control', node.control, verb, w.path('inbox', 'broken.xml'), ok=False)
        need(r.returncode == 1 and 'no entry' in r.stdout + r.stderr, f'{verb}: {r.returncode} {r.stdout} {r.stderr}')
    need('style.css' not in odd, f'what nobody takes for a document is told: {odd}')


def two_inboxes(w):
    """The same is wrong with two newsrooms' inboxes: it is told of each by its name."""
    lines = []
    for name in ('North', 'South'):
        w.newsroom(name, folder=name)
        os.makedirs(w.path(name, 'in'))
        write(w.path(name, 'in', 'letter.docx'), 'PK')
        lines += ['publish ' + w.path(name), '\tinbox ' + w.path(name, 'in'), '\tsettle 1']
    node = w.node(*lines, name='both')
    end = time.monotonic() + 30
    told = []
    while len(told) < 2 and time.monotonic() < end:
        told = sorted(x['message'].split(':')[0] for x in node.ask('status') if x.get('file') == 'letter.docx')
        time.sleep(0.2)
    need(told == ['North', 'South'], f'whose inbox it is is not told: {told}')
    need(node.stop() == 0, 'it ends badly')


def sources(w, desk, invite, link):
    token = invite.split('#')[1]
    desk.says(1, 'no follow link', 'follow', 'quire:abc')
    desk.says(1, 'no follow link', 'follow', 'quire:' + 'a' * 52)
    desk.says(1, 'no follow link', 'follow', link.replace('k=', 'z='))
    desk.says(1, 'no follow link', 'follow', '')
    desk.says(1, 'that is an invite', 'follow', invite)
    for bad in (invite[:-1], invite + 'x', 'quire://127.0.0.1:1/?t=raw#AAAA', invite.replace('t=raw', 't=fax'),
                'quire://[::1]:99999/?t=raw#' + token):
        desk.says(1, 'an invite', 'sync', bad)
    desk.says(1, 'an invite for a newer quire', 'sync', 'quire://127.0.0.1:1/?t=raw#AgAA')
    desk.says(1, 'is no tree', 'sync', w.path('fifo'))
    desk.says(1, 'is no tree', 'sync', '/dev/zero')
    desk.says(1, 'is no tree', 'sync', write(w.path('empty.tar'), ''))
    desk.says(1, 'is no tree', 'sync', write(w.path('noise.tar'), os.urandom(5000)))
    desk.says(1, 'none of the feeds', 'sync', w.path('folder'))
    desk.says(1, 'cannot be read', 'sync', w.path('nowhere'))
    desk.says(1, 'cannot be reached', 'sync', 'http://127.0.0.1:9/')
    desk.says(1, 'follow link', 'sync', link)


def bundles(w, link, titles):
    """Of a bundle that is cut or flipped at any place all comes in that is whole, and nothing else."""
    whole = open(w.path('all.tar'), 'rb').read()
    for n, at in enumerate(range(700, len(whole), len(whole) // 23)):
        home = w.path(f'home{n}')
        w.run('follow', '-', input=link, home=home)
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:]):
            r = w.run('sync', write(w.path('part.tar'), data), ok=False, home=home)
            need(r.returncode in (0, 1), f'a bundle cut or flipped at {at}: exit {r.returncode}: {r.stderr}')
            need(set(titles(home)) <= set(titles(None)), f'at {at}: articles that nobody wrote')
        w.run('sync', w.path('all.tar'), home=home)
        need(sorted(titles(home)) == sorted(titles(None)), f'at {at}: the whole bundle does not mend it')


def headers_of(tar):
    """Where its files begin."""
    with tarfile.open(tar) as t:
        return [m.offset for m in t]


def flipped_headers(w, link, titles):
    """A file whose header is damaged is lost, and none behind it."""
    whole = open(w.path('all.tar'), 'rb').read()
    for n, at in enumerate(headers_of(w.path('all.tar'))[1:]):
        home = w.path(f'header{n}')
        w.run('follow', '-', input=link, home=home)
        part = write(w.path('part.tar'), whole[:at + 130] + bytes([whole[at + 130] ^ 1]) + whole[at + 131:])
        r = w.run('sync', part, ok=False, home=home)
        need('is no tree' not in r.stderr, f'a flip in the header at {at}: {r.stderr}')
        r = w.run('verify', part, ok=False)
        need('holds no feed' not in r.stderr, f'verify of a flip in the header at {at}: {r.stderr}')
        w.run('sync', part, w.path('all.tar'), ok=False, home=home)
        need(sorted(titles(home)) == sorted(titles(None)), f'at {at}: the whole bundle does not mend it')


def capsules(w, desk):
    whole = open(w.path('one.quire'), 'rb').read()
    part = w.path('part.quire')
    desk.says(1, 'empty', 'verify', write(part, ''))
    for at in range(1, len(whole), 41):
        desk.says(1, '', 'verify', write(part, whole[:at]))
        desk.says(1, '', 'verify', write(part, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]))
    desk.says(1, 'left over', 'verify', write(part, whole + b'x'))
    desk.says(1, 'nothing that can be verified', 'verify', write(part, b'\0' + os.urandom(499)))
    desk.says(1, 'holds no feed', 'verify', w.path('folder'))
    # The names of files are words of whoever wrote them: as of "quire verify *" on a stick.
    name = os.fsencode(w.path('')) + b'a\x1b[2K\rGood: Of the newsroom\nSigned by it \x9b1A \xe2\x80\xae'
    r = desk.says(1, 'nothing that can be verified', 'verify', write(name, b'\0' + os.urandom(499)))
    need(not set(r.stderr[:-1]) & set('\x1b\r\n\x9b\u202e'), f'a name of a file acts on the terminal: {r.stderr!r}')
    desk.says(1, 'cannot be read', 'verify', w.path('nowhere'))


def home(w, desk, invite, link, titles):
    """A database may be lost; the list of what is followed may not, and is not touched. What a newer quire wrote is left alone."""
    reader = w.path('reader')
    before = sorted(titles(None))
    for version in ('3\n', 'two'):
        write(os.path.join(reader, 'version'), version)
        for args in (('list',), ('sync', invite), ('follow', link), ('export', '--bundle', w.path('x.tar'))):
            desk.says(1, 'written by a newer quire', *args)
    write(os.path.join(reader, 'version'), '2\n')
    for data in (b'', os.urandom(9000), open(os.path.join(reader, 'index.sqlite'), 'rb').read()[:6000]):
        write(os.path.join(reader, 'index.sqlite'), data)
        w.run('sync', invite)
        need(sorted(titles(None)) == before, f'a database of {len(data)} bytes costs articles')
    for name in os.listdir(reader):
        if name.startswith('row-'):
            write(os.path.join(reader, name), os.urandom(2000))
    w.run('sync', invite)
    need(sorted(titles(None)) == before, 'a damaged row costs articles')
    follows = open(os.path.join(reader, 'follows'), 'rb').read()
    write(os.path.join(reader, 'follows'), b'garbage\n')
    r = w.run('list', ok=False)
    need(r.returncode == 1 and 'mend the line' in r.stderr, r.stderr)
    need(open(os.path.join(reader, 'follows'), 'rb').read() == b'garbage\n', 'the list of feeds was touched')
    write(os.path.join(reader, 'follows'), follows)
    desk.says(1, 'nothing is followed', 'list', home=w.path('nowhere'))
    bare = {k: v for k, v in os.environ.items() if k not in ('HOME', 'XDG_DATA_HOME', 'QUIRE_HOME')}
    r = subprocess.run([w.quire, 'follow', link], env=bare, cwd=w.path('folder'), capture_output=True, text=True)
    need(r.returncode == 1 and 'with -C DIR' in r.stderr and not os.listdir(w.path('folder')), f'without a home: {r.stderr}')
    # What cannot be kept is shown all the same.
    os.replace(os.path.join(reader, 'list'), w.path('list'))
    os.mkdir(os.path.join(reader, 'list'))
    r = desk.says(1, 'cannot be kept', 'list')
    need(len(r.stdout.splitlines()) == len(before), f'the list is not shown: {r.stdout}')
    os.rmdir(os.path.join(reader, 'list'))
    os.replace(w.path('list'), os.path.join(reader, 'list'))
    desk.says(1, 'no feed', 'export', '--bundle', w.path('x.tar'), '--feed', 'nobody')
    desk.says(1, 'cannot be written', 'export', '--bundle', '/nonexistent/x.tar')
    desk.says(1, 'no article', 'read', '99999')
    desk.says(1, 'Name another folder', 'unpack', w.path('one.quire'))
    targets(w, desk, link)
    desk.says(1, 'no feed', 'unfollow', 'nobody')
    w.run('follow', '-', input=link, home=w.path('left'))
    w.run('unfollow', link, home=w.path('left'))
    desk.says(0, 'Begin with: quire follow', 'list', home=w.path('left'))


def targets(w, desk, link):
    """Only plain files are replaced, and nothing is written through a link that lies in a folder of pages."""
    pipe, victim = w.path('target'), write(w.path('victim'), 'mine')
    os.mkfifo(pipe)
    desk.says(1, 'Name another', 'export', '--capsule', '1', pipe)
    desk.says(1, 'Name another', 'export', '--bundle', pipe)
    r = w.run('verify', '--export', pipe, head_of(w), ok=False)
    need(r.returncode == 1 and 'cannot be written' in r.stderr, r.stderr)
    need(stat.S_ISFIFO(os.lstat(pipe).st_mode), 'a pipe was replaced by a file')
    os.makedirs(w.path('pages'))
    os.symlink(victim, w.path('pages', 'index.html'))
    desk.says(1, 'it is a link or a pipe', 'unpack', w.path('pages'))
    need(open(victim).read() == 'mine', 'a link in a folder of pages was followed')
    w.run('follow', '-', input=link, home=w.path('empty-home'))
    desk.says(1, 'there is nothing to hand on', 'export', '--bundle', w.path('none.tar'), home=w.path('empty-home'))
    before = open(w.path('all.tar'), 'rb').read()
    r = w.run('export', '--bundle', w.path('all.tar'))
    need(open(w.path('all.tar'), 'rb').read() == before, 'the same bundle is not the same')
    need(not [x for x in os.listdir(w.dir) if '.tmp' in x], 'a temporary stays')


def head_of(w):
    feed = next(os.scandir(w.path('reader', 'feed'))).path
    return os.path.join(feed, 'head')


def places(w):
    """What quired is told to use and cannot: it says so and does not start, and deletes nothing."""
    busy = socket.socket()
    busy.bind(('127.0.0.1', 0))
    busy.listen()
    plain = write(w.path('plain'), 'mine')
    fine = {'state': w.path('places'), 'control': w.path('places-control'), 'listen': '127.0.0.1:0'}
    for key, value, word in (('state', plain, 'is no folder'), ('control', plain, 'is no socket'),
                             ('listen', f'127.0.0.1:{busy.getsockname()[1]}', 'in use')):
        conf = write(w.path('places.conf'), ''.join(f'{k} {v}\n' for k, v in {**fine, key: value}.items()))
        r = subprocess.run([w.quired, '-c', conf], capture_output=True, text=True, timeout=30)
        need(r.returncode == 1 and word in r.stderr, f'{key}: {r.returncode} {r.stderr}')
    need(open(plain).read() == 'mine', 'a file was deleted')


def settings(w):
    os.mkdir(w.path('newer'))
    for text, word in (('colour blue\n', ':1: "colour"'), ('# x\n\nlisten\n', ':3: listen'), ('listen 1.2.3.4:99999\n', ':1: listen'),
                       ('follow quire:abc\n', ':1: follow'), ('peer quire://x\n', ':1: peer'), ('quota lots\n', ':1: quota'),
                       ('state relative\n', ':1: state'), ('\0\n', ':1:'), ('a' * 100000 + '\n', ':1:')):
        conf = write(w.path('bad.conf'), text)
        for test in (['-T'], []):
            r = subprocess.run([w.quired, *test, '-c', conf], capture_output=True, text=True, timeout=30)
            need(r.returncode == 1 and conf + word in r.stderr, f'{text[:40]!r}: {r.returncode} {r.stderr}')
    # A state folder, a setting and a peer of a newer version.
    write(w.path('newer', 'version'), '3\n')
    newer = f'state {w.path("newer")}\ncontrol {w.path("newer-control")}\n'
    for text, word in ((newer, 'was written by a newer quired, and is left as it is'), (newer + 'shine on\n', '"shine" is no setting'),
                       (newer + 'peer quire://127.0.0.1:1/?t=raw#AgAA\n', 'is an invite for a newer quired')):
        r = subprocess.run([w.quired, '-c', write(w.path('newer.conf'), text)], capture_output=True, text=True, timeout=30)
        need(r.returncode == 1 and word in r.stderr and r.stderr.count('\n') == 1, f'{text}: {r.returncode} {r.stderr}')
        need(os.listdir(w.path('newer')) == ['version'], f'what is newer was touched: {os.listdir(w.path("newer"))}')
    # What it would not start with, or could not publish from.
    w.run('key', 'new', w.path('locked'), '--name', 'Locked')
    comment, key = open(w.path('locked', 'secret.key')).read().splitlines()
    key = bytearray(base64.b64decode(key))
    key[2:4] = b'Sc'  # scrypt over a passphrase, as minisign has it
    write(w.path('locked', 'secret.key'), f'{comment}\n{base64.b64encode(key).decode()}\n')
    for lines, word in ((f'publish {w.path("locked")}\n', 'needs a passphrase'),
                        (f'publish {w.path("newsroom")}\n\tinbox {w.path("no-inbox")}\n', 'no-inbox: No such file')):
        r = subprocess.run([w.quired, '-T', '-c', write(w.path('names.conf'), lines)], capture_output=True, text=True, timeout=30)
        need(r.returncode == 1 and ':1: ' in r.stderr and word in r.stderr, f'{lines}: {r.returncode} {r.stderr}')
    r = subprocess.run([w.quired, '-c', w.path('nowhere')], capture_output=True, text=True, timeout=30)
    need(r.returncode == 1 and 'cannot be read' in r.stderr, r.stderr)


def main(build):
    import json
    with Newsworld(build) as w:
        desk = Desk(w)
        link = w.newsroom()
        os.makedirs(w.path('inbox'))
        node = w.node('publish ' + w.path('newsroom'), '\tinbox ' + w.path('inbox'), '\tsettle 1')
        titles = lambda home: [json.loads(x)['title'] for x in w.run('list', '--json', home=home).stdout.splitlines()]
        documents(w, desk, node)
        inbox(w, node)
        two_inboxes(w)
        invite = node.invite()
        half = len(link) // 2
        w.run('follow', '-', input=f'Follow us:\n> {link[:half]}  \n> {link[half:]}\n\nPass it on!\n', home=w.path('pasted'))
        w.run('follow', f'\u201c{link}\u201d', home=w.path('pasted'))
        need(w.run('list', '--feeds', home=w.path('pasted')).stdout.count(link[6:58]) == 1, 'what was pasted is another feed')
        w.run('sync', f'<{invite}>.', home=w.path('pasted'))
        w.run('source', 'add', '-', input=f'Here it is:\n{invite[:40]}\n{invite[40:]}\n', home=w.path('pasted'))
        desk.says(1, 'ends early', 'sync', f'({invite[:60]})', home=w.path('pasted'))
        c = '--control', node.control
        w.run(*c, 'peers', 'add', f'Ours: <{invite}>.')
        at = json.loads(w.run(*c, 'peers', '--json').stdout)['address']
        w.run(*c, 'peers', 'remove', at)
        desk.says(0, 'None yet', *c, 'peers')
        w.run(*c, 'peers', 'add', '-', input=f'> {invite[:50]}\n> {invite[50:]}\n')
        w.run(*c, 'peers', 'remove', at)
        desk.says(1, 'nothing of use', *c, 'peers', 'add', '-')
        w.run('follow', '-', input=link + '\n')
        w.run('sync', invite)
        w.run('list')
        w.run('export', '--capsule', '1', w.path('one.quire'))
        w.run('export', '--bundle', w.path('all.tar'))
        sources(w, desk, invite, link)
        bundles(w, link, titles)
        flipped_headers(w, link, titles)
        capsules(w, desk)
        home(w, desk, invite, link, titles)
        settings(w)
        places(w)
        need(node.proc.poll() is None and node.stop() == 0, 'quired ended')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'bad_input: {e}', file=sys.stderr)
        sys.exit(1)
