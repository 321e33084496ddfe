#!/usr/bin/python3
"""A reader's web hosts: one that drips just quickly enough to look alive holds nobody up, and is asked again once the others were; and none of
them sends a reader's programs to what answers only at home.
usage: drip.py BUILD"""
import os, random, shutil, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld
from web_mirrors import Host, elsewhere, need


def drip(rate):
    """A byte now and then, of what is longer than |rate| bytes."""
    def lie(handler, data):
        handler.send_response(200)
        handler.send_header('Content-Length', str(len(data)))
        handler.end_headers()
        for at in range(0, len(data), rate // 10):
            handler.wfile.write(data[at:at + rate // 10])
            time.sleep(0.1)
    return lie


def publish(w, desk, name):
    """Some 10 kB that compress badly."""
    with open(w.path(name), 'w') as f:
        f.write(f'title: {name}\n\n' + ' '.join('%x' % random.getrandbits(40) for _ in range(1500)) + '\n')
    desk.publish(w.path(name))


def timed(w, *sources):
    home = w.path('reader' + str(len(os.listdir(w.dir))))
    w.run('follow', w.link, home=home)
    began = time.monotonic()
    r = w.run('sync', *sources, home=home, ok=False)
    return r, time.monotonic() - began, w.run('list', home=home).stdout


def main(build):
    with Newsworld(build) as w:
        w.link = w.newsroom()
        desk = w.node('publish ' + w.path('newsroom'))
        for name in ('one.txt', 'two.txt', 'three.txt'):
            publish(w, desk, name)
        tree, part = w.path('tree'), w.path('part')
        for name in ('feed', 'pack'):
            shutil.copytree(w.path('node1', 'state', name), os.path.join(tree, name))
        good, slow = Host(tree), Host(tree, drip(60))

        # Before the others, and a little quicker than curl gives up at: minutes a pack.
        r, took, listed = timed(w, slow.address, good.address)
        need(r.returncode == 0 and 'three.txt' in listed and took < 60, f'a dripping host held it up for {took:.0f} s: {r.stderr}')
        need('is slow' in r.stderr, f'and nobody was told: {r.stderr}')

        # A node has it: the same.
        r, took, listed = timed(w, slow.address, desk.invite())
        need(r.returncode == 0 and 'three.txt' in listed and took < 60, f'a dripping host held nodes up for {took:.0f} s: {r.stderr}')

        # One never ends what it says before it begins.
        def endless(handler):
            handler.wfile.write(b'HTTP/1.1 200 OK\r\n')
            try:
                while True:
                    handler.wfile.write(b'X-More: ' + b'm' * 4000 + b'\r\n')
                    endless.said += 4010
            except OSError:
                handler.close_connection = True
        endless.said = 0
        chatter = Host(tree)
        chatter.serve = endless
        r, took, listed = timed(w, chatter.address)
        need(r.returncode == 1 and took < 10 and endless.said < 64 << 20, f'header lines without end: {took:.0f} s, {endless.said} bytes, {r.stderr}')

        # The others lack something: he is asked again, and has all the time that his speed is worth.
        shutil.copytree(tree, part)
        for folder, _, names in os.walk(os.path.join(part, 'pack')):
            for name in names:
                os.remove(os.path.join(folder, name))
        middling = Host(tree, drip(3000))
        middling.first = True

        def stall(handler, data, go_on=drip(3000)):
            if middling.first:
                middling.first = False
                return drip(20)(handler, data)
            return go_on(handler, data)
        middling.lie = stall
        r, took, listed = timed(w, middling.address, Host(part).address)
        need('three.txt' in listed, f'what only a slow one has was not fetched ({took:.0f} s): {r.stderr}')

        # Sent on: within a host, or to a name elsewhere, but never to what is at home and was not named.
        home = Host(tree)
        away = Host(tree, elsewhere(home.address.replace('127.0.0.1', 'localhost')))
        r, took, listed = timed(w, away.address)
        need(r.returncode == 1 and not home.asked, f'a host sent it on to one at home: {home.asked[:3]}')
        moved = Host(w.dir)

        def go(handler):
            if handler.path.startswith('/old/'):
                handler.path = handler.path[4:]
                elsewhere('/tree')(handler, b'')
            else:
                Host.serve(moved, handler)
        moved.serve = go
        r, took, listed = timed(w, moved.address + '/old')
        need(r.returncode == 0 and 'three.txt' in listed, f'who sends on to himself is not followed: {r.stderr}')

        # A newsroom's charter names no host at home, either.
        w.run('charter', 'change', w.path('newsroom'), '--mirror', home.address)
        w.run('charter', 'accept', w.path('newsroom'))
        need(desk.stop() == 0, 'the desk ends badly')
        desk.start()
        invite = desk.invite()
        reader = w.path('charter-reader')
        w.run('follow', w.link, home=reader)
        w.run('sync', invite, home=reader)
        r = w.run('sync', home=reader, ok=False)
        need(r.returncode == 1 and not home.asked, f'a charter sent it to a host at home: {home.asked[:3]}')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1]))
    except Failed as e:
        sys.exit(f'drip: {e}')
