#!/usr/bin/python3
"""A reader and a node written from PROTOCOL.md alone, with no line of C (contrib/verify-py helps): one fetches, checks and opens a feed; to the other news is told.
usage: stranger.py BUILD TOP"""
import base64, hashlib, io, os, random, re, socket, struct, sys, time
sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[2])
sys.path[:0] = [os.path.join(TOP, *x) for x in (('tests', 'e2e'), ('tests', 'lib'), ('tests', 'vectors', 'wire'), ('contrib', 'verify-py'))]
from news import Failed, Newsworld
from pictures import png
try:
    import cbor2, zstandard
    from nacl import bindings as nacl
    from nacl.signing import SigningKey, VerifyKey
    import verify as v
    from schema import Schema
    from veil import Noise, b64, blake2b, frame, rekey, xchacha20
except ImportError as e:
    print(f'skipped: {e}')
    sys.exit(77)

with open(os.path.join(TOP, 'proto', 'quire.cddl'), encoding='utf-8') as f:
    CDDL = Schema(f.read())
PIECE = 16384
CHARTERS, HEADERS, HASHES, PIECES, PART = 0, 1, 2, 3, 5


def need(ok, what):
    if not ok:
        raise Failed(what)


def look_at_message(m):
    wrong = CDDL.fits('message', m)
    need(wrong is None, f'not as the schema has it: {wrong}')
    return m


def unb64(s):
    return base64.urlsafe_b64decode(s + '=' * (-len(s) % 4))


def sequence(data, item=cbor2.loads):
    """CBOR values one after another."""
    f, out = io.BytesIO(data), []
    while f.tell() < len(data):
        at = f.tell()
        cbor2.load(f)
        out.append(item(data[at:f.tell()]))
    return out


# --- §2. Hashes
def tree_root(leaves, node):
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_root(leaves[:k], node) + tree_root(leaves[k:], node))


def our_root(leaves):
    return tree_root(leaves, lambda x: v.H(b'node', x))


def history_root(bodies):
    sha = lambda x: hashlib.sha256(x).digest()
    return tree_root([sha(b'\0' + b) for b in bodies], lambda x: sha(b'\1' + x)) if bodies else sha(b'')


