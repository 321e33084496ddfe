#!/usr/bin/python3
"""Pluggable transports: Debian's obfs4proxy to and fro, killed and ended; programs written here, good and bad ones; and what is
said of those that are not there.
usage: pt.py BUILD"""
import os, re, shutil, signal, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld, free_port
from socks import need

# What a good one is: SOCKS5 with a login, and pipes.  As a client it passes on what it is told by, as a server it tells what of
# its surroundings it can see.
GOOD = r'''#!/usr/bin/python3
import json, os, socket, sys, threading
def say(*words):
    print(*words, flush=True)
def pour(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def both(a, b):
    threading.Thread(target=pour, args=(a, b), daemon=True).start()
    pour(b, a)
def listen(where, serve):
    s = socket.create_server(where)
    def run():
        while True:
            link, _ = s.accept()
            threading.Thread(target=serve, args=(link,), daemon=True).start()
    threading.Thread(target=run, daemon=True).start()
    return '%s:%d' % s.getsockname()
def client(link):
    f = link.makefile('rb')
    f.read(3)
    link.sendall(b'\5\2')
    f.read(1)
    name = f.read(f.read(1)[0])
    f.read(f.read(1)[0])
    with open(os.environ['TOR_PT_STATE_LOCATION'] + '/seen', 'wb') as seen:
        seen.write(name + b'\n' + json.dumps(dict(os.environ)).encode())
    link.sendall(b'\1\0')
    f.read(4)
    there = socket.create_connection((socket.inet_ntoa(f.read(4)), int.from_bytes(f.read(2), 'big')))
    link.sendall(b'\5\0\0\1\0\0\0\0\0\0')
    both(link, there)
def sight():
    seen = []
    for path in SECRETS:
        try:
            open(path).close()
            seen.append('open')
        except OSError:
            seen.append('shut')
    return '-'.join(seen)
SECRETS = @SECRETS@
say('VERSION', 1)
if 'TOR_PT_CLIENT_TRANSPORTS' in os.environ:
    say('CMETHOD', 'mine', 'socks5', listen(('127.0.0.1', 0), client))
    say('CMETHODS DONE')
else:
    host, port = os.environ['TOR_PT_SERVER_BINDADDR'].removeprefix('mine-').split(':')
    orport = os.environ['TOR_PT_ORPORT'].split(':')
    to = lambda link: both(link, socket.create_connection((orport[0], int(orport[1]))))
    say('SMETHOD', 'mine', listen((host, int(port)), to), 'ARGS:sees=' + sight() + ',key=a\\,b')
    say('SMETHODS DONE')
sys.stdin.read()
'''
SHELL = '#!/bin/sh\n'
BAD = (('another version', SHELL + 'echo VERSION-ERROR no-version', 'VERSION-ERROR no-version'),
       ('a version of the future', SHELL + 'echo VERSION 2; cat', 'another version'),
       ('surroundings', SHELL + 'echo ENV-ERROR no state; cat', 'ENV-ERROR no state'),
       ('a transport that it does not have', SHELL + 'echo VERSION 1; echo CMETHODS DONE; cat', 'does not know'),
       ('its own error', SHELL + 'echo VERSION 1; echo CMETHOD-ERROR mine it rains; cat', 'it rains'),
       ('the end', SHELL + 'exit 0', 'ended'),
       ('a crash', SHELL + 'kill -9 $$', 'ended'),
       ('endless garbage', SHELL + 'yes | tr -d "\\n"', 'no lines'),
       ('a far address', SHELL + 'echo VERSION 1; echo CMETHOD mine socks5 192.0.2.1:80; echo CMETHODS DONE; cat', 'this machine'),
       ('no address', SHELL + 'echo VERSION 1; echo CMETHOD mine socks5 x; echo CMETHODS DONE; cat', 'this machine'),
       ('silence', SHELL + 'cat >/dev/null', 'does not say'),
       ('no program', 'neither a script nor anything', 'cannot be run'))


def program(w, name, text):
    path = w.path(name)
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path


def good(w, *secrets):
    return program(w, 'good', GOOD.replace('@SECRETS@', repr(list(secrets))))


