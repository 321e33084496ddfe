#!/usr/bin/python3
"""Make veil.txt: known answers for PROTOCOL.md §12 to §14, by nothing of quire's.

usage: veil.py > veil.txt
Noise NKpsk0, ChaCha20 and HChaCha20 are written out here from their papers; BLAKE2b is
hashlib's, X25519 and the AEAD are PyNaCl's.
"""
import base64, hashlib, hmac, struct
from nacl import bindings as nacl


def blake2b(data, size=64, **more):
    return hashlib.blake2b(data, digest_size=size, **more).digest()


def rounds(state):
    s = list(state)

    def quarter(a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xffffffff
            v = s[z] ^ s[x]
            s[z] = (v << r | v >> 32 - r) & 0xffffffff

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return s


def start(key, rest):
    return struct.unpack('<16I', b'expand 32-byte k' + key + rest)


def xchacha20(key, nonce, data):
    s = rounds(start(key, nonce[:16]))
    subkey = struct.pack('<8I', *s[0:4], *s[12:16])
    out = b''
    for i in range(0, len(data), 64):
        block = start(subkey, struct.pack('<Q', i // 64) + nonce[16:])
        key_stream = struct.pack('<16I', *((a + b) & 0xffffffff for a, b in zip(block, rounds(block))))
        out += bytes(a ^ b for a, b in zip(data[i:i + 64], key_stream))
    return out


class Noise:
    """NKpsk0, both ends of it in one: the cipher and hash are the same on each."""

    def __init__(self, prologue, psk, responder):
        name = b'Noise_NKpsk0_25519_ChaChaPoly_BLAKE2b'
        self.h = self.ck = name.ljust(64, b'\0')
        self.psk, self.k, self.n = psk, None, 0
        self.mix_hash(prologue)
        self.mix_hash(responder)

    def hkdf(self, data, n):
        temp, out = hmac.new(self.ck, data, hashlib.blake2b).digest(), []
        for i in range(n):
            out.append(hmac.new(temp, (out[-1] if out else b'') + bytes([i + 1]), hashlib.blake2b).digest())
        return out

    def mix_hash(self, data):
        self.h = blake2b(self.h + data)

    def mix_key(self, data):
        self.ck, k = self.hkdf(data, 2)
        self.k, self.n = k[:32], 0

    def mix_psk(self):
        self.ck, h, k = self.hkdf(self.psk, 3)
        self.mix_hash(h)
        self.k, self.n = k[:32], 0

    def seal(self, text):
        out = aead(self.k, self.n, text, self.h)
        self.n += 1
        self.mix_hash(out)
        return out

    def message_1(self, e, rs, payload):
        pub = nacl.crypto_scalarmult_base(e)
        self.mix_psk()
        self.mix_hash(pub)
        self.mix_key(pub)
        self.mix_key(nacl.crypto_scalarmult(e, rs))
        return pub + self.seal(payload)

    def message_2(self, e, re, payload):
        pub = nacl.crypto_scalarmult_base(e)
        self.mix_hash(pub)
        self.mix_key(pub)
        self.mix_key(nacl.crypto_scalarmult(e, re))
        return pub + self.seal(payload)

    def split(self):
        return [k[:32] for k in self.hkdf(b'', 2)]


def aead(key, n, text, ad=b''):
    return nacl.crypto_aead_chacha20poly1305_ietf_encrypt(text, ad, bytes(4) + struct.pack('<Q', n), key)


def rekey(key):
    return aead(key, 2**64 - 1, bytes(32))[:32]


def frame(key, n, payload, size=0, next=0):
    return aead(key, n, struct.pack('>H', next << 14 | len(payload)) + payload.ljust((256 << 2 * size) - 18, b'\0'))


def run(first, n):
    return bytes(range(first, first + n))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def say(name, value):
    print(name, value if isinstance(value, str) else value.hex() if isinstance(value, bytes) else str(value))


def veil(pad_1, pad_2, seen):
    secret, node = run(0x00, 32), run(0x20, 32)
    e_1, e_2, n_1, n_2, wall = run(0x40, 32), run(0x60, 32), run(0x80, 24), run(0xa0, 24), 0x65a0bc00
    node_pub = nacl.crypto_scalarmult_base(node)
    keys = [blake2b(b'', 32, key=secret, salt=struct.pack('<QQ', i, 0), person=b'quire-v1'.ljust(16, b'\0'))
            for i in (1, 2, 3, 4)]
    noise = Noise(b'quire wire 1', keys[2], node_pub)

    masked = xchacha20(keys[0], n_1, noise.message_1(e_1, node_pub, b'\1' + struct.pack('>I', wall) + struct.pack('<Q', seen) + bytes(pad_1)))
    say('secret', secret)
    say('node_private', node)
    say('node_public', node_pub)
    for i in range(4):
        say(f'k{i + 1}', keys[i])
    for name, value in (('pad_1', pad_1), ('pad_2', pad_2), ('wall', wall), ('seen', seen)):
        say(name, value)
    for name, value in (('ephemeral_1', e_1), ('ephemeral_2', e_2), ('nonce_1', n_1), ('nonce_2', n_2)):
        say(name, value)
    say('line_1', b64(n_1 + blake2b(n_1 + masked, 16, key=keys[3]) + masked))
    say('line_2', b64(n_2 + xchacha20(keys[1], n_2, noise.message_2(e_2, nacl.crypto_scalarmult_base(e_1), bytes(pad_2)))))
    to_node, from_node = noise.split()
    say('hash', noise.h)
    say('to_node', to_node)
    say('from_node', from_node)
    say('frame_0', frame(to_node, 0, b'hello'))
    say('frame_idle', frame(from_node, 0, b''))
    full = bytes(i % 256 for i in range(4078))
    say('frame_short', frame(from_node, 1, full[:238], 0, 1))
    say('frame_middle', frame(from_node, 2, full[:1006], 1, 2))
    say('frame_long', frame(from_node, 3, full, 2, 0))
    say('to_node_rekeyed', rekey(to_node))
    # The nonce goes on counting over a REKEY.
    say('frame_1024', frame(rekey(to_node), 1024, b'again'))

    body = b'\1' + node_pub + secret
    say('invite', 'quire://example.org:443/some/path?t=web#' + b64(body + blake2b(body, 32)[:4]))
    say('invite_name', blake2b(secret, 32)[:8])
    feed = run(0xc0, 32)
    for dialled in (0, 1):
        key = noise.h[:32] + bytes([dialled])
        say(f'tag_{dialled}', blake2b(feed, 16, key=key)[:8])
        say(f'mark_{dialled}', blake2b(feed, 16, key=key)[:4])
    say('end', '')


if __name__ == '__main__':
    veil(59, 88, 0)
    veil(199, 688, 2**53 - 1)
    veil(60, 89, 1)
