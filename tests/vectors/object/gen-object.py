#!/usr/bin/python3
"""Write the vectors of PROTOCOL.md §4-§11 beside this file, without any of quire's C code.

usage: gen-object.py [FOLDER]
One vector a line, `key=value` parted by spaces, bytes in hex; `verdict` is 0 or the QERR_* that a decoder answers.
What is good or bad here is asserted against contrib/verify-py, too.
"""
import base64, hashlib, io, os, struct, sys, tarfile
import nacl.bindings, zstandard

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../../contrib/verify-py'))
sys.dont_write_bytecode = True
import cbor2, nacl.exceptions
import verify as v

OUT = sys.argv[1] if len(sys.argv) > 1 else HERE


def write(name, lines):
    with open(os.path.join(OUT, name), 'w', encoding='utf-8') as f:
        f.writelines(' '.join(f'{k}={x.hex() if isinstance(x, bytes) else x}' for k, x in line.items()) + '\n' for line in lines)


def seed(name):
    return hashlib.sha256(name.encode()).digest()


def agrees(verdict, check, *args):
    """The second implementation says the same."""
    try:
        check(*args)
        ok = True
    except Exception:
        ok = False
    assert ok == (verdict == '0'), (verdict, args)


# --- what the verifier has no need of: packs and trees ---
def tree_root(leaves, node=lambda l, r: v.H(b'node', l + r)):
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_root(leaves[:k], node), tree_root(leaves[k:], node))


def history_root(files):
    """Over the bodies of header files."""
    leaves = [hashlib.sha256(b'\0' + v.decode(f)[0]).digest() for f in files]
    return tree_root(leaves, lambda l, r: hashlib.sha256(b'\1' + l + r).digest()) if leaves else hashlib.sha256().digest()


def padme(n):
    e = n.bit_length() - 1
    s = 1 << e - e.bit_length()
    return (n + s - 1) // s * s

def check_pack(p, sealed):
    v.need(len(sealed) == p[2], 'a pack of a wrong size')
    v.need(tree_root([v.H(b'piece', sealed[i:i + 16384]) for i in range(0, len(sealed), 16384)]) == p[1], 'a damaged pack')


def inflate(z, size, base=b''):
    v.need(len(z) >= 6 and z[:4] == b'\x28\xb5\x2f\xfd' and not z[4] & 0x1b and (z[4] & 0x20 or z[5] <= 112), 'not a frame of ours')
    v.need(zstandard.frame_content_size(z) == size, 'a frame of another size')
    how = zstandard.ZstdDecompressor(
        dict_data=zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None).decompressobj()
    raw = how.decompress(z)
    v.need(how.unused_data == b'' and len(raw) == size, 'more or less than one frame')
    return raw


def open_pack(p, feed, key, sealed, base=b''):
    k = hashlib.blake2b(b'quire pack key', digest_size=32, key=key).digest()
    ad = feed + struct.pack('<BQQ', p[0], p['first'], p['last'])
    try:
        inner = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], ad, sealed[:24], k)
    except nacl.exceptions.CryptoError:
        raise v.Bad('cannot be opened with this reading key')
    n = struct.unpack_from('<I', inner)[0]
    v.need(n <= len(inner) - 4 and len(sealed) == max(256, padme(44 + n)) and not any(inner[4 + n:]), 'padding that is not zero')
    return inflate(inner[4:4 + n], p[3], base)

def cut(raw, lengths):
    ends = [0]
    for n in lengths:
        ends.append(ends[-1] + n)
    v.need(ends[-1] == len(raw), 'records of a wrong length')
    return [raw[a:b] for a, b in zip(ends, ends[1:])]

def open_records(p, raw, heads=None):
    if p[0] == 0:
        stream, records = io.BytesIO(raw), []
        while stream.tell() < len(raw):
            start = stream.tell()
            cbor2.CBORDecoder(stream).decode()
            records.append(raw[start:stream.tell()])
    elif p[0] == 1:
        records = cut(raw, [h[13] for h in heads])
    else:
        sizes = {}
        for q in (q for h in heads for q in h.get(12, []) if q[1] == p[0]):
            sizes.setdefault(q[0], q[5])
        records = cut(raw, list(sizes.values()))
    v.need(len(records) == p[5] and tree_root([v.H(b'record', r) for r in records]) == p[4], 'records that were not signed')
    return records


def headers_in(block):
    """The header files of a block, one behind another."""
    at, files = io.BytesIO(block), []
    while at.tell() < len(block) and len(files) < 64:
        start = at.tell()
        cbor2.CBORDecoder(at).decode()
        files.append(block[start:at.tell()])
    return files


def open_tree(files, feed, key=None):
    """Check all that is there of one feed; returns its newest header and how many packs were whole."""
    here, raws, whole = f'feed/{v.base32(feed)}/', {}, 0
    charters = v.chain([files[f'{here}charter/{i + 1}'] for i in range(sum(n.startswith(here + 'charter/') for n in files))])
    held = {64 * k + i + 1: f for k in range(len(files)) for i, f in enumerate(headers_in(files.get(f'{here}issues/{k + 1}', b'')))}
    numbers, held = list(held), list(held.values())
    v.need(charters[0]['hash'] == feed and numbers, 'of another feed, or without issues')
    headers = [v.open_header(f, charters[-1], feed) for f in held]
    for i, h in enumerate(headers):
        v.need(h[3] == numbers[i], f'issue {numbers[i]} has another number')
        v.need(numbers[i] != i + 1 or h[6] == history_root(held[:i]), f'issue {h[3]} does not continue those before it')
    last, root = charters[-1].get(11, [0, b''])
    v.need(not last or numbers[:last] != list(range(1, last + 1)) or history_root(held[:last]) == root, 'not the pinned history')
    v.need(files.get(here + 'head', held[-1]) == held[-1], 'the head is not the newest issue')
    for proof in (v.decode(f) for n, f in files.items() if n.startswith(here + 'proof/')):
        a, b = (v.open_header(f, charters[-1], feed) for f in proof)
        v.need(a[3] == b[3] and a['hash'] != b['hash'], 'a proof of a fork that proves none')
    for p in (p for h in headers for p in h['packs']):
        name = f'pack/{v.base32(p[1])[0]}/{v.base32(p[1])}'
        if name not in files:
            continue
        check_pack(p, files[name])
        whole += 1
        before = [raws.get((p[0], k), b'') for k in range(max(1, p['first'] - 32), p['first']) if p.get(8, 0) >> p['first'] - 1 - k & 1]
        if not key or 8 in p and not all(before):
            continue
        raw = open_pack(p, feed, key, files[name], b''.join(before))
        if p['first'] == p['last']:
            raws[p[0], p['first']] = raw
        if p[0] == 0:
            heads = [v.article(r) for r in open_records(p, raw)]
        elif p[0] == 1:
            for head, body in zip(heads, open_records(p, raw, heads)):
                v.markup(body, len(head.get(12, [])))
        else:
            names = {q[0] for head in heads for q in head.get(12, [])}
            v.need(all(v.H(b'picture', r) in names for r in open_records(p, raw, heads)), 'a picture that is another')
    return headers[-1], whole

for f in (tree_root, history_root, padme, check_pack, inflate, open_pack, cut, open_records, open_tree):
    setattr(v, f.__name__, f)


# --- keys, charters, headers -------------------------------------------------
class Key:
    def __init__(self, name):
        self.id = seed(name)[:8]
        pk, self.sk = nacl.bindings.crypto_sign_seed_keypair(seed(name))
        self.key = self.id + pk

    def sign(self, body, comment):
        sig = nacl.bindings.crypto_sign(hashlib.blake2b(body).digest(), self.sk)[:64]
        return [self.id, sig, nacl.bindings.crypto_sign(sig + comment.encode(), self.sk)[:64]]


def charter(fields, keys):
    body = v.encode(fields)
    return v.encode([body, sorted(k.sign(body, f'quire charter {fields[1]}') for k in keys)])


def revocation(fields, keys, first):
    """In short form behind the charters in `first`: who is no root of these signs in the last one's place."""
    body = v.encode({k: x for k, x in fields.items() if x is not None})
    roots = next(c for c in map(v.decode, (v.decode(f)[0] for f in reversed(first))) if c[0] == 1)[5]
    place = {roots.index(k.key) if k.key in roots else len(roots) - 1: k.sign(body, '')[1] for k in keys}
    return v.encode([body, places(place)])


def places(at):
    """Signatures by place, as the bytes that they are in a file."""
    return bytes([sum(1 << i for i in at)]) + b''.join(at[i] for i in sorted(at))


def header(fields, *keys):
    """Signed by all of the keys, which its body counts."""
    fields = {**({8: len(keys)} if len(keys) > 1 else {}), **fields}
    body = v.encode({k: x for k, x in fields.items() if x is not None})
    return v.encode([body, sorted(k.sign(body, f'quire issue {fields[3]} {v.base32(fields[1])}') for k in keys)])


ROOT, DESK, THIEF, EDITOR, CHIEF = Key('root'), Key('desk'), Key('thief'), Key('editor'), Key('chief')
CHARTER = {0: 1, 1: 1, 2: 'The Example', 3: ['en', 'fa'], 4: 'https://example.org/', 5: [ROOT.key], 6: 1, 8: [[DESK.key, 1]]}
CHARTER1 = charter(CHARTER, [ROOT])
FEED = v.H(b'charter', v.encode(CHARTER))
REVOKING = charter({**CHARTER, 1: 2, 8: [[DESK.key, 1, 4]], 10: FEED}, [ROOT])
PINNING = charter({**CHARTER, 1: 2, 10: FEED, 11: [4, bytes(range(32))]}, [ROOT])
SHORT = revocation({0: 6, 1: 2, 8: [[DESK.id, 5]], 10: FEED}, [ROOT], [CHARTER1])
WIDENING = charter({**CHARTER, 1: 2, 8: sorted([[DESK.key, 1], [THIEF.key, 1]]), 10: FEED}, [ROOT])
QUORUM = charter({**CHARTER, 1: 2, 8: sorted([[DESK.key, 1], [EDITOR.key, 1], [CHIEF.key, 4]]), 10: FEED, 12: [[5, 2]]}, [ROOT])
OTHER = {**CHARTER, 2: 'The Other'}
READING = seed('reading key')

# --- articles ----------------------------------------------------------------
PNG = bytes.fromhex('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489'
                    '0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082')
PICTURE = [v.H(b'picture', PNG), 2, 2, 1, 1, len(PNG), 'a dot', '']
BODIES = ['<p>Water came back to the <em>old town</em> on Monday, after eleven days.</p><figure><img src="0"></figure>',
          '<p dir="rtl" lang="fa">آب پس از یازده روز به شهر قدیم بازگشت.</p>',
          '']