def running(w, what=b''):
    """The programs of transports that were started below |w|'s folder, and nobody else's."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as f:
                environ = f.read()
            if b'\0TOR_PT_STATE_LOCATION=' + w.dir.encode() in environ and what in environ:
                found.append(int(pid))
        except OSError:
            continue
    return found


def gone(w, seconds=5):
    end = time.monotonic() + seconds
    while running(w):
        need(time.monotonic() < end, 'a program goes on')
        time.sleep(0.05)


def served(node):
    return {x['name']: x for x in node.ask('status') if x['what'] == 'transport'}


def ready(node, name, seconds=20):
    end = time.monotonic() + seconds
    while not served(node)[name]['ready']:
        need(time.monotonic() < end, f'{name} does not become ready: {served(node)[name]}')
        time.sleep(0.05)


def invite_of(w, node, name):
    return w.run('--control', node.control, 'invite', 'new', '--transport', name, '-q').stdout.strip()


def good_client(w, node):
    """It is told just what it needs, with the invite's arguments, and ends with us."""
    invite = node.invite().replace('?t=raw', '?t=pt&pt=mine&args=k%3Dv%3Bl%3D%5C%3B')
    path = good(w)
    w.run('sync', '--transport', 'mine=' + path, invite)
    gone(w)
    with open(w.path('reader', 'transport', 'mine.client', 'seen')) as f:
        name, env = f.read().split('\n', 1)
    need(name == 'k=v;l=\\;', f'its arguments: {name}')
    keys = set(re.findall(r'"([A-Z_]+)": ', env))
    need(keys - {'LC_CTYPE'} == {'PATH', 'HOME', 'TOR_PT_MANAGED_TRANSPORT_VER', 'TOR_PT_STATE_LOCATION', 'TOR_PT_EXIT_ON_STDIN_CLOSE',
                                 'TOR_PT_CLIENT_TRANSPORTS'}, f'its environment: {sorted(keys)}')


def bad_clients(w, node):
    invite = node.invite().replace('?t=raw', '?t=pt&pt=mine')
    for what, text, words in BAD:
        path = program(w, 'bad', text)
        began = time.monotonic()
        r = w.run('sync', '--transport', 'mine=' + path, invite, ok=False)
        need(r.returncode == 1 and words in r.stderr and 'reached' not in r.stderr, f'{what}: {r.returncode} {r.stderr}')
        need(time.monotonic() - began < 30, f'{what} takes long')
        gone(w)
    r = w.run('sync', '--socks', '127.0.0.1:9', '--transport', 'mine=' + good(w), invite, ok=False)
    need(r.returncode == 1 and 'does not use a proxy' in r.stderr, f'a proxy that is passed over: {r.stderr}')


def not_there(w, node):
    """What is missing is named, with the cure; another source is used all the same."""
    unknown = node.invite().replace('?t=raw', '?t=pt&pt=unheard')
    known = node.invite().replace('?t=raw', '?t=pt&pt=obfs4')
    before = os.environ['PATH']
    os.environ['PATH'] = w.dir
    try:
        r = w.run('sync', known, unknown, ok=False)
        need(r.returncode == 1 and 'apt install obfs4proxy' in r.stderr and 'unheard=PROGRAM' in r.stderr, r.stderr)
        need('reached' not in r.stderr, r.stderr)
        r = w.run('sync', known, node.invite())
        need('apt install obfs4proxy' in r.stderr, r.stderr)
    finally:
        os.environ['PATH'] = before
    for bad in ('mine', '=x', 'mine=/nowhere', 'a.b=/bin/sh'):
        need(w.run('sync', '--transport', bad, known, ok=False).returncode == 2, f'--transport {bad}')


def restart(w, node, *lines):
    need(node.stop() == 0, 'the node ends badly')
    node.lines = ['publish ' + w.path('newsroom'), *lines, '\tlisten 127.0.0.1:%d' % free_port()]
    node.start()


