#!/usr/bin/python3
"""quire can be handed on: in an empty world, beside the C library, the one file syncs, lists, reads and verifies.
usage: alone.py BUILD"""
import os, re, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

C_LIBRARY = re.compile(r'(libc|libm|ld-linux[-\w]*)\.so\.\d')
SKIP = 77


def need(ok, what):
    if not ok:
        raise Failed(what)


def libraries(program):
    """The files that it is linked with."""
    out = subprocess.run(['ldd', program], capture_output=True, text=True, check=True).stdout
    return re.findall(r'(/\S+) \(0x', out)


def main(build):
    with Newsworld(build) as w:
        program = os.path.join(build, 'client', 'quire')
        room = w.path('newsroom')
        link = w.newsroom()
        desk = w.node('publish ' + room)
        with open(w.path('one.txt'), 'w') as f:
            f.write('title: One\n\nWords.\n')
        desk.publish(w.path('one.txt'))
        need(desk.stop() == 0, 'the desk ends badly')

        world = w.path('world')
        shutil.copytree(w.path('node1', 'state'), os.path.join(world, 'tree'))
        shutil.copy(program, world)
        for lib in libraries(program):
            need(C_LIBRARY.fullmatch(os.path.basename(lib)), f'it needs {lib}')
            os.makedirs(world + os.path.dirname(lib), exist_ok=True)
            shutil.copy(lib, world + lib)
        inside = ['unshare', '--map-root-user', '--root=' + world]
        if subprocess.run([*inside, '/quire', '--version'], capture_output=True).returncode != 0:
            print('skipped: no user namespaces here')
            return SKIP

        def quire(*argv, code=0):
            r = subprocess.run([*inside, '/quire', *argv], env={'QUIRE_HOME': '/home'}, capture_output=True, text=True)
            need(r.returncode == code, f'{argv}: {r.stderr}')
            return r.stdout if code == 0 else r.stderr
        quire('follow', link)
        quire('sync', 'file:///tree')
        need('One' in quire('list', '--search', 'one'), 'not found by its title')
        need('Words.' in quire('read', '1'), 'not read')
        quire('unpack', '/pages')
        quire('verify', '/tree')
        need('libcurl' in quire('sync', 'http://127.0.0.1:9/', code=1), 'what web hosts need is not named')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'alone: {e}')
