#!/usr/bin/python3
"""The children that parse strangers' documents, pictures and sites hold none of quired's secrets in their memory, and none of the
programs leaves its own to a core file.
usage: children.py BUILD"""
import os, re, resource, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld


def holds(pid, secret):
    """How often |secret| stands in what the process may write to."""
    found = 0
    with open(f'/proc/{pid}/mem', 'rb', 0) as mem, open(f'/proc/{pid}/maps') as maps:
        for line in maps:
            m = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
            size = int(m[2], 16) - int(m[1], 16) if m else 0
            try:
                if 0 < size < 1 << 28:  # a sanitizer's shadow is larger
                    mem.seek(int(m[1], 16))
                    found += mem.read(size).count(secret)
            except OSError:
                pass  # no memory behind it
    return found


def below(pid):
    with open(f'/proc/{pid}/task/{pid}/children') as f:
        some = [int(x) for x in f.read().split()]
    return [y for x in some for y in [x, *below(x)]]


def dumps(pid):
    with open(f'/proc/{pid}/limits') as f:
        return not re.search(r'^Max core file size +0 ', f.read(), re.M)


def reader_dumps(w):
    """While it waits for what it is to verify."""
    p = subprocess.Popen([w.quire, 'verify', '-'], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(b'x' * 200000)  # more than a pipe holds: it reads
    dumped = dumps(p.pid)
    p.communicate()
    return dumped


def main(build):
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    with Newsworld(build) as w:
        link = w.newsroom()
        other = w.newsroom('Other', folder='other')
        desk = w.node('publish ' + w.path('newsroom'), '\tsource file://' + w.path('feed.xml'), 'follow ' + other)
        with open(w.path('a.md'), 'w') as f:
            f.write('---\ntitle: A\nlang: en\n---\nWords.\n')
        desk.publish(w.path('a.md'))
        try:
            with open(f'/proc/{desk.proc.pid}/mem', 'rb', 0):
                pass
        except PermissionError:
            print('SKIPPED: the memory of processes may not be read here')
            sys.exit(77)
        if dumps(desk.proc.pid) or reader_dumps(w):
            raise Failed('a core file may be written')
        secret = re.search('k=([a-z2-7]{52})', other)[1].encode()
        if holds(desk.proc.pid, secret) == 0:
            raise Failed('the secret is not where it should be')
        looked_at = 0
        for child in below(desk.proc.pid):
            try:
                if holds(child, secret):
                    raise Failed(f'child {child} holds a follow link of the settings')
                looked_at += 1
            except ProcessLookupError:
                pass  # it has ended
        if looked_at < 4:  # three keepers, and a child for documents
            raise Failed(f'only {looked_at} children')
        print(f'{looked_at} children hold nothing')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
