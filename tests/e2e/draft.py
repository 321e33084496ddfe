#!/usr/bin/python3
"""Four eyes: two editors draft the same issue, one signs it on a machine that holds the key, quired releases it.
usage: draft.py BUILD"""
import json, os, shutil, socket, struct, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

DRY_RUN = b'\5\0\0\0\xa2\0\x0b\5\1'  # PUBLISH, and it is only to be said what would be
DRAFT = b'\5\0\0\0\xa2\0\x12\x0a\1'


def need(ok, what):
    if not ok:
        raise Failed(what)


def fails(w, word, *args, cwd=None):
    r = w.run(*args, ok=False, cwd=cwd)
    need(r.returncode == 1 and word in r.stderr, f'{args}: exit {r.returncode}: {r.stderr}')


def take(s):
    """One message of the control socket."""
    data = b''
    while len(data) < 4 or len(data) < 4 + struct.unpack('<I', data[:4])[0]:
        more = s.recv(4096)
        need(more, 'the answer ends early')
        data += more
    return data


def draft_of_no_draft(w, desk):
    """Who asks for a draft of what was begun as none is told so, and gets none."""
    with socket.socket(socket.AF_UNIX) as s, open(w.path('odd.draft'), 'wb') as f:
        s.settimeout(60)
        s.connect(desk.control)
        s.sendall(DRY_RUN)
        take(s)
        socket.send_fds(s, [DRAFT], [f.fileno()])
        said = take(s)
    need(b'may not be said' in said and b'hash' not in said, f'answered {said}')
    need(os.path.getsize(w.path('odd.draft')) == 0, 'a draft of what is none')


def with_key(link):
    """The same with another reading key."""
    head, rest = link.split('?k=')
    return head + '?k=' + ('b' if rest[0] == 'a' else 'a') + rest[1:]