HEADS = [
    {0: 'https://example.org/water', 1: 1, 2: 0, 3: 'en', 4: 'Water is back', 5: ['A. Reporter'], 6: 'Town', 7: ['water', 'town'],
     8: 1700000000, 11: 'After eleven days.', 12: [PICTURE], 13: len(BODIES[0].encode())},
    {0: 'ab.txt', 1: 2, 2: 1, 3: 'fa', 4: 'آب بازگشت', 9: -5, 10: 'https://example.org/fa/ab', 13: len(BODIES[1].encode()), 14: 'A date was wrong.'},
    {0: 'gone', 1: 3, 2: 2, 3: 'en', 4: 'A story we take back', 13: 0, 14: 'It was not so.'},
]
RECORDS = [[v.encode(h) for h in HEADS], [b.encode() for b in BODIES], [PNG]]


def contents(records):
    return v.tree_root([v.H(b'record', r) for r in records])


# --- packs -------------------------------------------------------------------
def frame(raw, base=b'', level=3, **how):
    params = zstandard.ZstdCompressionParameters.from_level(level, write_content_size=1, write_dict_id=0, **how)
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
    return zstandard.ZstdCompressor(compression_params=params, dict_data=dictionary).compress(raw)


def seal(tier, z, first=5, last=5, length=None, pad=0, extra=0, feed=FEED, key=READING):
    ad = feed + struct.pack('<BQQ', tier, first, last)
    size = max(256, v.padme(44 + len(z))) + extra
    inner = struct.pack('<I', len(z) if length is None else length) + z
    inner += bytes([pad]) * (size - 40 - len(inner))
    k = hashlib.blake2b(b'quire pack nonce', digest_size=32, key=key).digest()
    nonce = hashlib.blake2b(ad + inner, digest_size=24, key=k).digest()
    k = hashlib.blake2b(b'quire pack key', digest_size=32, key=key).digest()
    return nonce + nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(inner, ad, nonce, k)


def entry(tier, sealed, raw, root, count, more=None):
    pieces = [v.H(b'piece', sealed[i:i + 16384]) for i in range(0, len(sealed), 16384)]
    return {0: tier, 1: v.tree_root(pieces), 2: len(sealed), 3: raw, 4: root, 5: count, **(more or {})}


def packs():
    raw = b''.join(RECORDS[0])
    text = b''.join(RECORDS[1])
    base = text[10:] + b'An earlier issue said much the same.' * 20
    z, lines = frame(raw), []

    def add(name, verdict, sealed, tier=0, raw=raw, size=None, base=b'', given=None, feed=FEED, key=READING, cover=(5, 5)):
        e = entry(tier, sealed, size or len(raw), contents(RECORDS[tier]), len(RECORDS[tier]))
        e['first'], e['last'] = cover
        given = base if given is None else given
        lines.append({'name': name, 'verdict': verdict, 'key': key, 'feed': feed, 'tier': tier, 'first': cover[0], 'last': cover[1],
                      'root': e[1], 'size': e[2], 'raw': e[3], 'contents': e[4], 'count': e[5], 'based': int(bool(base)),
                      'base': given, 'plain': raw, 'sealed': sealed})
        if verdict != 'QERR_BASE':
            agrees(verdict, v.open_pack, e, feed, key, sealed, given)

    add('heads', '0', seal(0, z))
    add('heads level 19', '0', seal(0, frame(raw, level=19)))
    add('text', '0', seal(1, frame(text)), tier=1, raw=text)
    add('pictures', '0', seal(2, frame(PNG)), tier=2, raw=PNG)
    add('text with base', '0', seal(1, frame(text, base)), tier=1, raw=text, base=base)
    add('volume', '0', seal(0, z, 1, 4), cover=(1, 4))
    add('base absent', 'QERR_BASE', seal(1, frame(text, base)), tier=1, raw=text, base=base, given=b'')
    add('wrong base', 'QERR_INFLATE', seal(1, frame(text, base)), tier=1, raw=text, base=base, given=base[:20])
    add('wrong key', 'QERR_AEAD', seal(0, z), key=seed('another'))
    add('wrong feed', 'QERR_AEAD', seal(0, z), feed=seed('another'))
    add('wrong tier', 'QERR_AEAD', seal(0, z), tier=1)
    add('wrong first', 'QERR_AEAD', seal(0, z), cover=(4, 5))
    add('wrong last', 'QERR_AEAD', seal(0, z), cover=(5, 6))
    add('raw too large', 'QERR_INFLATE', seal(0, z), size=len(raw) + 1)
    add('raw too small', 'QERR_INFLATE', seal(0, z), size=len(raw) - 1)
    add('trailing garbage', 'QERR_TRAILING', seal(0, z + b'x'))
    add('two frames', 'QERR_TRAILING', seal(0, z + z))
    add('skippable frame behind', 'QERR_TRAILING', seal(0, z + struct.pack('<II', 0x184d2a50, 4) + b'what'))
    add('skippable frame only', 'QERR_INFLATE', seal(0, struct.pack('<II', 0x184d2a50, 4) + b'what'))
    add('no content size', 'QERR_INFLATE',
        seal(0, zstandard.ZstdCompressor(write_content_size=False).compress(raw)))
    add('unused bit', 'QERR_INFLATE', seal(0, z[:4] + bytes([z[4] | 0x10]) + z[5:]))
    add('frame cut', 'QERR_INFLATE', seal(0, z[:-3]))
    add('no frame', 'QERR_INFLATE', seal(0, b''))
    add('padding not zero', 'QERR_ENCODING', seal(0, frame(PNG), pad=1))
    add('padding too long', 'QERR_ENCODING', seal(0, z, extra=64))
    add('length too long', 'QERR_TRUNCATED', seal(0, z, length=1 << 20))
    add('cut', 'QERR_TRUNCATED', seal(0, z)[:255])
    write('packs.txt', lines)


# --- heads -------------------------------------------------------------------
def heads():
    good, lines = HEADS[0], []

    def add(name, verdict, head):
        data = head if isinstance(head, bytes) else v.encode(head)
        lines.append({'name': name, 'verdict': verdict, 'head': data})
        agrees(verdict, v.article, data)

    def change(name, verdict, **fields):
        head = {**good, **{int(k[1:]): x for k, x in fields.items()}}
        add(name, verdict, {k: x for k, x in head.items() if x is not None})

    for i, h in enumerate(HEADS):
        add(f'sample {i}', '0', h)
    change('longest name', '0', _0='n' * 512)
    change('every field', '0', _9=1, _10='https://example.org/other', _14='none')
    change('most authors', '0', _5=['a'] * 32)
    change('most pictures', '0', _12=[PICTURE] * 64)
    change('largest body', '0', _13=1 << 20)
    change('far past', '0', _8=-(1 << 63))
    for k in (0, 1, 2, 3, 4, 13):
        change(f'without {k}', 'QERR_MISSING', **{f'_{k}': None})
    for k, name in ((0, 'name'), (4, 'title'), (6, 'section'), (11, 'summary')):
        change(f'empty {name}', 'QERR_RANGE', **{f'_{k}': ''})
        change(f'newline in {name}', 'QERR_TEXT', **{f'_{k}': 'a\nb'})
        change(f'bidi control in {name}', 'QERR_TEXT', **{f'_{k}': 'a\u202eb'})
    change('name too long', 'QERR_RANGE', _0='n' * 513)
    change('title too long', 'QERR_RANGE', _4='n' * 1025)
    change('no authors', 'QERR_ENCODING', _5=[])
    change('too many authors', 'QERR_RANGE', _5=['a'] * 33)
    change('too many tags', 'QERR_RANGE', _7=['a'] * 33)
    change('too many pictures', 'QERR_RANGE', _12=[PICTURE] * 65)
    change('language', 'QERR_TEXT', _3='e_n')
    change('language too short', 'QERR_RANGE', _3='e')
    change('revision 0', 'QERR_RANGE', _1=0)
    change('revision 2 is not new', 'QERR_RANGE', _1=2)
    change('revision 1 is no correction', 'QERR_RANGE', _2=1)
    change('status 3', 'QERR_RANGE', _1=2, _2=3)
    change('retracted with a body', 'QERR_RANGE', _1=2, _2=2)
    change('retracted with pictures', 'QERR_RANGE', _1=2, _2=2, _13=0, _11=None)
    change('retracted with a summary', 'QERR_RANGE', _1=2, _2=2, _13=0, _12=None)
    change('address is the name', 'QERR_DUPLICATE', _10=good[0])
    change('body too large', 'QERR_RANGE', _13=(1 << 20) + 1)
    change('unknown field', 'QERR_UNKNOWN', _15=1)
    change('title is bytes', 'QERR_TYPE', _4=b'title')
    change('time is text', 'QERR_TYPE', _8='now')
    for i, wrong in enumerate([b'x', 1, 6, 0, 65536, (8 << 20) + 1]):
        change(f'picture field {i}', 'QERR_RANGE' if i else 'QERR_RANGE', _12=[PICTURE[:i] + [wrong] + PICTURE[i + 1:]])
    change('picture of 7 fields', 'QERR_MISSING', _12=[PICTURE[:7]])
    large = [v.H(b'picture', PNG + b'x'), 3] + PICTURE[2:]
    change('large and small', '0', _12=[large + [1], PICTURE])
    change('two large, one small', '0', _12=[large + [2], large + [2], PICTURE])
    change('picture of 10 fields', 'QERR_RANGE', _12=[large + [1, 0], PICTURE])
    change('small that is not there', 'QERR_RANGE', _12=[large + [1]])
    change('small beyond any', 'QERR_RANGE', _12=[large + [64]])
    change('small is large', 'QERR_RANGE', _12=[large + [1], large])
    change('small is itself', 'QERR_RANGE', _12=[large + [0]])
    change('small of a small', 'QERR_RANGE', _12=[PICTURE + [1], PICTURE])
    whole = v.encode(good)
    add('cut', 'QERR_TRUNCATED', whole[:-1])
    add('trailing byte', 'QERR_TRAILING', whole + b'\0')
    add('empty', 'QERR_TRUNCATED', b'')
    add('an array', 'QERR_TYPE', v.encode([1]))
    add('keys not ascending', 'QERR_ORDER', b'\xa2\x01\x01\x00\x61n')
    add('long integer', 'QERR_ENCODING', whole.replace(b'\x01\x01\x02\x00', b'\x01\x18\x01\x02\x00'))
    write('heads.txt', lines)


