#!/usr/bin/python3
"""Links through a web server: nginx with the sample that is installed, probes of the secret path, certificates, proxies, nodes
among themselves; and servers that are no good.
usage: web.py BUILD SOURCE"""
import base64, hashlib, os, re, shutil, socket, ssl, subprocess, sys, threading
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld, free_port
from socks import ONION, Proxy, need

NGINX = shutil.which('nginx', path=os.environ['PATH'] + ':/usr/sbin')
SECRET, OTHER = '4f1c2e9a7b3d5f60', '60f5d3b7a9e2c1f4'
SITE = 'localhost'


def certify(folder):
    """A certificate of our own for the site, and its file."""
    key, cert = os.path.join(folder, 'key.pem'), os.path.join(folder, 'cert.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                    '-subj', '/CN=' + SITE, '-addext', f'subjectAltName=DNS:{SITE},DNS:{ONION}', '-keyout', key, '-out', cert],
                   check=True, stderr=subprocess.DEVNULL)
    return key, cert


class Front:
    """The sample, with its addresses, files and path put in, and nothing else changed."""

    def __init__(self, w, sample, to):
        self.dir = w.path('front')
        for name in ('tmp', 'site'):
            os.makedirs(os.path.join(self.dir, name))
        with open(os.path.join(self.dir, 'site', 'index.html'), 'w') as f:
            f.write('<p>Bread and cakes')
        key, self.cert = certify(self.dir)
        self.port = free_port()
        with open(sample) as f:
            text = f.read()
        for what, instead in (('listen 443 ssl', f'listen 127.0.0.1:{self.port} ssl'), (r'listen \[::\]:443 ssl;', ''),
                              ('www.example.org;', SITE + ';'), ('/etc/letsencrypt/.*/fullchain.pem', self.cert),
                              ('/etc/letsencrypt/.*/privkey.pem', key), ('/var/www/html', os.path.join(self.dir, 'site')),
                              ('/PATH {', f'/{SECRET} {{'), ('127.0.0.1:7118', f'127.0.0.1:{to}')):
            text, n = re.subn(what, instead, text)
            need(n > 0, f'the sample has no {what}')
        conf = os.path.join(self.dir, 'conf')
        with open(conf, 'w') as f:
            f.write(f'daemon off; master_process off; pid {self.dir}/pid; events {{ worker_connections 64; }} http {{ '
                    f'access_log {self.dir}/access.log; '
                    + ' '.join(f'{kind}_temp_path {self.dir}/tmp;' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
                    + text + '}')
        self.proc = subprocess.Popen([NGINX, '-p', self.dir, '-c', conf, '-e', os.path.join(self.dir, 'error.log')])
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(('127.0.0.1', self.port)) == 0:
                    return
            threading.Event().wait(0.05)
        raise Failed('nginx does not start')

    def stop(self):
        self.proc.terminate()
        self.proc.wait(20)

    def ask(self, request):
        """All that is said to it, but when."""
        tls = ssl._create_unverified_context()
        with tls.wrap_socket(socket.create_connection(('127.0.0.1', self.port), 10), server_hostname=SITE) as s:
            s.sendall(request.encode())
            got = b''
            while part := s.recv(65536):
                got += part
        return re.sub(rb'\r\nDate: [^\r]*', b'', got)


SWITCH = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
KEY, V13 = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n', 'Sec-WebSocket-Version: 13\r\n'
PROBES = [('GET', ''), ('HEAD', ''), ('POST', 'Content-Length: 1\r\n'), ('PUT', 'Content-Length: 1\r\n'), ('DELETE', ''), ('OPTIONS', ''),
          ('FOO', ''), ('GET', SWITCH), ('GET', SWITCH + KEY), ('GET', SWITCH + V13), ('GET', SWITCH + V13 + KEY + KEY),
          ('GET', SWITCH + V13 + 'Sec-WebSocket-Key: short\r\n'), ('GET', SWITCH + KEY + 'Sec-WebSocket-Version: 8\r\n'),
          ('GET', 'Connection: Upgrade\r\nUpgrade: h2c\r\n' + KEY + V13), ('POST', SWITCH + KEY + V13), ('GET', 'Range: bytes=0-9\r\n')]


def probes(front, down=False):
    """Who does not speak as a WebSocket, or while nobody is there, learns nothing of the path."""
    for method, fields in PROBES + ([('GET', SWITCH + KEY + V13)] if down else []):
        got = {}
        for path in (SECRET, OTHER):
            end = '' if 'Connection' in fields else 'Connection: close\r\n'
            body = 'x' if 'Content-Length' in fields else ''
            if method == 'HEAD' or end == '':  # the server would keep the connection: it is to end somehow
                fields_now = fields.replace('Connection: Upgrade', 'Connection: close, Upgrade')
            else:
                fields_now = fields
            got[path] = front.ask(f'{method} /{path} HTTP/1.1\r\nHost: {SITE}\r\n{end}{fields_now}\r\n{body}')
        need(got[SECRET] == got[OTHER] and got[SECRET] != b'', f'{method} {fields!r}: {got}')
    need(b'Bread' in front.ask(f'GET / HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\n\r\n'), 'there is no site')


def websocket(front):
    """Who speaks as one is let on, and then drained: silence, but for what any WebSocket answers."""
    tls = ssl._create_unverified_context()
    s = tls.wrap_socket(socket.create_connection(('127.0.0.1', front.port), 10), server_hostname=SITE)
    s.sendall(f'GET /{SECRET} HTTP/1.1\r\nHost: {SITE}\r\n{SWITCH}{KEY}{V13}\r\n'.encode())
    got = s.recv(4096)
    need(got.startswith(b'HTTP/1.1 101') and b's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' in got, f'{got}')
    s.sendall(b'\x82\xfe\x0b\xb8\0\0\0\0' + os.urandom(3000) + b'\x89\x82\0\0\0\0hi')
    need(s.recv(4096) == b'\x8a\x02hi', 'a ping is not answered')
    s.settimeout(1)
    try:
        need(False, f'garbage is answered: {s.recv(4096)}')
    except TimeoutError:
        pass
    s.settimeout(10)
    s.sendall(b'\x88\x82\0\0\0\0\x03\xe8')
    need(s.recv(4096) == b'\x88\x02\x03\xe8' and s.recv(4096) == b'', 'it does not close')
    s.close()


class Server:
    """TLS of the site, and then whatever |talk| does with the socket and the request."""

    def __init__(self, front, talk):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(front.cert, os.path.join(front.dir, 'key.pem'))
        tls.set_alpn_protocols(['h2', 'http/1.1'])
        self.tls, self.talk, self.alpn, self.request = tls, talk, [], b''
        self.sock = socket.create_server(('127.0.0.1', 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            link, _ = self.sock.accept()
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        try:
            with self.tls.wrap_socket(link, server_side=True) as s:
                self.alpn.append(s.selected_alpn_protocol())
                self.request = s.recv(8192)
                self.talk(s, self.request)
        except OSError:
            pass


def switch(s, request):
    key = re.search(rb'Sec-WebSocket-Key: (\S+)', request)[1]
    accept = base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())
    s.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + b'\r\n\r\n')


def after(*frames):
    def talk(s, request):
        switch(s, request)
        flights.append(s.recv(8192))
        for frame in frames:
            s.sendall(frame)
        while s.recv(8192):
            pass
    return talk


flights = []  # what came first of each link that was let on


def is_one_line(flight):
    """A veil's first flight is one message: a byte of FIN and type, a length, a mask, and the line."""
    head = 8 if flight[1] == (0x80 | 126) else 6
    size = int.from_bytes(flight[2:4], 'big') if head == 8 else flight[1] & 127
    line = bytes(c ^ flight[head - 4 + i % 4] for i, c in enumerate(flight[head:]))
    return flight[0] == 0x82 and len(line) == size and 215 <= size <= 401 and re.fullmatch(rb'[A-Za-z0-9_-]*\n', line)


def bad_servers(w, front, invite):
    """None of them hangs a sync or is believed; and what they see is as a browser says it."""
    for what, talk, words in (('no upgrade', lambda s, _: s.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'), 'knows nothing'),
                              ('a wrong hash', lambda s, _: s.sendall(
                                  b'HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                                  b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'), 'knows nothing'),
                              ('endless fields', lambda s, _: s.sendall(b'HTTP/1.1 101 X\r\n' + b'A: b\r\n' * 5000), 'knows nothing'),
                              ('silence', lambda s, _: None, 'knows nothing'),
                              ('garbage', after(os.urandom(5000)), 'reached'),
                              ('garbage in messages', after(b'\x82\x7e\x13\x88' + os.urandom(5000)), 'reached'),
                              ('text', after(b'\x81\x05Hello'), 'reached'),
                              ('a mask', after(b'\x82\x85\0\0\0\0Hello'), 'reached'),
                              ('too much', after(b'\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff'), 'reached'),
                              ('a goodbye', after(b'\x88\x02\x03\xe8'), 'reached'),
                              ('pings', after(*[b'\x89\x7d' + bytes(125)] * 1000, b'\x88\0'), 'reached')):
        server = Server(front, talk)
        r = w.run('sync', re.sub(r':\d+/', f':{server.port}/', invite), ok=False, timeout=60)
        need(r.returncode == 1 and words in r.stderr, f'{what}: {r.returncode} {r.stderr}')
        need(set(server.alpn) == {'http/1.1'}, f'{what}: ALPN {server.alpn}')
    need(len(flights) > 5 and all(is_one_line(f) for f in flights), f'{[f for f in flights if not is_one_line(f)]}')
    fields = server.request.decode().split('\r\n')
    need(fields[0] == f'GET /{SECRET} HTTP/1.1' and fields[1] == f'Host: {SITE}:{server.port}', f'{fields}')
    need(f'Origin: https://{SITE}:{server.port}' in fields and any(f.startswith('User-Agent: Mozilla/5.0 ') for f in fields), f'{fields}')
    need('xtensions' not in server.request.decode() and 'quire' not in server.request.decode().lower(), f'{fields}')


def readers(w, front, node, link, invite):
    w.run('follow', '-', input=link + '\n')
    os.environ.pop('SSL_CERT_FILE', None)
    r = w.run('sync', invite, ok=False)
    need(r.returncode == 1 and 'does not prove' in r.stderr, f'a stranger\'s certificate: {r.stderr}')
    os.environ['SSL_CERT_FILE'] = front.cert
    r = w.run('sync', invite.replace(SECRET, OTHER), ok=False)
    need(r.returncode == 1 and 'knows nothing' in r.stderr, f'another path: {r.stderr}')
    w.run('sync', invite)
    need('Behind bread' in w.run('list').stdout, 'nothing came')
    proxy = Proxy(front.port)
    w.run('follow', '-', input=link + '\n', home=w.path('by-proxy'))
    w.run('sync', '--socks', proxy.where, invite, home=w.path('by-proxy'))
    onion = re.sub(r'//[^/]*/', f'//{ONION}:443/', invite)
    w.run('sync', '--socks', proxy.where, onion, home=w.path('by-proxy'))
    need([a[1:] for a in proxy.asked] == [(SITE, front.port), (ONION, 443)], f'{proxy.asked}')


def nodes(w, front, node, link, invite):
    """A mirror is dialled, and stays; who it is and where stands in no log."""
    mirror = w.node('peer ' + invite, 'follow ' + link)
    mirror.wait(lambda f: f['head'] == 1 and f['packs_wanted'] == 0)
    with open(w.path('b.txt'), 'w') as f:
        f.write('title: Large\n\n' + os.urandom(200_000).hex() + '\n')
    node.publish(w.path('b.txt'))
    mirror.wait(lambda f: f['head'] == 2 and f['packs_wanted'] == 0)
    served = {x['name']: x for x in node.ask('status') if x['what'] == 'transport'}
    need(served['web']['links'] == 1 and served['raw']['links'] == 0 and served['web']['ready'], f'{served}')
    need(mirror.ask('peers')[0]['transport'] == 'web', 'peers do not say how')
    need(mirror.stop() == 0, 'the mirror ends badly')


def main(build, source):
    if NGINX is None or shutil.which('openssl') is None:
        print('SKIP web: nginx or openssl is not installed (apt install nginx-light; it starts a web server on this machine)')
        return 77
    with Newsworld(build) as w:
        link = w.newsroom()
        to = free_port()
        os.makedirs(w.path('front'))
        front = Front(w, os.path.join(source, 'contrib/service/nginx.conf'), to)
        try:
            probes(front, down=True)
            node = w.node('publish ' + w.path('newsroom'), f'web https://{SITE}:{front.port}/{SECRET}', f'\tlisten 127.0.0.1:{to}')
            with open(w.path('a.txt'), 'w') as f:
                f.write('title: Behind bread\n\nWords.\n')
            node.publish(w.path('a.txt'))
            invite = w.run('--control', node.control, 'invite', 'new', '--transport', 'web', '-q').stdout.strip()
            need(invite.startswith(f'quire://{SITE}:{front.port}/{SECRET}?t=web#'), invite)
            probes(front)
            websocket(front)
            readers(w, front, node, link, invite)
            bad_servers(w, front, invite)
            nodes(w, front, node, link, invite)
            need(node.stop() == 0, 'the node ends badly')
            r = w.run('sync', invite, ok=False)
            need(r.returncode == 1 and 'its node is down' in r.stderr, f'a node that is down: {r.stderr}')
            probes(front, down=True)
        finally:
            front.stop()
        for log in (node.log, w.nodes[-1].log, os.path.join(front.dir, 'access.log'), os.path.join(front.dir, 'error.log')):
            with open(log) as f:
                text = f.read()
            need(SECRET not in text and SITE not in text and '127.0.0.1' not in text, f'{log}: {text}')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    except Failed as e:
        print(f'web: {e}', file=sys.stderr)
        sys.exit(1)