def main(build):
    with Newsworld(build) as w:
        link = w.newsroom('Вольный листок', lang='ru')
        os.makedirs(w.path('safe'))
        key = shutil.move(w.path('newsroom', 'secret.key'), w.path('safe', 'secret.key'))
        for name, text in (('a.md', '---\ntitle: Первая\n---\nТекст.\n'), ('b.md', '---\ntitle: Second\nlang: en\n---\nWords.\n')):
            with open(w.path(name), 'w', encoding='utf-8') as f:
                f.write(text)
        files = w.path('a.md'), w.path('b.md')
        desk = w.node('publish ' + w.path('newsroom'))
        other = w.node('publish ' + w.path('newsroom'))
        mirror = w.node('peer ' + desk.invite(), 'follow ' + link)

        # Nobody can publish here by himself; two machines draft the same.
        fails(w, 'secret.key', '--control', desk.control, 'publish', *files)
        draft_of_no_draft(w, desk)
        draft, same = w.path('one.draft'), w.path('two.draft')
        said = w.run('--control', desk.control, 'draft', '-o', draft, *files).stdout
        when = said.split(' of ')[1].split(',')[0]
        hashes = [said.split()[-1], w.run('--control', other.control, 'draft', '--quiet', '--time', when, '-o', same, *files).stdout.strip()]
        need(len(hashes[0]) == 52 and hashes[0] == hashes[1], f'hashes {hashes}')
        need(open(draft, 'rb').read() == open(same, 'rb').read(), 'two machines drafted two things')
        late = w.run('--control', other.control, 'draft', '--quiet', '--time', '2000-01-01T00:00:00Z', '-o', w.path('late.draft'), *files).stdout.strip()
        need(len(late) == 52 and late != hashes[0], 'the time is not in the draft')
        r = w.run('--control', other.control, 'draft', '--time', '2000-01-01', *files, ok=False)
        need(r.returncode == 2 and 'as 2026-11-20T10:02:00Z' in r.stderr, r.stderr)

        # A draft without a name of its own takes the place of no other one.
        here = w.path('safe')
        w.run('--control', desk.control, 'draft', *files, cwd=here)
        kept = open(w.path('safe', 'issue-1.draft'), 'rb').read()
        fails(w, 'issue-1.draft is there already', '--control', desk.control, 'draft', files[0], cwd=here)
        need(open(w.path('safe', 'issue-1.draft'), 'rb').read() == kept, 'the first draft is gone')

        # The machine with the key has no quired; it shows what it signs.
        shown = w.run('sign', draft).stdout
        need(all(x in shown for x in ('Вольный листок', link[6:58], hashes[0], when, 'Первая', 'Second')), shown)
        fails(w, 'terminal', 'sign', draft, key)
        need(not os.path.exists(w.path('one.issue')), 'signed without being asked')
        fails(w, 'not signed', '--control', desk.control, 'release', draft)
        # Nothing is signed that the readers of the follow link beside the key could not open.
        beside = w.path('safe', 'link')
        with open(beside, 'w') as f:
            f.write(with_key(link))
        fails(w, 'no reader could open it', 'sign', '--yes', draft, key)
        need(not os.path.exists(w.path('one.issue')), 'it is signed all the same')
        shutil.copy(w.path('newsroom', 'link'), beside)
        w.run('sign', '--yes', draft, key)
        issue = w.path('one.issue')
        about = [json.loads(x) for x in w.run('sign', '--json', issue).stdout.splitlines()]
        need(about[0]['signed'] and about[0]['draft'] == hashes[0] and [x['title'] for x in about[1:]] == ['Первая', 'Second'], about)
        fails(w, 'signed already', 'sign', '--yes', issue, key)

        # The key signs the same again, and no other draft of the number, unless it is told to.
        w.run('sign', '--yes', draft, w.path('safe'))
        fails(w, hashes[0], 'sign', '--yes', w.path('late.draft'), key)
        need(not os.path.exists(w.path('late.issue')), 'two drafts of one number are signed')
        w.run('sign', '--yes', '--again', w.path('late.draft'), key)
        need(len(open(key + '.signed', encoding='utf-8').read().splitlines()) == 2, 'what was signed is not written down')

        # A line that was torn costs no other one; and who cannot read them signs nothing.
        written = open(key + '.signed', encoding='utf-8').read()
        os.truncate(key + '.signed', 20)
        w.run('sign', '--yes', draft, key)
        os.unlink(w.path('late.issue'))
        fails(w, hashes[0], 'sign', '--yes', w.path('late.draft'), key)
        os.truncate(key + '.signed', 1 << 25)
        fails(w, 'larger than allowed', 'sign', '--yes', w.path('late.draft'), key)
        need(not os.path.exists(w.path('late.issue')), 'a second draft is signed, whatever was signed before')
        with open(key + '.signed', 'w', encoding='utf-8') as f:
            f.write(written)

        # One bit of it, and it is nothing; another key, and it is not signed.
        data = bytearray(open(issue, 'rb').read())
        data[len(data) // 2] ^= 16
        open(w.path('bad.issue'), 'wb').write(data)
        fails(w, 'no issue that can be released', '--control', desk.control, 'release', w.path('bad.issue'))
        w.newsroom('Another', folder='another')
        fails(w, 'may not sign', 'sign', '--yes', same, w.path('another'))

        # Released once, on both machines; then the mirror and a reader have it.
        w.run('--control', desk.control, 'release', issue)
        fails(w, 'published already, as issue 1', '--control', desk.control, 'release', issue)
        other.lines.append('publish ' + w.path('another'))
        other.stop()
        other.start()
        w.run('--control', other.control, 'release', issue)
        w.newsroom('Third', folder='third')
        third = w.node('publish ' + w.path('third'))
        fails(w, 'of a feed that this quired does not publish', '--control', third.control, 'release', issue)
        third.stop()
        w.run('--control', desk.control, 'retract', '-o', w.path('back.draft'), 'a.md')
        open(w.path('safe', 'issue-2.draft'), 'w').close()
        fails(w, 'issue-2.draft is there already', '--control', desk.control, 'retract', 'a.md', cwd=here)
        need(os.path.getsize(w.path('safe', 'issue-2.draft')) == 0, 'another draft is gone')
        need('issue 1 anew: 1 article as signed before, 1 taken back' in w.run('sign', w.path('back.draft')).stdout, 'what is taken back is not shown')
        need(desk.feed()['head'] == 1, 'a draft is out')
        mirror.wait(lambda f: f['head'] == 1 and f['packs_wanted'] == 0)
        w.run('follow', '-', input=link + '\n')
        w.run('sync', mirror.invite())
        need('Words.' in w.run('read', 'b.md').stdout, 'the article is not read')

        # What a correction changes is shown in full here, and added words to who signs.
        with open(files[1], 'w', encoding='utf-8') as f:
            f.write('---\ntitle: Second\nlang: en\n---\nOther words.\n')
        shown = w.run('--control', desk.control, 'draft', '-o', draft, *files).stdout
        need('- Words.' in shown, shown)
        need('+ Other words.' in shown and 'text: −1 +2 words' in shown, shown)
        shown = w.run('sign', draft).stdout
        need('−1 +2: “Other words.”' in shown, shown)
        told = json.loads(w.run('sign', '--json', draft).stdout.splitlines()[1])
        need(told['note'] == '−1 +2: “Other words.”', told)

        # The next draft is a correction, and says so to who signs it.
        with open(files[1], 'w', encoding='utf-8') as f:
            f.write('---\ntitle: Second\nlang: en\nnote: A name was wrong.\n---\nBetter words.\n')
        fails(w, 'Nothing of it is new', '--control', desk.control, 'draft', '-o', w.path('none.draft'), files[0])
        need(not os.path.exists(w.path('none.draft')), 'a draft of nothing')
        w.run('--control', desk.control, 'draft', '-o', draft, *files)
        shown = w.run('sign', '--yes', draft, w.path('safe')).stdout
        need('corrected' in shown and 'A name was wrong.' in shown and 'Первая' not in shown, shown)
        w.run('--control', desk.control, 'release', issue)
        need(desk.feed()['head'] == 2, 'the correction is not out')
        mirror.wait(lambda f: f['head'] == 2 and f['packs_wanted'] == 0)
        w.run('sync', mirror.invite())
        read = w.run('read', 'b.md').stdout
        today = time.strftime('%Y-%m-%d', time.gmtime())
        need(f'corrected on {today}' in read and 'A name was wrong.' in read and 'Better words.' in read, read)
        print('four eyes saw it')


if __name__ == '__main__':
    try:
        main(sys.argv[1])
    except Failed as e:
        sys.exit(f'failed: {e}')