# --- charters and headers ----------------------------------------------------
def charters():
    lines, heir, other = [], Key('heir'), Key('other root')

    def add(name, verdict, *files, feed=None, both=True):
        feed = feed or v.H(b'charter', v.decode(files[0])[0])
        lines.append({'name': name, 'verdict': verdict, 'feed': feed, 'files': ','.join(f.hex() for f in files)})

        def check():
            v.need(v.chain(files)[0]['hash'] == feed, 'of another feed')
        if both:  # the verifier is given one chain, and chooses between none
            agrees(verdict, check)

    def change(name, verdict, keys=(ROOT,), **fields):
        c = {**CHARTER, **{int(k[1:]): x for k, x in fields.items()}}
        add(name, verdict, charter({k: x for k, x in c.items() if x is not None}, keys))

    def after(name, verdict, keys=(ROOT,), first=CHARTER1, **fields):
        c = {**CHARTER, 1: 2, 10: v.H(b'charter', v.decode(first)[0]), **{int(k[1:]): x for k, x in fields.items()}}
        add(name, verdict, first, charter({k: x for k, x in c.items() if x is not None}, keys))

    def roots(*keys):
        return sorted(k.key for k in keys)

    change('sample', '0')
    change('shortest', '0', _3=None, _4=None)
    change('two of three roots', '0', keys=(ROOT, heir), _5=roots(ROOT, heir, other), _6=2)
    change('one of three where two are needed', 'QERR_BADSIG', _5=roots(ROOT, heir, other), _6=2)
    change('signed by nobody of it', 'QERR_KEY', keys=(THIEF,))
    change('signed by one more', 'QERR_KEY', keys=(ROOT, THIEF))
    change('threshold above the roots', 'QERR_RANGE', _6=2)
    change('threshold 0', 'QERR_RANGE', _6=0)
    change('the same root twice', 'QERR_ORDER', _5=[ROOT.key, ROOT.key])
    change('roots not ascending', 'QERR_ORDER', _5=sorted([ROOT.key, heir.key], reverse=True))
    change('no roots', 'QERR_MISSING', _5=[])
    change('no name', 'QERR_MISSING', _2=None)
    change('an empty name', 'QERR_RANGE', _2='')
    change('a name too long', 'QERR_RANGE', _2='n' * 129)
    change('a newline in the name', 'QERR_TEXT', _2='a\nb')
    change('17 languages', 'QERR_RANGE', _3=['en'] * 17)
    change('a language that is none', 'QERR_TEXT', _3=['e_n'])
    change('no signing keys', 'QERR_MISSING', _8=[])
    change('a key from 0', 'QERR_RANGE', _8=[[DESK.key, 0]])
    change('a key revoked outright', '0', _8=[[DESK.key, 5, 4]])
    change('a key that ends before that', 'QERR_RANGE', _8=[[DESK.key, 5, 3]])
    change('a key with two spans', '0', _8=[[DESK.key, 1, 4], [DESK.key, 9]])
    change('a first with a previous', 'QERR_MISSING', _10=FEED)
    change('a kind that is none', 'QERR_VERSION', _0=2)
    change('an unknown field', 'QERR_UNKNOWN', _13=1)
    change('a version 0', 'QERR_RANGE', _1=0)
    change('a version that is too large', 'QERR_RANGE', _1=1 << 32, _10=FEED)
    # Of two keys of one id a signature would not say which.
    change('two roots of one id', 'QERR_DUPLICATE', _5=sorted([ROOT.key[:8] + heir.key[8:], ROOT.key]))
    change('two signing keys of one id', 'QERR_DUPLICATE', _8=sorted([[DESK.key[:8] + heir.key[8:], 1], [DESK.key, 1]]))
    change('a key from the end of all numbers', 'QERR_RANGE', _8=[[DESK.key, (1 << 64) - 1]])
    change('a key from just before', '0', _8=[[DESK.key, (1 << 64) - 2]])
    change('a key to the end of all numbers', 'QERR_RANGE', _8=[[DESK.key, 1, (1 << 64) - 1]])
    change('a pin', '0', _11=[4, seed('history')])
    change('a pin of nothing', 'QERR_RANGE', _11=[0, seed('history')])
    change('a pin without a root', 'QERR_MISSING', _11=[4])
    change('a pin with a short root', 'QERR_RANGE', _11=[4, bytes(31)])
    change('two sign', '0', _12=[[1, 2]])
    change('two sign, then three, then one', '0', _12=[[1, 2], [5, 3], [9, 1]])
    change('most may sign', '0', _12=[[1, 8]])
    change('no quorum', 'QERR_MISSING', _12=[])
    change('a quorum of one number', 'QERR_MISSING', _12=[[1]])
    change('a quorum from 0', 'QERR_RANGE', _12=[[0, 2]])
    change('a quorum of nobody', 'QERR_RANGE', _12=[[1, 0]])
    change('a quorum too large', 'QERR_RANGE', _12=[[1, 9]])
    change('a quorum that changes nothing', 'QERR_ENCODING', _12=[[1, 1]])
    change('a quorum that stays', 'QERR_ENCODING', _12=[[1, 2], [3, 2]])
    change('quorums not ascending', 'QERR_ORDER', _12=[[3, 2], [3, 1]])
    change('quorums too many', 'QERR_RANGE', _12=[[i + 1, 1 + i % 2] for i in range(1, 10)])
    after('a second', '0')
    after('a second by nobody of the first', 'QERR_KEY', keys=(THIEF,))
    after('a second after another', 'QERR_CHAIN', _10=bytes(32))
    after('a second without previous', 'QERR_MISSING', _10=None)
    after('a third after the first', 'QERR_CHAIN', _1=3)
    heir.id, heir.key = ROOT.id, ROOT.id + heir.key[8:]
    after("a new root of the old one's id", 'QERR_KEY', keys=(heir,), _5=roots(heir))
    heir = Key('heir')
    after('new roots, signed by both', '0', keys=(ROOT, heir), _5=roots(heir))
    after('new roots, signed by the old', 'QERR_BADSIG', _5=roots(heir))
    after('new roots, signed by the new', 'QERR_BADSIG', keys=(heir,), _5=roots(heir))
    waiting = charter({**CHARTER, 7: [v.H(b'root', heir.key)]}, [ROOT])
    after('the successor that was promised', '0', keys=(ROOT, heir), first=waiting, _5=roots(heir))
    after('a successor that was not', 'QERR_KEY', keys=(ROOT, other), first=waiting, _5=roots(other))
    after('the old root stays beside it', '0', keys=(ROOT, heir), first=waiting, _5=roots(ROOT, heir))
    pinned = charter({**CHARTER, 11: [4, seed('history')]}, [ROOT])
    after('a pin that stays', '0', first=pinned, _11=[4, seed('history')])
    after('a pin that reaches further', '0', first=pinned, _11=[5, seed('more')])
    after('a pin that reaches less far', 'QERR_CHAIN', first=pinned, _11=[3, seed('less')])
    after('a pin that changes', 'QERR_CHAIN', first=pinned, _11=[4, seed('other')])
    after('a pin that is taken back', 'QERR_CHAIN', first=pinned)
    desk, editor, chief = ([k.id, 3] for k in (DESK, EDITOR, CHIEF))

    def ends(name, verdict, *pairs, keys=(ROOT,), first=(CHARTER1,), **fields):
        """A revocation behind the charters in `first`."""
        c = {0: 6, 1: len(first) + 1, 8: sorted([list(p) for p in pairs]), 10: v.H(b'charter', v.decode(first[-1])[0])}
        file = revocation({**c, **{int(k[1:]): x for k, x in fields.items()}}, keys, first)
        add(name, verdict, *first, file)
        return file
    three = (CHARTER1, charter({**CHARTER, 1: 2, 8: sorted([[DESK.key, 1], [EDITOR.key, 1, 2], [EDITOR.key, 4], [CHIEF.key, 2, 5]]), 10: FEED}, [ROOT]))
    assert len(ends('a revocation', '0', desk)) == 123
    assert len(ends('a revocation with a pin', '0', [DESK.id, 1 << 31], _11=[(1 << 31) - 1, seed('history')])) == 168
    ends('a revocation outright', '0', [DESK.id, 1])
    ends('of a key with a gap', '0', editor, first=three)
    ends('of a key that ends later', '0', chief, first=three)
    ends('of three keys', '0', desk, editor, chief, first=three)
    twice = ends('once', '0', desk), ends('once more', '0', [DESK.id, 9])
    ends('of a revoked key, from earlier on', '0', [DESK.id, 2], first=(CHARTER1, twice[0]))
    ends('of a revoked key, from later on', 'QERR_RANGE', [DESK.id, 4], first=(CHARTER1, twice[0]))
    ends('of a key that ended before', 'QERR_RANGE', [CHIEF.id, 6], first=three)
    ends('of a key that is not named', 'QERR_RANGE', [THIEF.id, 3])
    ends('of one that is and one that is not', 'QERR_RANGE', desk, [THIEF.id, 3])
    ends('of a key from issue 0 on', 'QERR_RANGE', [DESK.id, 0])
    ends('of no key', 'QERR_MISSING')
    ends('of a key twice', 'QERR_ORDER', desk, [DESK.id, 4])
    ends('keys not ascending', 'QERR_ORDER', _8=sorted([desk, editor, chief])[::-1], first=three)
    ends('with a whole key', 'QERR_RANGE', _8=[[DESK.key, 3]])
    ends('without a number', 'QERR_MISSING', _8=[[DESK.id]])
    ends('with more than a number', 'QERR_RANGE', _8=[[DESK.id, 3, 4]])
    ends('signed by the desk', 'QERR_BADSIG', desk, keys=(DESK,))
    ends('signed by nobody of it', 'QERR_BADSIG', desk, keys=(THIEF,))
    ends('behind another charter', 'QERR_CHAIN', desk, _10=bytes(32))
    ends('of a later version', 'QERR_CHAIN', desk, _1=3)
    ends('as the first version', 'QERR_RANGE', desk, _1=1)
    ends('without previous', 'QERR_MISSING', desk, _10=None)
    ends('with a name', 'QERR_UNKNOWN', desk, _2='The Example')
    ends('with roots', 'QERR_UNKNOWN', desk, _5=[ROOT.key])
    ends('with a pin of nothing', 'QERR_RANGE', desk, _11=[0, seed('history')])
    ends('with a pin that reaches less far', 'QERR_CHAIN', desk, first=(pinned,), _11=[3, seed('less')])
    ends('that leaves a pin alone', '0', desk, first=(pinned,))
    two = charter({**CHARTER, 5: roots(ROOT, heir, other), 6: 2}, [ROOT, heir])
    assert len(ends('by two of three roots', '0', desk, keys=(heir, other), first=(two,))) == 187
    assert len(ends('by two, with a pin', '0', [DESK.id, 1 << 31], keys=(ROOT, other), first=(two,), _11=[(1 << 31) - 1, seed('history')])) == 232
    assert len(ends('by three of three roots', '0', desk, keys=(ROOT, heir, other), first=(two,))) == 251
    assert len(ends('by three, as late as can be', '0', [DESK.id, (1 << 32) - 1], keys=(ROOT, heir, other), first=(two,))) == 255
    ends('by one of three roots', 'QERR_BADSIG', desk, first=(two,))
    ends('by one of three roots and the desk', 'QERR_BADSIG', desk, keys=(min((ROOT, heir, other), key=lambda k: k.key), DESK), first=(two,))
    eight = [Key(f'root {i}') for i in range(8)]
    all8 = charter({**CHARTER, 5: roots(*eight), 6: 8}, eight)
    assert len(ends('by eight roots', '0', desk, keys=eight, first=(all8,))) == 572
    ends('by seven of eight', 'QERR_BADSIG', desk, keys=eight[:7], first=(all8,))
    # The places are those of the charter that `previous` names, not of one before that or of the feed's first.
    moved = charter({**CHARTER, 1: 2, 5: roots(heir, other), 6: 2, 10: v.H(b'charter', v.decode(two)[0])}, [heir, other])
    behind = {0: 6, 1: 3, 8: [desk], 10: v.H(b'charter', v.decode(moved)[0])}
    ends('by places in the charter before', '0', desk, keys=(heir, other), first=(two, moved))
    add('by places in the one before that', 'QERR_BADSIG', two, moved, revocation(behind, (heir, other), (two,)))
    ends('by places behind a revocation', '0', [DESK.id, 2], keys=(heir, other), first=(two, moved, revocation(behind, (heir, other), (moved,))))
    # Of two seconds that contradict each other each has the places of what follows it.
    side = charter({**CHARTER, 1: 2, 5: roots(ROOT, heir), 6: 2, 10: v.H(b'charter', v.decode(two)[0])}, [ROOT, heir])
    add('by places on the other side of a fork', 'QERR_CHAIN', two, side, revocation(behind, (heir, other), (moved,)))
    behind[10] = v.H(b'charter', v.decode(side)[0])
    add('.. and on this one', '0', two, side, revocation(behind, (ROOT, heir), (side,)))

    def form(name, verdict, make, first=two):
        """A good revocation by two of three roots, with other signatures: `make` gets these by place."""
        body = v.encode({0: 6, 1: 2, 8: [desk], 10: v.H(b'charter', v.decode(first)[0])})
        at = {roots(ROOT, heir, other).index(k.key): k.sign(body, 'quire charter 2') for k in (ROOT, heir, other)}
        add(name, verdict, first, v.encode([body, make({i: s[1] for i, s in at.items()}, at)]))
    form('all three, by hand', '0', lambda at, _: places(at))
    form('in the places of each other', 'QERR_BADSIG', lambda at, _: places({0: at[1], 1: at[0]}))
    form('signatures not ascending', 'QERR_BADSIG', lambda at, _: b'\3' + at[1] + at[0])
    form('in a place that is none', 'QERR_KEY', lambda at, _: places({**at, 3: at[0]}))
    form('in the last place of all', 'QERR_KEY', lambda at, _: places({**at, 7: at[0]}))
    form('two good and one that is not', 'QERR_BADSIG', lambda at, _: places({**at, 2: at[0]}))
    form('one key twice', 'QERR_BADSIG', lambda at, _: places({0: at[0], 1: at[0]}))
    form('without signatures', 'QERR_RANGE', lambda at, _: b'\0')
    form('no bytes', 'QERR_RANGE', lambda at, _: b'')
    form('a signature of nobody', 'QERR_TRAILING', lambda at, _: b'\0' + at[0])
    form('more signatures than places', 'QERR_TRAILING', lambda at, _: b'\3' + at[0] + at[1] + at[2])
    form('more places than signatures', 'QERR_MISSING', lambda at, _: b'\7' + at[0] + at[1])
    form('a signature cut', 'QERR_MISSING', lambda at, _: places(at)[:-1])
    form('a byte more', 'QERR_TRAILING', lambda at, _: places(at) + b'\0')
    form('nine signatures', 'QERR_RANGE', lambda at, _: b'\xff' + at[0] * 9)
    form('signed as a full charter', 'QERR_TYPE', lambda at, full: sorted(full.values()))
    form('an array of its signatures', 'QERR_TYPE', lambda at, _: [places(at)])
    form('text for its signatures', 'QERR_TYPE', lambda at, _: 's' * 129)
    good = v.decode(ends('by the first and the second', '0', desk, keys=(heir, other), first=(two,)))
    add('of another body', 'QERR_BADSIG', two, v.encode([v.encode({**v.decode(good[0]), 8: [[DESK.id, 2]]}), good[1]]))
    add('a long head before its signatures', 'QERR_ENCODING', two, b'\x82' + v.encode(good[0]) + b'\x59\0\x81' + good[1])
    add('a byte behind it', 'QERR_TRAILING', two, v.encode(good) + b'\0')
    add('one thing more', 'QERR_RANGE', two, v.encode([*good, b'']))
    full = v.encode({**CHARTER, 1: 2, 10: FEED})
    add('a full charter in short form', 'QERR_TYPE', CHARTER1, v.encode([full, places({0: ROOT.sign(full, '')[1]})]))
    add('a charter behind a revocation', '0', CHARTER1, twice[0], charter({**CHARTER, 1: 3, 8: sorted([[DESK.key, 1, 2], [EDITOR.key, 3]]),
                                                                         10: v.H(b'charter', v.decode(twice[0])[0])}, [ROOT]))
    add('a revocation alone', 'QERR_CHAIN', twice[0], feed=FEED)
    add('two revocations of one version', 'QERR_FORK', CHARTER1, *twice)
    add('a charter and a revocation of one version', 'QERR_FORK', CHARTER1, WIDENING, twice[0])
    kept = (waiting, charter({**CHARTER, 1: 2, 4: 'https://example.com/', 7: [v.H(b'root', heir.key)], 10: v.H(b'charter', v.decode(waiting)[0])}, [ROOT]))
    spoke = charter({**CHARTER, 1: 2, 5: roots(heir), 10: v.H(b'charter', v.decode(waiting)[0])}, [ROOT, heir])
    add('the successor against the root, first', 'QERR_KEY', waiting, spoke, kept[1])
    add('the successor against the root, last', '0', *kept, spoke, both=False)
    add('of another feed', 'QERR_FEED', CHARTER1, feed=bytes(32))
    add('cut', 'QERR_TRUNCATED', CHARTER1[:-1], feed=FEED)
    add('trailing', 'QERR_TRAILING', CHARTER1 + b'\0', feed=FEED)
    add('a signature too many times', 'QERR_ORDER', v.encode([v.decode(CHARTER1)[0], v.decode(CHARTER1)[1] * 2]), feed=FEED)
    write('charters.txt', lines)