# --- §12, §13, §14. A link to a node
class Link:
    def __init__(self, invite):
        host, port, token = re.fullmatch(r'quire://([^:/]+):(\d+)/\?t=raw#(.{92})', invite).groups()
        token = unb64(token)
        need(token[0] == 1 and token[65:] == blake2b(token[:65], 32)[:4], 'a token that is none')
        self.node, secret = token[1:33], token[33:65]
        self.k = [blake2b(b'', 32, key=secret, salt=struct.pack('<QQ', i, 0), person=b'quire-v1'.ljust(16, b'\0')) for i in range(1, 5)]
        self.sock = socket.create_connection((host, int(port)))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(20)
        self.came, self.got, self.stream, self.tail, self.id = 0, b'', b'', b'', 0
        self.n_to = self.n_from = self.next_size = 0
        self.shake_hands()
        kind, version, role, key, sig = self.hear()
        need((kind, version, role) == (1, 1, 1), 'no HELLO of a node')
        VerifyKey(key).verify(b'quire link 1' + b'\0' + self.h, sig)
        kind, counter, seen, rows = self.hear()
        need(kind == 2 and seen == 0, 'no HEADS to whom the node does not remember')
        self.rows = {rows[i:i + 8]: struct.unpack_from('<I4sB', rows, i + 8) for i in range(0, len(rows), 17)}

    def shake_hands(self):
        e, n1 = os.urandom(32), os.urandom(24)
        noise = Noise(b'quire wire 1', self.k[2], self.node)
        first = noise.message_1(e, self.node, b'\1' + struct.pack('>IQ', int(time.time()), 0) + bytes(random.randint(59, 199)))
        masked = xchacha20(self.k[0], n1, first)
        self.sock.sendall(b64(n1 + blake2b(n1 + masked, 16, key=self.k[3]) + masked).encode() + b'\n')
        while b'\n' not in self.got:
            self.receive()
        line, self.got = self.got.split(b'\n', 1)
        self.line = len(line) + 1
        need(215 <= self.line <= 1015, f'a line of {self.line} bytes')
        line = unb64(line.decode())
        second = xchacha20(self.k[1], line[:24], line[24:])
        noise.mix_hash(second[:32])
        noise.mix_key(second[:32])
        noise.mix_key(nacl.crypto_scalarmult(e, second[:32]))
        need(not any(unseal(noise.k, noise.n, second[32:], noise.h)), 'a padding that is not zeros')
        noise.mix_hash(second[32:])
        self.h, (self.to, self.from_) = noise.h, noise.split()

    def receive(self):
        data = self.sock.recv(65536)
        need(data, 'the node closed')
        self.came += len(data)
        self.got += data

    def say(self, *message):
        look_at_message(list(message))
        data = cbor2.dumps(list(message))
        data = struct.pack('<I', len(data)) + data
        out = self.tail
        for payload in [data[i:i + 238] for i in range(0, len(data), 238)] + [b'']:
            sealed = frame(self.to, self.n_to, payload)
            self.n_to += 1
            if self.n_to % 1024 == 0:
                self.to = rekey(self.to)
            cut = len(sealed) if payload else random.randint(1, len(sealed) - 1)
            out, self.tail = out + sealed[:cut], sealed[cut:]
        self.sock.sendall(out)

    def hear(self):
        """The next message."""
        while True:
            if len(self.stream) >= 4 and len(self.stream) >= 4 + struct.unpack_from('<I', self.stream)[0]:
                end = 4 + struct.unpack_from('<I', self.stream)[0]
                data, self.stream = self.stream[4:end], self.stream[end:]
                return look_at_message(v.decode(data))
            self.hear_frame()

    def hear_frame(self):
        size = 256 << 2 * self.next_size
        while len(self.got) < size:
            self.receive()
        text = unseal(self.from_, self.n_from, self.got[:size])
        self.got = self.got[size:]
        self.n_from += 1
        if self.n_from % 1024 == 0:
            self.from_ = rekey(self.from_)
        head, = struct.unpack_from('>H', text)
        self.next_size, n = head >> 14, head & 0x3fff
        need(self.next_size <= 2 and n <= size - 18 and not any(text[2 + n:]), 'a frame that is not as it is to be')
        self.stream += text[2:2 + n]

    def tag(self, feed, dialled):
        return blake2b(feed, 16, key=self.h[:32] + bytes([dialled]))[:8]

    def mark(self, header, charter, dialled):
        return blake2b(v.H(b'node', header['hash'] + charter['hash']), 16, key=self.h[:32] + bytes([dialled]))[:4]

    def ask(self, what, name, first, last, budget=1 << 30):
        """[(offset, data)] until the last."""
        self.id += 1
        self.say(5, self.id, what, name, first, last, budget)
        out = []
        while True:
            kind, *m = self.hear()
            if kind != 6:
                continue
            need(m[0] == self.id and m[1] in (0, 1), f'an answer {m[:2]} to {what}')
            out.append((m[2], m[3]))
            if m[1] == 0:
                return out

    def leave(self):
        """Say BYE; returns how many bytes the node wrote in all."""
        self.say(9, 0, 0)
        self.sock.settimeout(20)
        try:
            while True:
                self.receive()
        except Failed:
            return self.came


def unseal(key, n, data, ad=b''):
    return nacl.crypto_aead_chacha20poly1305_ietf_decrypt(data, ad, bytes(4) + struct.pack('<Q', n), key)


# --- §6. Packs
def padme(n):
    e = n.bit_length() - 1
    step = 1 << e - e.bit_length()
    return -(-n // step) * step


def open_pack(sealed, pack, feed, reading, prefix):
    derived = lambda name: blake2b(name, 32, key=reading)
    ad = feed + struct.pack('<BQQ', pack[0], pack['first'], pack['last'])
    inner = nacl.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], ad, sealed[:24], derived(b'quire pack key'))
    need(sealed[:24] == blake2b(ad + inner, 24, key=derived(b'quire pack nonce')), 'a nonce that does not follow')
    size, = struct.unpack_from('<I', inner)
    need(not any(inner[4 + size:]), 'no zeros behind the frame')
    need(len(sealed) == max(256, padme(24 + 4 + size + 16)), 'a length that is not PADME')
    z, words = inner[4:4 + size], {}
    need(zstandard.frame_content_size(z) == pack[3], 'a frame of another size')
    if prefix:
        words['dict_data'] = zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    raw = zstandard.ZstdDecompressor(**words).decompress(z)
    need(len(raw) == pack[3], 'another length')
    return raw