def good_server(w, node, link):
    """Behind the walls it does not see the node's keys; its arguments come into the invite; a peer comes through it."""
    path = good(w, os.path.join(node.dir, 'state', 'identity'), node.conf, '/usr/bin/python3')
    restart(w, node, 'transport mine', '\tprogram ' + path)
    ready(node, 'mine')
    invite = invite_of(w, node, 'mine')
    landlock = 'no Landlock' not in open(node.log).read()
    sees = 'shut-shut-open' if landlock else 'open-open-open'
    need(f'pt=mine&args=sees%3D{sees}%3Bkey%3Da%2Cb#' in invite, invite)
    mirror = w.node('peer ' + invite, 'follow ' + link, 'transport mine', '\tprogram ' + path)
    mirror.wait(lambda f: f['head'] >= 1 and f['packs_wanted'] == 0)
    need(served(node)['mine']['links'] == 1 and mirror.ask('peers')[0]['transport'] == 'mine', f'{served(node)}')
    need(mirror.stop() == 0, 'it ends badly')


def bad_server(w):
    """The node serves without it, says so, and tries again."""
    path = program(w, 'bad', SHELL + 'echo VERSION 1; echo SMETHOD-ERROR mine address in use; cat')
    node = w.node('transport mine', '\tprogram ' + path, '\tlisten 127.0.0.1:%d' % free_port())
    end = time.monotonic() + 20
    while 'address in use' not in served(node)['mine'].get('message', ''):
        need(time.monotonic() < end, f'{served(node)}')
        time.sleep(0.05)
    r = w.run('--control', node.control, 'invite', 'new', '--transport', 'mine', ok=False)
    need(r.returncode == 1 and 'not ready' in r.stderr, r.stderr)
    r = w.run('--control', node.control, 'invite', 'new', '--transport', 'other', ok=False)
    need(r.returncode == 1 and 'does not serve' in r.stderr, r.stderr)
    good(w)
    os.rename(w.path('good'), path)
    ready(node, 'mine')
    with open(node.log) as f:
        log = f.read()
    need('mine: its program failed' in log and 'address in use' not in log and '127.0.0.1' not in log, log)
    need(node.stop() == 0, 'it ends badly')


def obfs4(w, node, link):
    if shutil.which('obfs4proxy') is None:
        print('SKIP obfs4: it is not installed (apt install obfs4proxy)')
        return 77
    restart(w, node, 'transport obfs4')
    ready(node, 'obfs4')
    invite = invite_of(w, node, 'obfs4')
    need(re.search(r't=pt&pt=obfs4&args=cert%3D[^&#]*%3Biat-mode%3D0#', invite), invite)
    mirror = w.node('peer ' + invite, 'follow ' + link)
    mirror.wait(lambda f: f['head'] >= 1 and f['packs_wanted'] == 0)
    w.run('follow', '-', input=link + '\n', home=w.path('far'))
    w.run('sync', invite, home=w.path('far'))
    need('Hidden' in w.run('list', home=w.path('far')).stdout, 'nothing came')

    # Killed, it is there again, with the same keys: the invite is good.
    killed = running(w)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 20  # at first it is started again after a second, not after a minute
    while not set(running(w, b'TOR_PT_SERVER_TRANSPORTS=')) - set(killed):
        need(time.monotonic() < end, 'it is not started again')
        time.sleep(0.05)
    ready(node, 'obfs4')
    with open(w.path('b.txt'), 'w') as f:
        f.write('title: Later\n\nWords.\n')
    node.publish(w.path('b.txt'))
    w.run('sync', invite, home=w.path('far'))
    need('Later' in w.run('list', home=w.path('far')).stdout, 'nothing came after its death')
    mirror.wait(lambda f: f['head'] >= 2 and f['packs_wanted'] == 0)
    need(mirror.stop() == 0 and node.stop() == 0, 'they end badly')
    gone(w)
    return 0


def main(build):
    os.environ.pop('SSL_CERT_FILE', None)
    with Newsworld(build) as w:
        link = w.newsroom()
        node = w.node('publish ' + w.path('newsroom'))
        with open(w.path('a.txt'), 'w') as f:
            f.write('title: Hidden\n\nWords.\n')
        node.publish(w.path('a.txt'))
        w.run('follow', '-', input=link + '\n')
        good_client(w, node)
        not_there(w, node)
        bad_clients(w, node)
        good_server(w, node, link)
        bad_server(w)
        return obfs4(w, node, link)


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        print(f'pt: {e}', file=sys.stderr)
        sys.exit(1)