def headers():
    lines = []
    root = bytes(range(32))
    good = {0: 2, 1: FEED, 2: 1, 3: 5, 4: 1700000000, 5: 86400, 6: root,
            7: [{0: 0, 1: root, 2: 256, 3: 100, 4: root, 5: 2}, {0: 1, 1: root[::-1], 2: 512, 3: 400, 4: root, 5: 2}]}

    def add(name, verdict, file, charters=(CHARTER1,)):
        lines.append({'name': name, 'verdict': verdict, 'feed': FEED, 'files': ','.join(c.hex() for c in charters), 'header': file})
        agrees(verdict, lambda: v.open_header(file, v.chain(charters)[-1], FEED))

    def change(name, verdict, key=DESK, charters=(CHARTER1,), **fields):
        h = {**good, **{int(k[1:]): x for k, x in fields.items()}}
        add(name, verdict, header({k: x for k, x in h.items() if x is not None}, key), charters)

    def pack(name, verdict, i=1, **fields):
        packs = [dict(p) for p in good[7]]
        packs[i] = dict(sorted({**packs[i], **{int(k[1:]): x for k, x in fields.items()}}.items()))
        packs[i] = {k: x for k, x in packs[i].items() if x is not None}
        change(name, verdict, _7=packs)

    change('sample', '0')
    change('without packs', '0', _7=None)
    change('by a key that is not named', 'QERR_KEY', key=THIEF)
    change('by the root', 'QERR_KEY', key=ROOT)
    change('by a key revoked for it', 'QERR_REVOKED', charters=(CHARTER1, REVOKING))
    change('before the revocation', '0', charters=(CHARTER1, REVOKING), _3=4)
    change('by a key revoked for it in short', 'QERR_REVOKED', charters=(CHARTER1, SHORT))
    change('before the revocation in short', '0', charters=(CHARTER1, SHORT), _3=4)
    change('under a charter that is not here', 'QERR_CHARTER', _2=2)
    change('under an older charter', '0', charters=(CHARTER1, WIDENING))
    change('in the pinned history', '0', charters=(CHARTER1, PINNING))
    change('not in the pinned history', 'QERR_PINNED', charters=(CHARTER1, PINNING), _6=root[::-1])
    change('of another feed', 'QERR_FEED', _1=root)
    change('number 0', 'QERR_RANGE', _3=0)
    change('the last number', '0', _3=(1 << 32) - 1)
    change('a number too large', 'QERR_RANGE', _3=1 << 32)
    change('the last charter', 'QERR_CHARTER', _2=(1 << 32) - 1)
    change('a charter too large', 'QERR_RANGE', _2=1 << 32)
    change('the last time', '0', _4=1 << 40)
    change('a time too large', 'QERR_RANGE', _4=(1 << 40) + 1)
    change('the longest promise', '0', _5=(1 << 32) - 1)
    change('a promise too long', 'QERR_RANGE', _5=1 << 32)
    change('charter 0', 'QERR_RANGE', _2=0)
    change('a kind that is none', 'QERR_VERSION', _0=1)
    change('without history', 'QERR_MISSING', _6=None)
    change('a short history', 'QERR_RANGE', _6=bytes(31))
    change('an unknown field', 'QERR_UNKNOWN', _9=1)
    two = (CHARTER1, QUORUM)

    def by(name, verdict, *keys, charters=two, **fields):
        add(name, verdict, header({**good, **{int(k[1:]): x for k, x in fields.items()}}, *keys), charters)
    by('signed by two', '0', DESK, EDITOR)
    by('signed by three', '0', DESK, EDITOR, CHIEF)
    by('signed by two where one is enough', '0', DESK, EDITOR, _3=4)
    by('signed by two, under one charter', 'QERR_KEY', DESK, EDITOR, charters=(CHARTER1,))
    by('signed by one where two are needed', 'QERR_QUORUM', DESK)
    by('signed by one before two were needed', '0', DESK, _3=4)
    by('one of two by a key that is not named', 'QERR_KEY', DESK, THIEF)
    by('one of three by a key that is not named', 'QERR_KEY', DESK, EDITOR, THIEF)
    by('one of two by a key before its time', 'QERR_REVOKED', DESK, CHIEF, _3=3)
    by('one signature of two', 'QERR_MISSING', DESK, _8=2)
    by('two signatures of three', 'QERR_MISSING', DESK, EDITOR, _8=3)
    by('three signatures of two', 'QERR_MISSING', DESK, EDITOR, CHIEF, _8=2)
    by('two signatures, and none is counted', 'QERR_MISSING', DESK, EDITOR, _8=None)
    by('one signature, counted', 'QERR_RANGE', DESK, _8=1)
    by('too many signatures', 'QERR_RANGE', DESK, _8=9)
    body, sigs = v.decode(header(good, DESK, EDITOR))
    alone = v.decode(header(good, EDITOR))[1]
    other = v.decode(header({**good, 5: 1}, DESK, EDITOR))[1]
    late = v.decode(header({**good, 4: 1700000001}, DESK, EDITOR))[1]
    for name, verdict, some in (('the same key twice', 'QERR_ORDER', [sigs[0], sigs[0]]), ('signatures not ascending', 'QERR_ORDER', sigs[::-1]),
                                ('a signature of the same alone', 'QERR_BADSIG', sorted([alone[0], *(s for s in sigs if s[0] != EDITOR.id)])),
                                ('signatures of another header', 'QERR_BADSIG', other), ('signatures of another time', 'QERR_BADSIG', late),
                                ('one signature of another time', 'QERR_BADSIG', [sigs[0], late[1]])):
        add(name, verdict, v.encode([body, some]), two)
    change('an empty list of packs', 'QERR_MISSING', _7=[])
    change('packs not ascending', 'QERR_MISSING', _7=good[7][::-1])
    change('a pack twice', 'QERR_ORDER', _7=[good[7][0], good[7][0]])
    change('text without heads', 'QERR_MISSING', _7=good[7][1:])
    pack('tier 4', 'QERR_RANGE', _0=4)
    pack('size 0', 'QERR_RANGE', _2=0)
    pack('the largest pack', '0', _2=16 << 20, _3=16 << 20)
    pack('a pack too large', 'QERR_RANGE', _2=(16 << 20) + 1)
    pack('raw too large', 'QERR_RANGE', _3=(16 << 20) + 1)
    pack('no records', 'QERR_RANGE', _5=0)
    pack('most records', '0', _5=16384)
    pack('too many records', 'QERR_RANGE', _5=16385)
    pack('an unknown field of a pack', 'QERR_UNKNOWN', _10=1)
    pack('without contents', 'QERR_MISSING', _4=None)
    pack('a cover that is its own number', 'QERR_RANGE', _6=5)
    pack('a cover that ends later', 'QERR_RANGE', _7=6)
    pack('a cover without heads', 'QERR_MISSING', _6=3)
    pack('a base', '0', _8=0b1001)
    pack('a base of no issue', 'QERR_RANGE', _8=0)
    pack('a base before the first issue', 'QERR_RANGE', _8=0b10001)
    heads, text = good[7][:2]
    change('the farthest base', '0', _3=33, _7=[heads, {**text, 8: 1 << 31}])
    change('a base too far', 'QERR_RANGE', _3=34, _7=[heads, {**text, 8: 1 << 32}])
    change('pictures with a base', 'QERR_RANGE', _7=[heads, {**text, 0: 2, 8: 1}])
    change('a base of another issue', 'QERR_RANGE', _7=[{**heads, 6: 4, 7: 4}, {**text, 6: 4, 7: 4, 8: 1}])
    pack('only: false', 'QERR_ENCODING', _9=False)
    volume = [{**p, 6: 2, 7: 4, 9: True} for p in good[7]]
    change('a volume', '0', _7=[dict(sorted(p.items())) for p in volume])
    change('a volume that begins behind its end', 'QERR_RANGE', _7=[dict(sorted({**p, 6: 4, 7: 2}.items())) for p in volume])
    whole = header(good, DESK)
    add('cut', 'QERR_TRUNCATED', whole[:-1])
    add('trailing', 'QERR_TRAILING', whole + b'\0')
    body, sigs = v.decode(whole)
    add('a signature of another header', 'QERR_BADSIG', v.encode([body, v.decode(header({**good, 4: 1}, DESK))[1]]))
    add('a comment of another number', 'QERR_BADSIG', v.encode([body, [DESK.sign(body, f'quire issue 6 {v.base32(FEED)}')]]))
    write('headers.txt', lines)


