#!/usr/bin/python3
"""Write the seeds of this folder's fuzz targets: one of each shape.  usage: seeds.py"""
import os, re
import cbor2

here = os.path.dirname(os.path.abspath(__file__))
known = {}
for line in open(os.path.join(here, '../../vectors/wire/veil.txt')):
    name, _, value = line.strip().partition(' ')
    known.setdefault(name, value)
TOKEN = known['invite'].partition('#')[2]


def seed(target, name, data):
    os.makedirs(os.path.join(here, target), exist_ok=True)
    with open(os.path.join(here, target, name), 'wb') as f:
        f.write(data)


for name, text in (('raw', 'quire://192.0.2.7:7117/?t=raw#'), ('six', 'quire://[2001:db8::7]:1/?t=raw#'),
                   ('web', 'quire://example.org:443/a/b?t=web#'),
                   ('pt', 'quire://192.0.2.7:443/?t=pt&pt=obfs4&args=cert%3Dx%3Biat-mode%3D0#'),
                   ('pre', 'quire://192.0.2.7:22/?t=raw&pre=SSH-2.0-x%0D%0A#')):
    seed('invite', name, (text + TOKEN).encode())

row = bytes(range(8)) + (7).to_bytes(4, 'little') + b'mark' + b'\0'
tag, root = bytes(8), bytes(32)
for name, value in {
        'hello_reader': [1, 1, 0], 'hello_node': [1, 1, 1, bytes(32), bytes(64)],
        'heads': [2, 9, 0, row], 'heads_none': [2, 0, 7, b''],
        'news': [3, b'c', b'h', 3], 'news_header': [3, b'', b'header', 0],
        'holds': [4, tag, [0, 1, 7, 0, 9, 9, 1, 1, 1]], 'holds_pack': [4, root, [0, 31, 33, 1023]],
        'ask_charters': [5, 1, 0, tag, 1, 0, 65536], 'ask_headers': [5, 2, 1, tag, 1, 9, 65536],
        'ask_hashes': [5, 3, 2, root, 0, 0, 65536], 'ask_pieces': [5, 4, 3, root, 8, 15, 131072],
        'ask_part': [5, 5, 5, root, 1023, 9000, 7384],
        'ask_peers': [5, 6, 4, b'', 0, 0, 1],
        'cancel': [5, 7, 0, b'', 0, 0, 0],
        'give': [6, 1, 1, 5, b'piece'], 'give_last': [6, 1, 0, 0, b''],
        'give_not_held': [6, 1, 2, 0, b''], 'give_busy': [6, 1, 3, 30, b''],
        'proof': [7, b'a', b'b'], 'peers': [8, 1, ['quire://x']], 'peers_none': [8, 0, []], 'bye': [9, 1, 60]}.items():
    seed('message', name, cbor2.dumps(value, canonical=True))

line = (known['line_1'] + '\n').encode()
seed('line', 'valid_but_old', b'\0\0' + line)
seed('line', 'after_bytes', b'\0\x80SSH-2.0-x\r\n' + line)
seed('line', 'http', b'\0\0GET / HTTP/1.1\r\n\r\n')
seed('line', 'body', b'\1\x40' + bytes(130))
now = (1700100000).to_bytes(4, 'big')
seed('line', 'payload', b'\2\x40' + b'\1' + now + bytes(8 + 59))
seed('line', 'payload_long', b'\2\xff' + b'\1' + now + bytes(8 + 199))
seed('line', 'payload_short', b'\2\0' + b'\1' + now + bytes(66))

seed('frames', 'few', b'\x40' + bytes([3]) + bytes(12) + b'\0' + b'\x10' + bytes(64))
seed('frames', 'flipped', b'\x07' + bytes(range(256)) * 9)
seed('frames', 'byte_by_byte', b'\0' + bytes([200]) + bytes(800))

seed('websocket', 'client_hello', b'\x01\x82\x05Hello')
seed('websocket', 'server_hello', b'\x00\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58')
seed('websocket', 'fragments_ping', b'\x05\x02\x03Hel\x89\x04ping\x80\x02lo')
seed('websocket', 'close', b'\x01\x88\x05\x03\xe9bye')
seed('websocket', 'long', b'\x01\x82\x7e\x01\x00' + bytes(256))
seed('websocket', 'longer', b'\x01\x82\x7f\0\0\0\0\0\x01\0\0' + bytes(64))

KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
seed('upgrade', 'request', ('GET /a/secret HTTP/1.1\r\nHost: a.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                            f'Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n').encode())
seed('upgrade', 'answer', b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n'
                          b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')
seed('upgrade', 'not_found', b'HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n')

seed('pt', 'client', b'\0VERSION 1\nCMETHOD obfs4 socks5 127.0.0.1:35653\nCMETHODS DONE\n')
seed('pt', 'client_proxy', b'\2VERSION 1\nPROXY DONE\nCMETHOD obfs4 socks5 127.0.0.1:1\nCMETHODS DONE\n')
seed('pt', 'server', b'\1VERSION 1\nSMETHOD obfs4 [::]:443 ARGS:cert=A+/,iat-mode=0\nSMETHODS DONE\n')
seed('pt', 'errors', b'\0VERSION-ERROR no-version\nENV-ERROR x\nPROXY-ERROR x\nCMETHOD-ERROR obfs4 x\n')
seed('pt', 'zero', b'\0VERSION 1\nCMETHOD obfs4 socks5 \0' + b'127.0.0.1:1\nCMETHODS DONE\n')
seed('pt', 'socks', b'\0\5\0\5\0\0\1\0\0\0\0\0\0')
seed('pt', 'socks_login', b'\4\5\2\1\0\5\0\0\3\2ab\0\1')