def fetch_pack(link, pack):
    n = -(-pack[2] // PIECE)
    hashes = b''.join(data for _, data in link.ask(HASHES, pack[1], 0, 0))
    hashes = [hashes[i:i + 32] for i in range(0, len(hashes), 32)]
    need(len(hashes) == n and our_root(hashes) == pack[1], 'hashes of another pack')
    sealed = b''
    for first in range(0, n, 8):
        for at, data in link.ask(PIECES, pack[1], first, min(first + 7, n - 1)):
            need(at == len(sealed) // PIECE and v.H(b'piece', data) == hashes[at], 'a piece of another pack')
            sealed += data
    need(len(sealed) == pack[2], 'a pack of another size')
    part = link.ask(PART, pack[1], n - 1, 10)[0]
    need(part[0] == 10 and part[1] == sealed[(n - 1) * PIECE + 10:], 'a part of another piece')
    return sealed


def withdrawn(headers):
    """Roots of packs that later headers withdraw (§5)."""
    out, told = set(), []
    for h in headers:
        for w in (p for p in h['packs'] if 9 in p):
            inside = [p for p in told if w['first'] <= p['first'] and p['last'] <= w['last'] and
                      (w['first'] == w['last'] or p['first'] != p['last'])]
            out |= {p[1] for p in inside if p[0] == w[0]}
            gone = {(p['of'], p['first'], p['last']) for p in inside if w[0] == 0 == p[0]}
            out |= {p[1] for p in told if (p['of'], p['first'], p['last']) in gone}
        out -= {p[1] for p in h['packs']}
        told += [dict(p, of=h[3]) for p in h['packs']]
    return out


class Feed:
    """All that a follow link leads to, by way of one link."""

    def __init__(self, link, follow):
        self.id = v.unbase32(re.match(r'quire:([a-z2-7]{52})\?', follow)[1])
        self.reading = v.unbase32(re.search(r'[?&]k=([a-z2-7]{52})', follow)[1])
        self.number, mark, version = link.rows[link.tag(self.id, 0)]
        link.say(1, 1, 0)

        name = link.tag(self.id, 1)
        self.charters = v.chain(sequence(b''.join(d for _, d in link.ask(CHARTERS, name, 1, 0))))
        need(self.charters[0]['hash'] == self.id and len(self.charters) == version + 1, 'charters of another feed')
        files = []
        for at, data in link.ask(HEADERS, name, 1, self.number):
            need(at == len(files) + 1, 'headers out of order')
            files += sequence(data)
        self.headers = [v.open_header(f, self.charters[-1], self.id) for f in files]
        bodies = [cbor2.loads(f)[0] for f in files]
        for i, h in enumerate(self.headers):
            need(h[3] == i + 1 and h[6] == history_root(bodies[:i]), 'a history that was not signed')
        need(len(files) == self.number, 'a head that is not there')
        need(mark == link.mark(self.headers[-1], self.charters[-1], 0), 'a mark of something else')
        self.fetch_packs(link)

    def fetch_packs(self, link):
        gone, self.raw, self.article, self.picture = withdrawn(self.headers), {}, {}, {}
        for h in self.headers:
            for p in (p for p in h['packs'] if p[1] not in gone):
                of = (p['first'], p['last'])
                base = [h[3] - 1 - i for i in reversed(range(32)) if p.get(8, 0) >> i & 1]
                prefix = b''.join(self.raw.get((p[0], i, i), b'') for i in base)
                raw = self.raw[p[0], *of] = open_pack(fetch_pack(link, p), p, self.id, self.reading, prefix)
                self.take(p, raw, sequence(self.raw[0, *of], v.article))

    def take(self, p, raw, heads):
        if p[0] == 0:
            records = sequence(raw, bytes)
        else:
            sizes = ([a[13] for a in heads] if p[0] == 1 else
                     list({x[0]: x[5] for a in heads for x in a.get(12, []) if x[1] == p[0]}.values()))
            ends = [sum(sizes[:i + 1]) for i in range(len(sizes))]
            records = [raw[e - s:e] for s, e in zip(sizes, ends)]
            need(ends[-1] == len(raw), 'bytes behind the last record')
        need(len(records) == p[5] and our_root([v.H(b'record', r) for r in records]) == p[4], 'contents that were not signed')
        for i, r in enumerate(records):
            if p[0] == 1:
                v.markup(r, len(heads[i].get(12, [])))
            if p[0] < 2 and heads[i][1] >= self.article.get(heads[i][0], [{1: 0}])[0][1]:
                self.article[heads[i][0]] = (heads[i], r if p[0] == 1 else b'')
            if p[0] >= 2:
                self.picture[v.H(b'picture', r)] = r


def write(w, name, text):
    with open(w.path(name), 'w') as f:
        f.write(text)
    return w.path(name)


def look_at_articles(feed, texts):
    need(len(feed.article) == len(texts), f'{len(feed.article)} articles')
    for head, body in feed.article.values():
        text = texts[head[0]].split('\n', 2)[2].strip()
        if head[0] == 'long.md':
            need(head[12] and all(x[0] in feed.picture for x in head[12]), 'pictures that did not come')
        elif head[0] == 'gone.md':
            need(head[2] == 2 and head[14] == 'It was not so.' and body == b'', 'no tombstone')
        else:
            need(body.decode() == f'<p>{text}</p>', f'another text: {body[:80]}')
    need(not any(b'Nobody reads this.' in raw for raw in feed.raw.values()), 'what was taken back is there')
    packs = [p for h in feed.headers for p in h['packs']]
    need(any(8 in p for p in packs) and any(9 in p for p in packs), 'no pack leans on another, or none is made anew')


def look_at_budgets(link, feed):
    large = max((p for h in feed.headers for p in h['packs']), key=lambda p: p[2])
    size = lambda given: sum(len(data) for _, data in given)
    need(size(link.ask(HASHES, large[1], 0, 32, 40)) == 40, 'hashes do not end where the budget does')
    need(size(link.ask(PIECES, large[1], 1, 4, PIECE + 1)) == 2 * PIECE, 'pieces do not end with the one that comes to the budget')
    need(len(sequence(link.ask(HEADERS, link.tag(feed.id, 1), 1, feed.number, 1)[0][1])) == 1, 'headers do not end so')


def read(link, follow, texts):
    """As a reader: all of it, a megabyte more for the sake of REKEY, and good-bye."""
    feed = Feed(link, follow)
    look_at_articles(feed, texts)
    look_at_budgets(link, feed)
    large = max((p for h in feed.headers for p in h['packs']), key=lambda p: p[2])
    while link.n_from <= 1024:
        fetch_pack(link, large)
    came = link.leave() - link.line
    need(came > 1 << 20 and came == padme(came), f'{came} bytes are not padded')
    return feed


def keep(link, feed, publish):
    """As a node that follows it: what is new is told, and that it is held."""
    key, last = SigningKey.generate(), (feed.headers[-1], feed.charters[-1])
    link.say(1, 1, 1, bytes(key.verify_key), key.sign(b'quire link 1' + b'\1' + link.h).signature)
    row = link.tag(feed.id, 1) + struct.pack('<I4sB', feed.number, link.mark(*last, 1), len(feed.charters) - 1)
    link.say(2, 7, 0, row)
    link.say(4, link.tag(feed.id, 1), [])
    publish()
    news, held = None, set()
    while news is None or not held >= {(0, feed.number + 1), (1, feed.number + 1)}:
        kind, *m = link.hear()
        if kind == 3 and m[1]:
            news = v.open_header(m[1], feed.charters[-1], feed.id)
            need(m[0] == b'' and m[2] == 0, 'NEWS of the publisher has a gap of 0')
        if kind == 4 and m[0] == link.tag(feed.id, 0):
            held |= {(t, i) for t, a, b in zip(*[iter(m[1])] * 3) for i in range(a, b + 1)}
    need(news[3] == feed.number + 1, 'news of another issue')
    link.leave()


def look_in(link, feed):
    """As a reader to whom little is new: the ladder below a megabyte."""
    link.say(1, 1, 0)
    link.ask(HEADERS, link.tag(feed.id, 1), feed.number + 1, feed.number + 1)
    came = link.leave() - link.line
    need(came in [k << 10 + i for i in range(9) for k in (4, 6)], f'{came} bytes, which is no step of the ladder')


def main(build):
    with Newsworld(build) as w:
        follow = w.newsroom()
        node = w.node('publish ' + w.path('newsroom'))
        with open(w.path('red.png'), 'wb') as f:
            f.write(png(900, 400))
        words = ' '.join(random.Random(3).choices('the a of harbour mayor night said river law paper'.split(), k=9000))
        texts = {f'{i}.md': f'title: Title {i}\n\nNumber {i}. {words[i * 5:][:5000].strip()}\n' for i in range(12)}
        texts['long.md'] = f'title: Long\n\n{words}\n\n![Red](red.png)\n'
        texts['gone.md'] = f'title: Gone\n\nNobody reads this. {words[:3000]}\n'
        for name, text in texts.items():
            node.publish(write(w, name, text))
        texts['3.md'] = texts['3.md'].replace('Number', 'No.')
        node.publish(write(w, '3.md', texts['3.md']))
        w.run('--control', node.control, 'retract', 'gone.md', '--reason', 'It was not so.')

        feed = read(Link(node.invite()), follow, texts)
        keep(Link(node.invite()), feed, lambda: node.publish(write(w, 'new.md', 'title: New\n\nThis is new.\n')))
        look_in(Link(node.invite()), feed)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'stranger: {e}')