# --- markup ------------------------------------------------------------------
def markup():
    good = [
        '', '<p>a</p>', '<p>a &amp; b &lt; c &gt; d " \' e</p>', '<p>آ 自由 é</p>', '<p><br></p>', '<hr>', '<hr dir="rtl">', '<h2></h2>',
        '<h2>a</h2><h3>b</h3><h4>c</h4>', '<p><em>a<strong>b<span lang="fa">c</span></strong></em><code>d</code></p>',
        '<ul><li></li></ul>', '<ol><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ol>', '<blockquote><p>a</p><blockquote><hr></blockquote></blockquote>',
        '<pre></pre>', '<pre>a\n\nb</pre>', '<pre>\n</pre>', '<pre><code>a\nb</code></pre>', '<table><tr><th>a</th><td></td></tr></table>',
        '<table dir="ltr" lang="en"><tr><td dir="auto">a<br>b</td></tr></table>', '<figure><img src="0"></figure>',
        '<figure dir="rtl"><img src="1"><figcaption>a <em>b</em></figcaption></figure>', '<figure><img src="0"><figcaption></figcaption></figure>',
        '<p><a href="https://example.org/?a=1&amp;b=&quot;">a</a></p>', '<p><a href="http://a">a</a> <a href="mailto:a@b">b</a></p>',
        '<p><a href="#a name of ours">a</a></p>', '<p dir="auto" lang="zh-Hant-TW">a</p>', '<p><span dir="rtl">a</span></p>', '<p> </p>',
        '<p><a href="https://' + 'a' * 2040 + '">a</a></p>', '<p><a href="https://' + '&amp;' * 2040 + '">a</a></p>',
        '<blockquote>' * 31 + '<p>a</p>' + '</blockquote>' * 31, '<blockquote>' * 31 + '<hr>' + '</blockquote>' * 31,
        '<pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>', '<p>javascript:alert(1)</p>', '<ul><li><pre>a\nb</pre></li></ul>',
    ]
    bad = [
        'a', ' ', '\n', '<p>', '</p>', '<p></p>', '<p>a', '<p>a</p', '<p>a</p> ', '<p>a</p>\n', '<p>a\nb</p>', '<p>a\tb</p>', '<p>a\rb</p>',
        '<P>a</P>', '<p >a</p>', '<p>a</p >', '<p/>', '<br>', '<p><br/></p>', '<p><br></br></p>', '<p>a</h2>', '<p><p>a</p></p>', '<p><hr></p>',
        '<h1>a</h1>', '<h5>a</h5>', '<div>a</div>', '<p><b>a</b></p>', '<p><i>a</i></p>', '<script>alert(1)</script>', '<p><script></script></p>',
        '<style></style>', '<svg></svg>', '<math></math>', '<iframe></iframe>', '<p onclick="a">a</p>', '<p style="a">a</p>', '<p class="a">a</p>',
        '<p id="a">a</p>', '<!-- a -->', '<p><!-- a --></p>', '<![CDATA[a]]>', '<!DOCTYPE html>', '<?xml?>', '<p>a & b</p>', '<p>a &nbsp; b</p>',
        '<p>&#60;</p>', '<p>&#x3c;</p>', '<p>&quot;</p>', '<p>&apos;</p>', '<p>&AMP;</p>', '<p>&amp</p>', '<p>a > b</p>', '<p>a < b</p>', '<p>a<</p>',
        '<p>>a</p>', '<p><em></em></p>', '<p><a href="http://a"></a></p>', '<p><code></code></p>', '<pre><code></code></pre>', '<p><span lang="en"></span></p>',
        '<p><code><em>a</em></code></p>', '<p><code>a\nb</code></p>', '<pre><em>a</em></pre>', '<pre>a<code>b</code></pre>',
        '<pre><code>a</code>b</pre>', '<pre><code>a</code><code>b</code></pre>', '<ul></ul>', '<ol></ol>', '<ul>a</ul>', '<ul><p>a</p></ul>', '<li>a</li>',
        '<ul><li>a<p>b</p></li></ul>', '<ul><li><p>b</p>a</li></ul>', '<blockquote></blockquote>', '<blockquote>a</blockquote>', '<table></table>',
        '<table><tr></tr></table>', '<table><td>a</td></table>', '<table><tr>a</tr></table>', '<table><tbody><tr><td></td></tr></tbody></table>',
        '<table><tr><td><p>a</p></td></tr></table>', '<table dir="ltr"><tr dir="ltr"><td></td></tr></table>', '<figure></figure>', '<figure>a</figure>',
        '<figure><figcaption>a</figcaption></figure>', '<figure><img src="0"><img src="1"></figure>', '<figure><img src="2"></figure>',
        '<figure><img src="00"></figure>', '<figure><img src="01"></figure>', '<figure><img src=""></figure>', '<figure><img src="-0"></figure>',
        '<figure><img src="https://example.org/a.png"></figure>', '<figure><img></figure>', '<figure><img src="0" alt="a"></figure>',
        '<figure><img src="0"/></figure>', '<figure><img src="0"></img></figure>', '<figure><img src="0"><figcaption><p>a</p></figcaption></figure>',
        '<figure><img src="0"><figcaption>a</figcaption><figcaption>a</figcaption></figure>', '<p><img src="0"></p>', '<img src="0">',
        '<figure><img src="18446744073709551616"></figure>', '<p><a>a</a></p>', '<p><a href="">a</a></p>', '<p><a href="http://">a</a></p>', '<p><a href="#">a</a></p>',
        '<p><a href="javascript:alert(1)">a</a></p>', '<p><a href="JAVASCRIPT:alert(1)">a</a></p>', '<p><a href="java&#115;cript:a">a</a></p>',
        '<p><a href=" https://a">a</a></p>', '<p><a href="HTTPS://a">a</a></p>', '<p><a href="//a">a</a></p>', '<p><a href="/a">a</a></p>',
        '<p><a href="a">a</a></p>', '<p><a href="data:text/html,a">a</a></p>', '<p><a href="vbscript:a">a</a></p>', '<p><a href="https:a">a</a></p>',
        "<p><a href='https://a'>a</a></p>", '<p><a href=https://a>a</a></p>', '<p><a href="https://a" href="https://b">a</a></p>',
        '<p><a href="https://a\nb">a</a></p>', '<p><a href="https://a?b&c">a</a></p>', '<p><a href="https://a<b">a</a></p>',
        '<p><a href="https://a" target="_blank">a</a></p>', '<p><a href="https://a"><a href="https://b">a</a></a></p>',
        '<p><a href="https://a"><em><a href="https://b">a</a></em></a></p>', '<p><a dir="rtl" href="https://a">a</a></p>',
        '<p><a href="https://' + 'a' * 2041 + '">a</a></p>', '<p><span>a</span></p>', '<p><span dir="up">a</span></p>', '<p dir="RTL">a</p>',
        '<p dir="">a</p>', '<p lang="">a</p>', '<p lang="e">a</p>', '<p lang="e n">a</p>', '<p lang="en_US">a</p>', '<p lang="en" dir="ltr">a</p>', '<p  dir="ltr">a</p>',
        '<p dir="ltr" dir="ltr">a</p>', '<p\ndir="ltr">a</p>', '<p dir = "ltr">a</p>', '<p><em dir="ltr">a</em></p>', '<p><br dir="ltr"></p>', '<p>a</p dir="ltr">',
        '<p href="https://a">a</p>', '<p src="0">a</p>', '<blockquote>' * 32 + '<p>a</p>' + '</blockquote>' * 32,
        '<blockquote>' * 32 + '<hr>' + '</blockquote>' * 32, '<p><', '<p></', '<p><a', '<p><a href', '<p><a href="', '<', '<>', '</>', '<p>a</p><', '<p\u200b>a</p>',
    ]
    text = [b'<p>\xff</p>', b'<p>\xc0\xaf</p>', b'<p>\xed\xa0\x80</p>', b'<p>\0</p>', b'<p>\x1b[31m</p>', b'<p>\x7f</p>', '<p>\u0085</p>', '<p>\ufeff</p>',
            '<p>\u202e</p>', '<p>\u2066</p>', '<p>a\u2069</p>', b'<p>\xf4\x90\x80\x80</p>', b'<p>\xe2\x82', '<p><a href="https://\u202e">a</a></p>', '<p>a\tb</p>', '<p>a\rb</p>']
    lines = []
    for verdict, some in (('0', good), ('QERR_MARKUP', bad), ('QERR_TEXT', text)):
        for s in some:
            data = s if isinstance(s, bytes) else s.encode()
            if verdict == 'QERR_MARKUP' and s in text:
                continue
            lines.append({'verdict': verdict, 'pictures': 2, 'body': data})
            agrees(verdict, v.markup, data, 2)
    write('markup.txt', lines)


# --- capsules ----------------------------------------------------------------
def issue(number=5, first=None, key=DESK, feed=FEED, records=RECORDS, under=1):
    cover = {} if first is None else {6: first, 7: first + 3}
    at = (first or number, first + 3 if first else number)
    entries = []
    for tier, some in enumerate(records):
        sealed = seal(tier, frame(b''.join(some)), *at, feed=feed)
        entries.append(entry(tier, sealed, len(b''.join(some)), contents(some), len(some), cover))
    return header({0: 2, 1: feed, 2: under, 3: number, 4: 1700000000, 5: 86400, 6: seed("history"), 7: entries}, key)


def walk(leaves, m, root):
    """RFC 6962 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return walk(leaves[:k], m, root) + [root(leaves[k:])] if m < k else walk(leaves[k:], m - k, root) + [root(leaves[:k])]


def path(records, i):
    return b''.join(walk([v.H(b'record', r) for r in records], i, v.tree_root))


def capsule(i=0, records=RECORDS, charters=(CHARTER1,), head=None, pictures=True, **more):
    c = {0: 3, 1: list(charters), 2: head or issue(), 3: 0, 4: i, 5: records[0][i], 6: path(records[0], i)}
    if records[1][i]:
        c.update({7: 1, 8: path(records[1], i), 9: frame(records[1][i])})
    if pictures and i == 0:
        c[10] = [[0, PNG]]
    c.update({int(k[1:]): x for k, x in more.items()})
    return finish({k: x for k, x in c.items() if x is not None})


def finish(c):
    """Encode with the sum that belongs to the rest."""
    data = v.encode({**{k: x for k, x in c.items() if k != 12}, 12: bytes(16)})[:-16]
    return data + v.H(b'capsule', data)[:16]


def capsules():
    lines = []

    def add(name, verdict, file, newer=b''):
        lines.append({'name': name, 'verdict': verdict, 'newer': newer, 'file': file})
        agrees(verdict, lambda: v.open_capsule(file, [newer] if newer else []))

    one = [[RECORDS[0][0]], [RECORDS[1][0]], [PNG]]
    big = [[*RECORDS[0], *[v.encode({**HEADS[1], 0: f'n{i}'}) for i in range(30)]], [*RECORDS[1], *[RECORDS[1][1]] * 30], [PNG]]
    for i in range(3):
        add(f'article {i}', '0', capsule(i))
    add('without picture', '0', capsule(pictures=False))
    add('alone in its issue', '0', capsule(records=one, head=issue(records=one), _6=None, _8=None))
    add('from a volume', '0', capsule(head=issue(first=1)))
    for i in (0, 15, 31, 32):
        add(f'of 33, number {i}', '0', capsule(i, records=big, head=issue(records=big)))
    add('with both charters', '0', capsule(charters=(CHARTER1, WIDENING)))
    add('with a newer charter', '0', capsule(), WIDENING)
    add('signed by the newer key', '0', capsule(charters=(CHARTER1, WIDENING), head=issue(key=THIEF)))
    add('under a charter that is not in it', '0', capsule(head=issue(under=2)))
    add('revoked in the capsule', 'QERR_REVOKED', capsule(charters=(CHARTER1, REVOKING)))
    add('revoked elsewhere', 'QERR_REVOKED', capsule(), REVOKING)
    add('issue before the revocation', '0', capsule(head=issue(4)), REVOKING)
    add('revoked in short in the capsule', 'QERR_REVOKED', capsule(charters=(CHARTER1, SHORT)))
    add('revoked in short elsewhere', 'QERR_REVOKED', capsule(), SHORT)
    add('issue before the revocation in short', '0', capsule(charters=(CHARTER1, SHORT), head=issue(4)), SHORT)
    add('.. by itself', '0', capsule(charters=(CHARTER1, SHORT), head=issue(4)))
    add('a newer revocation that nobody signed', 'QERR_BADSIG', capsule(), SHORT[:-1] + bytes([SHORT[-1] ^ 1]))
    add('signed by a thief', 'QERR_KEY', capsule(head=issue(key=THIEF)))

    # A history of seven issues that a charter pins: what is in it shows so, whoever may still sign its numbers.
    past = [issue(n) for n in range(1, 8)]
    pin = lambda n: charter({**CHARTER, 1: 2, 8: sorted([[DESK.key, 1], [THIEF.key, 1, 7]]), 10: FEED, 11: [n, v.history_root(past[:n])]}, [ROOT])
    way = lambda i, n=7: b''.join(walk(past[:n], i, v.history_root))
    here = (CHARTER1, pin(7))
    for n in (1, 5, 7):
        add(f'pinned issue {n}', '0', capsule(charters=here, head=past[n - 1], _11=way(n - 1)))
    add('behind the pin', '0', capsule(charters=(CHARTER1, pin(3)), head=past[4]))
    add('behind the pin with a path', 'QERR_RANGE', capsule(charters=(CHARTER1, pin(3)), head=past[4], _11=way(4)))
    add('the only one that is pinned', '0', capsule(charters=(CHARTER1, pin(1)), head=past[0]))
    add('pinned, without a path', 'QERR_PINNED', capsule(charters=here, head=past[4]))
    add('pinned, another signed', 'QERR_PINNED', capsule(charters=here, head=issue(5, key=THIEF, records=big), records=big, _11=way(4)))
    add('pinned, path of another', 'QERR_PINNED', capsule(charters=here, head=past[4], _11=way(5)))
    add('pinned, path cut', 'QERR_PINNED', capsule(charters=here, head=past[4], _11=way(4)[:-32]))
    add('pinned, path of half a hash', 'QERR_RANGE', capsule(charters=here, head=past[4], _11=way(4)[:-16]))
    add('pinned by a newer charter', '0', capsule(head=past[4]), pin(7))
    other = charter(OTHER, [ROOT])
    add('charter of another feed', 'QERR_FEED', capsule(charters=(other,)))
    add('header of another feed', 'QERR_FEED', capsule(head=issue(feed=v.H(b'charter', v.encode(OTHER)))))
    add('newer charter of another feed', 'QERR_FEED', capsule(), other)
    add('newer charter with a gap', 'QERR_CHAIN', capsule(), charter({**CHARTER, 1: 3, 10: seed('two')}, [ROOT]))
    add('newer charter forks', 'QERR_FORK', capsule(charters=(CHARTER1, WIDENING)), REVOKING)
    add('charter by a thief', 'QERR_KEY', capsule(charters=(charter({**CHARTER, 8: [[THIEF.key, 1]]}, [THIEF]),), head=issue(key=THIEF)))
    add('another title', 'QERR_BADHASH', capsule(_5=v.encode({**HEADS[0], 4: 'Water is gone'})))
    add('another date', 'QERR_BADHASH', capsule(_5=v.encode({**HEADS[0], 8: 1700000001})))
    add('another body', 'QERR_BADHASH', capsule(_9=frame(RECORDS[1][0].replace(b'eleven', b'twelve'))))
    add('longer body', 'QERR_INFLATE', capsule(_9=frame(RECORDS[1][0] + b'<hr>')))
    add('another picture', 'QERR_BADHASH', capsule(_10=[[0, PNG.replace(b'IDAT', b'IDAX')]]))
    add('picture that is not named', 'QERR_RANGE', capsule(_10=[[1, PNG]]))
    add('pictures not ascending', 'QERR_ORDER', capsule(_10=[[0, PNG], [0, PNG]]))
    add('another index', 'QERR_BADHASH', capsule(_4=1))
    add('index outside', 'QERR_RANGE', capsule(_4=3))
    add('heads of the text pack', 'QERR_RANGE', capsule(_3=1))
    add('heads of no pack', 'QERR_RANGE', capsule(_3=3))
    add('text of the heads pack', 'QERR_RANGE', capsule(_7=0))
    add('path cut', 'QERR_BADHASH', capsule(_6=path(RECORDS[0], 0)[:32]))
    add('path of half a hash', 'QERR_RANGE', capsule(_6=path(RECORDS[0], 0)[:48]))
    add('path too long', 'QERR_BADHASH', capsule(_6=path(RECORDS[0], 0) + bytes(32)))
    add('no path', 'QERR_BADHASH', capsule(_6=None))
    add('no body', 'QERR_MISSING', capsule(_9=None))
    add('no text', 'QERR_MISSING', capsule(_7=None, _8=None, _9=None))
    add('text of a retraction', 'QERR_MISSING', capsule(2, _7=1, _8=path(RECORDS[1], 2), _9=frame(b'x')))
    add('two frames', 'QERR_TRAILING', capsule(_9=frame(RECORDS[1][0]) * 2))
    add('unknown field', 'QERR_UNKNOWN', capsule()[:-16].replace(b'\xac\x00\x03', b'\xad\x00\x03') + bytes(16) + b'\x0d\x01')
    add('wrong kind', 'QERR_TYPE', capsule(_0=2))
    add('wrong sum', 'QERR_BADHASH', capsule()[:-1] + bytes([capsule()[-1] ^ 1]))
    add('no charters', 'QERR_ENCODING', capsule(_1=[]))
    add('no header', 'QERR_MISSING', capsule(_2=None))
    bad = [RECORDS[0], [RECORDS[1][0].replace(b'<em>', b'<EM>').replace(b'</em>', b'</EM>'), *RECORDS[1][1:]], [PNG]]
    add('signed body is no markup', 'QERR_MARKUP', capsule(records=bad, head=issue(records=bad)))
    bad = [[v.encode({**HEADS[0], 1: 2}), *RECORDS[0][1:]], RECORDS[1], [PNG]]
    add('signed head is none', 'QERR_RANGE', capsule(records=bad, head=issue(records=bad)))
    add('empty', 'QERR_TRUNCATED', b'')
    write('capsules.txt', lines)


# --- editions ----------------------------------------------------------------
def editions():
    lines, other = [], v.H(b'charter', v.encode(OTHER))

    def draft(records=RECORDS, number=5, feed=FEED, key=DESK, signed=False, time=1700000000, charters=(CHARTER1,), by=(), drop=0, cover=None, change=None, **more):
        fields = {0: 2, 1: feed, 2: len(charters), 3: number, 4: time, 5: 604800, 6: seed('history')}
        sealed = [seal(tier, frame(b''.join(some)), *(cover or (number, number)), feed=feed) for tier, some in enumerate(records)]
        if records:
            fields[7] = [entry(tier, s, len(b''.join(some)), contents(some), len(some), cover and {6: cover[0], 7: cover[1]})
                         for tier, (some, s) in enumerate(zip(records, sealed))][:len(records) - drop]
        if change:
            sealed = change(sealed)
        if by:
            fields[8] = 1 + len(by)
        head = header(fields, key, *by) if signed else v.encode(fields)
        e = {0: 5 if signed else 4, 1: head, 2: list(charters), 3: READING, 4: sealed}
        return {**e, **{int(k[1:]): x for k, x in more.items()}}, v.H(b'header', v.encode(fields))

    def add(name, verdict, made):
        file, hash_ = made if isinstance(made, tuple) else (made, b'')
        lines.append({'name': name, 'verdict': verdict, 'file': file if isinstance(file, bytes) else v.encode({k: x for k, x in file.items() if x is not None}),
                      'draft': hash_})

    tomb = v.encode({0: 'ab.txt', 1: 3, 2: 2, 3: 'fa', 4: 'آب بازگشت', 13: 0, 14: 'It was wrong.'})
    heads, bodies, pictures = RECORDS
    kept = [[heads[0], tomb, heads[2]], [bodies[0], b'', b''], pictures]

    def anew(records=kept, old=RECORDS, number=3, own=True, key=DESK, header_=None, leaves=None, was=None, more=None, **how):
        """Issue |number| made anew in issue 5, which has the tombstone."""
        packs = [(tier, some, number, {6: number, 7: number, 9: True, **(more or {})}) for tier, some in enumerate(records)]
        packs = sorted(packs + ([(0, [tomb], 5, {})] if own else []), key=lambda p: (p[0], p[2]))
        sealed = [seal(tier, frame(b''.join(some)), at, at) for tier, some, at, _ in packs]
        fields = {0: 2, 1: FEED, 2: 1, 3: 5, 4: 1700000000, 5: 604800, 6: seed('history'),
                  7: [entry(tier, z, len(b''.join(some)), contents(some), len(some), cover) for (tier, some, _, cover), z in zip(packs, sealed)]}
        before = [header_ or issue(was or number, key=key, records=old), b''.join(old[0]),
                  b''.join(v.H(b'record', b) for b in old[1]) if leaves is None else leaves]
        e = {0: 4, 1: v.encode(fields), 2: [CHARTER1], 3: READING, 4: sealed, 5: [before]}
        return {**e, **{int(k[1:]): x for k, x in how.items()}}, v.H(b'header', v.encode(fields))

    small = [[RECORDS[0][1]], [RECORDS[1][1]]]
    bad = [[RECORDS[0][1]], [b'<p>' + RECORDS[1][1][3:] + b'</P>']]
    add('draft', '0', draft())
    add('signed', '0', draft(signed=True))
    add('one article', '0', draft(small))
    add('no packs', '0', draft([]))
    add('no packs, signed', '0', draft([], signed=True))
    add('no packs, but one comes along', 'QERR_MISSING', draft([], change=lambda p: [seal(0, frame(b'x'), 5, 5)]))
    add('no charters', 'QERR_MISSING', draft(_2=[]))
    add('two charters', '0', draft(charters=(CHARTER1, WIDENING)))
    add('signed by a thief', 'QERR_KEY', draft(signed=True, key=THIEF))
    add('signed by who was revoked', 'QERR_REVOKED', draft(signed=True, charters=(CHARTER1, REVOKING)))
    add('signed by who was revoked in short', 'QERR_REVOKED', draft(signed=True, charters=(CHARTER1, SHORT)))
    two = (CHARTER1, QUORUM)
    add('draft that two have to sign', '0', draft(charters=two, by=(EDITOR,)))
    add('draft that one has to sign, where two have to', 'QERR_QUORUM', draft(charters=two))
    add('signed by two', '0', draft(signed=True, charters=two, by=(EDITOR,)))
    add('signed by one of two', 'QERR_QUORUM', draft(signed=True, charters=two))
    add('draft called signed', 'QERR_TYPE', draft(_0=5))
    add('signed called draft', 'QERR_TYPE', draft(signed=True, _0=4))
    add('of another feed', 'QERR_FEED', draft(feed=other))
    add('of an older charter', 'QERR_CHARTER', draft(_2=[CHARTER1, WIDENING]))
    add('charters in a muddle', 'QERR_CHAIN', draft(_2=[CHARTER1, CHARTER1]))
    add('another reading key', 'QERR_AEAD', draft(_3=seed('another')))
    add('pack changed', 'QERR_BADHASH', draft(change=lambda p: [p[0][:-1] + bytes([p[0][-1] ^ 1]), *p[1:]]))
    add('packs swapped', 'QERR_TRUNCATED', draft(change=lambda p: [p[1], p[0], p[2]]))
    add('pack missing', 'QERR_MISSING', draft(change=lambda p: p[:2]))
    add('pack too many', 'QERR_MISSING', draft(change=lambda p: p + [p[2]]))
    add('pictures not there', 'QERR_MISSING', draft(drop=1, change=lambda p: p[:2]))
    add('text not there', 'QERR_MISSING', draft(small, drop=1, change=lambda p: p[:1]))
    add('a volume', 'QERR_RANGE', draft(cover=(1, 4)))
    add('body is no markup', 'QERR_MARKUP', draft([[v.encode({**HEADS[1], 13: len(bad[1][0])})], bad[1]]))
    add('head is none', 'QERR_RANGE', draft([[v.encode({**HEADS[1], 1: 1})], small[1]]))
    for k in range(5):
        add(f'without {k}', 'QERR_MISSING', {x: y for x, y in draft()[0].items() if x != k})
    changed = v.encode({**HEADS[0], 4: 'Water is not back'})
    renamed = v.encode({0: 'another', 1: 3, 2: 2, 3: 'fa', 4: 'آب بازگشت', 13: 0})
    older = v.encode({0: 'ab.txt', 1: 2, 2: 2, 3: 'fa', 4: 'آب بازگشت', 13: 0})
    add('taken back', '0', anew())
    add('taken back, in another order', '0', anew([[tomb, heads[0], heads[2]], [b'', bodies[0], b''], pictures]))
    add('taken back, the rest of it', '0', anew(own=False))
    add('taken back: another title', 'QERR_BADHASH', anew([[changed, tomb, heads[2]], *kept[1:]]))
    add('taken back: another body', 'QERR_BADHASH', anew([kept[0], [bodies[0].replace(b'eleven', b'twelve'), b'', b''], pictures]))
    add('taken back: one left out', 'QERR_MISSING', anew([[heads[0], tomb], [bodies[0], b''], pictures]))
    add('taken back: one more', 'QERR_MISSING', anew([[heads[0], tomb, heads[2], renamed], [bodies[0], b'', b'', b''], pictures]))
    add('taken back: one twice', 'QERR_DUPLICATE', anew([[heads[0], tomb, tomb], *kept[1:]]))
    add('taken back by another name', 'QERR_MISSING', anew([[heads[0], renamed, heads[2]], *kept[1:]]))
    add('taken back by the same revision', 'QERR_BADHASH', anew([[heads[0], older, heads[2]], *kept[1:]]))
    add('taken back: pictures not there', 'QERR_MISSING', anew(kept[:2]))
    add('before: signed by a thief', 'QERR_KEY', anew(key=THIEF))
    add('before: of another issue', 'QERR_RANGE', anew(was=4))
    add('before: of a later issue', 'QERR_RANGE', anew(was=5))
    add('before: of another feed', 'QERR_FEED', anew(header_=issue(3, feed=other)))
    add('before: other bodies', 'QERR_BADHASH', anew(leaves=bytes(96)))
    add('before: too few bodies', 'QERR_RANGE', anew(leaves=bytes(64)))
    add('before: none', 'QERR_RANGE', anew(_5=None))
    add('before: two', 'QERR_RANGE', {**anew()[0], 5: anew()[0][5] * 2})
    add('before: empty', 'QERR_MISSING', anew(_5=[]))
    add('before what is new', 'QERR_RANGE', {**draft()[0], 5: anew()[0][5]})

    # Issue 3, that nobody has any more.
    lost = v.encode({0: 'issue 3', 1: 2, 2: 2, 3: 'en', 4: '3 articles of issue 3', 13: 0})
    mute = lambda number: header({0: 2, 1: FEED, 2: 1, 3: number, 4: 1, 5: 1, 6: seed('history')}, DESK)
    gone = lambda records=[[lost]], header_=issue(3, records=RECORDS), hashes=b'': anew(records, own=False, _5=[[header_, b'', hashes]])
    add('given up', '0', gone())
    add('given up: an article in its place', 'QERR_MISSING', gone(small))
    add('given up: two tombstones', 'QERR_RANGE', gone([[lost, tomb]]))
    add('given up: another issue', 'QERR_RANGE', gone(header_=issue(4, records=RECORDS)))
    add('given up: without articles', 'QERR_RANGE', gone(header_=mute(3)))
    add('given up: signed by a thief', 'QERR_KEY', gone(header_=issue(3, records=RECORDS, key=THIEF)))
    add('given up: of another feed', 'QERR_FEED', gone(header_=issue(3, feed=other)))
    add('given up: and not', 'QERR_RANGE', gone(hashes=bytes(96)))

    # A volume of issues 1 to 3, of which 2 has no articles and 3 a correction and a retraction.
    early = [[v.encode({**HEADS[1], 1: 1, 2: 0}), v.encode({**HEADS[2], 1: 1, 2: 0, 13: 8})], [RECORDS[1][1], b'<p>a</p>']]
    late = [[heads[1], heads[2]], [b'<p>' + RECORDS[1][1][23:], b'']]
    late[0][0] = v.encode({**HEADS[1], 13: len(late[1][0])})
    proof = lambda n, some: [issue(n, records=some), b''.join(some[0]), b''.join(v.H(b'record', b) for b in some[1])]

    def volume(records=late, before=None, cover=(1, 3)):
        sealed = [seal(tier, frame(b''.join(some)), *cover) for tier, some in enumerate(records)]
        fields = {0: 2, 1: FEED, 2: 1, 3: 5, 4: 1700000000, 5: 604800, 6: seed('history'),
                  7: [entry(tier, z, len(b''.join(some)), contents(some), len(some), {6: cover[0], 7: cover[1]}) for tier, (some, z) in enumerate(zip(records, sealed))]}
        before = before or [proof(1, early), [mute(2), b'', b''], proof(3, late)]
        return {0: 4, 1: v.encode(fields), 2: [CHARTER1], 3: READING, 4: sealed, 5: before}, v.H(b'header', v.encode(fields))

    add('volume', '0', volume())
    add('volume of less', 'QERR_RANGE', volume(cover=(1, 4)))
    add('volume of an issue too many', 'QERR_RANGE', volume(before=[proof(1, early), [mute(2), b'', b''], proof(3, late), proof(4, late)]))
    add('volume without an issue', 'QERR_RANGE', volume(before=[proof(1, early), proof(3, late)]))
    add('volume that calls an issue mute', 'QERR_RANGE', volume(before=[proof(1, early), [mute(2), b'', b''], [issue(3, records=late), b'', b'']]))
    add('volume in a muddle', 'QERR_RANGE', volume(before=[[mute(2), b'', b''], proof(1, early), proof(3, late)]))
    add('volume without an article', 'QERR_MISSING', volume([late[0][:1], late[1][:1]]))
    add('volume with an old revision', 'QERR_BADHASH', volume([[early[0][0], late[0][1]], [early[1][0], b'']]))
    add('volume with what was taken back', 'QERR_BADHASH', volume([[late[0][0], early[0][1]], [late[1][0], early[1][1]]]))
    add('volume with a later tombstone', '0', volume([[tomb, heads[2]]], cover=(1, 3)))
    # An issue that leans on others.
    def leaning(tiers=(0, 1), given=None, **how):
        bases = [b'An earlier issue. ' + b''.join(some) for some in RECORDS[:2]]
        sealed = [seal(tier, frame(b''.join(some), bases[tier] if tier in tiers else b'')) for tier, some in enumerate(RECORDS)]
        fields = {0: 2, 1: FEED, 2: 1, 3: 5, 4: 1700000000, 5: 604800, 6: seed('history'),
                  7: [entry(tier, z, len(b''.join(some)), contents(some), len(some), {8: 0b101} if tier in tiers else {}) for tier, (some, z) in enumerate(zip(RECORDS, sealed))]}
        e = {0: 4, 1: v.encode(fields), 2: [CHARTER1], 3: READING, 4: sealed, 6: given or [b if tier in tiers else b'' for tier, b in enumerate(bases)]}
        return {**e, **{int(k[1:]): x for k, x in how.items()}}, v.H(b'header', v.encode(fields))

    add('leans on others', '0', leaning())
    add('its text leans on others', '0', leaning((1,)))
    add('leans on others: no prefixes', 'QERR_BASE', leaning(_6=None))
    add('leans on others: one prefix missing', 'QERR_BASE', leaning(given=[b'', leaning()[0][6][1]]))
    add('leans on others: a prefix too many', 'QERR_RANGE', leaning((1,), given=leaning()[0][6]))
    add('leans on others: another prefix', 'QERR_INFLATE', leaning(given=[b'An earlier issue.', leaning()[0][6][1]]))
    add('leans on others: no bytes', 'QERR_MISSING', leaning(given=[b'', b'']))
    add('leans on others: one prefix', 'QERR_MISSING', leaning(given=[b'x']))
    add('prefixes of what leans on nothing', 'QERR_RANGE', {**draft()[0], 6: [b'x', b'']})
    add('before, and an unknown field', 'QERR_MISSING', {**anew()[0], 7: 1})
    add('unknown field', 'QERR_MISSING', {**draft()[0], 7: 1})
    add('no packs', 'QERR_MISSING', draft(_4=[]))
    add('no charters', 'QERR_MISSING', draft(_2=[]))
    add('wrong kind', 'QERR_RANGE', draft(_0=3))
    add('trailing byte', 'QERR_TRAILING', v.encode(draft()[0]) + b'\0')
    add('cut', 'QERR_TRUNCATED', v.encode(draft()[0])[:-1])
    add('empty', 'QERR_TRUNCATED', b'')
    write('editions.txt', lines)


# --- links, names, bundle ----------------------------------------------------
def follows():
    f, k = v.base32(FEED), v.base32(READING)
    start = f'quire:{f}?k={k}'
    source = 'https://mirror.example.org/quire'
    lines = []

    def add(verdict, link, name='', sources=(), canonical=None):
        lines.append({'verdict': verdict, 'link': link.encode(), 'name': name.encode(), 'n': len(sources), 'sources': '\n'.join(sources).encode(),
                      'text': (link.strip() if canonical is None else canonical).encode()})

    add('0', start)
    add('0', start + '&n=Example', 'Example')
    add('0', f'{start}&n=The%20Example%20%D8%A2%D8%A8&m={source}', 'The Example آب', [source])
    add('0', f'{start}&m={source}&m=file:/media/stick', '', [source, 'file:/media/stick'])
    add('0', f'\n {start}&n=a%26b%3Dc \n', 'a&b=c')
    add('0', f'{start}&n=a%2fb', 'a/b', (), f'{start}&n=a/b')
    add('0', start + '&m=a' * 16, '', ['a'] * 16)
    add('0', start + '&n=' + 'n' * 128, 'n' * 128)
    add('QERR_TOOBIG', start + '&m=a' * 17)
    add('QERR_TOOBIG', start + '&n=' + 'n' * 129)
    add('QERR_TOOBIG', start + '&m=' + 'm' * 1025)
    for bad in (f'QUIRE:{f}?k={k}', f'{f}?k={k}', '', 'https://example.org', f'quire//{f}?k={k}'):
        add('QERR_TYPE', bad)
    add('QERR_MISSING', f'quire:{f}')
    add('QERR_MISSING', f'quire:{f}?n=a')
    add('QERR_MISSING', start + '&n=')
    add('QERR_TRUNCATED', f'quire:{f[:-1]}')
    add('QERR_TRUNCATED', start[:-1])
    add('QERR_ENCODING', f'quire:{f.upper()}?k={k}')
    add('QERR_ENCODING', f'quire:{f[:-1]}b?k={k}')
    add('QERR_ENCODING', start + 'a')
    add('QERR_ENCODING', start + '&n=a b')
    add('QERR_ENCODING', start + '&n=%zz')
    add('QERR_TRUNCATED', start + '&n=%4')
    add('QERR_TEXT', start + '&n=%00')
    add('QERR_TEXT', start + '&n=%0a')
    add('QERR_TEXT', start + '&n=%ff')
    add('QERR_TEXT', start + '&n=%E2%80%AE')
    add('QERR_UNKNOWN', start + '&x=1')
    add('QERR_UNKNOWN', f'{start}&m=a&n=b')
    add('QERR_UNKNOWN', f'{start}&n=a&n=b')
    write('follows.txt', lines)


def trees():
    f, lines = v.base32(FEED), []
    good = [('charter', 1, f'feed/{f}/charter/1'), ('issues', 1, f'feed/{f}/issues/1'), ('issues', (1 << 64) - 1, f'feed/{f}/issues/18446744073709551615'),
            ('head', 0, f'feed/{f}/head'), ('proof', 10, f'feed/{f}/proof/10'), ('charters', 0, f'feed/{f}/proof/charter'), ('pack', 0, f'pack/{f[0]}/{f}')]
    lines += [{'verdict': '0', 'kind': kind, 'number': n, 'path': path.encode()} for kind, n, path in good]
    bad = ['', '/', 'feed', 'feed/', f'feed/{f}', f'feed/{f}/', f'feed/{f}/charter', f'feed/{f}/charter/', f'feed/{f}/charter/0', f'feed/{f}/charter/01',
           f'feed/{f}/charter/+1', f'feed/{f}/charter/1/', f'feed/{f}/charter/1x', f'feed/{f}/issues/18446744073709551616', f'feed/{f}/issues/-1', f'feed/{f}/issue/1', f'feed/{f}/head/',
           f'feed/{f}/head/1', f'feed/{f}/heads', f'feed/{f}/proof/charter/', f'feed/{f}/proof/charters', f'feed/{f}/proof/charter1', f'feed/{f}/proof/', f'feed/{f}/../head', f'feed/{f.upper()}/head', f'feed/{f[:-1]}/head', f'feed/{f[:-1]}b/head', f'/feed/{f}/head',
           f'./feed/{f}/head', f'pack/{f}', f'pack/a/{f}', f'pack/{f[0]}/{f}/', f'pack/{f[0]}/{f}x', f'pack/{f[0]}//{f}', f'PACK/{f[0]}/{f}', f'feed//{f}/head',
           f'feed/{f}/issues/1\n', f'pack/{f[0]}/{f[:-1]}', f'pack/{f[:2]}/{f}']
    lines += [{'verdict': 'QERR_ENCODING', 'kind': 'none', 'number': 0, 'path': path.encode()} for path in bad]
    write('trees.txt', lines)


def bundle():
    """A whole small feed as a tar, and the same broken in one place each in bundles.txt."""
    files, f = {}, v.base32(FEED)
    files[f'feed/{f}/charter/1'] = CHARTER1
    heads, packs = [], {}
    for n in range(1, 6):
        records = RECORDS if n == 5 else []
        entries = []
        for tier, some in enumerate(records):
            sealed = seal(tier, frame(b''.join(some)), n, n)
            entries.append(entry(tier, sealed, len(b''.join(some)), contents(some), len(some)))
            root = v.base32(entries[-1][1])
            packs[f'pack/{root[0]}/{root}'] = sealed
        fields = {0: 2, 1: FEED, 2: 1, 3: n, 4: 1700000000 + n, 5: 86400, 6: v.history_root(heads)}
        heads.append(header({**fields, 7: entries} if entries else fields, DESK))
    files[f'feed/{f}/issues/1'] = b''.join(heads)
    files[f'feed/{f}/head'] = heads[-1]
    files.update(packs)
    with open(os.path.join(OUT, 'bundle.tar'), 'wb') as out:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            out.write(info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512))
        out.write(bytes(1024))
    assert v.open_tree(files, FEED, READING)[1] == 3


if __name__ == '__main__':
    for make in (charters, headers, packs, heads, markup, capsules, editions, follows, trees, bundle):
        make()
