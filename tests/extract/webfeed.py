#!/usr/bin/python3
"""Take in feeds: those made from the corpus' articles give these back, text and head; of feedparser's suite every
well-formed entry gives what the suite expects; and no file of it, or of feedvalidator's, does harm.

usage: webfeed.py [-v] INGEST_DUMP CORPUS_SH
"""
import html
import os
import re
import subprocess
import sys

from documents import NOT_OURS, dump, text

# What is rightly left out of an article, each for its reason.
LEFT_OUT = {
    # A form's label for those who are read to, made invisible: class="element-invisible", and clipped to a pixel.
    'html/lctt/zh/02406.html': r'<label class="element-invisible".*?</label>',
    # Its text begins with its title once more, which is told above it.
    'html/opensuse/en/01700.html': r'<h1>Cloud based workers for openQA</h1>',
}
# RSS has a <description> and no <summary>; feedparser takes an unknown one for the text.
NOT_RSS = 'item_description_and_summary.xml'
EXPECT = re.compile(r"""entries\[0\]\['(title|link|id|guid|author|summary|description|content)(?:_detail)?'\](?:\[0\])?"""
                    r"""(?:\['value'\])? == u?'((?:[^'\\]|\\.)*)'\s*$""", re.M)


def words(source):
    return re.findall(r'\w+', text(source, NOT_OURS))


def files(top, suffix):
    return sorted(os.path.join(d, n) for d, _, names in os.walk(top) for n in names if n.endswith(suffix))


def entries_of(program, paths):
    found = {p: [] for p in paths}
    for path, *fields in dump(program, paths):
        found[path].append(fields)
    return found


def round_trip(program, corpus, verbose):
    """Each entry's text is its article's."""
    feeds = files(os.path.join(corpus, 'feeds', 'fullcontent-generated'), '.xml')
    good = total = 0
    for path, entries in entries_of(program, feeds).items():
        for why, lang, title, body, _, date, name, address in entries[:-1]:
            total += 1
            article = os.path.join(corpus, 'articles', name.split('html/', 1)[-1])
            if not os.path.exists(article):
                print(f'{path}: no article {name}')
                continue
            with open(article, encoding='utf-8') as f:
                source = f.read()
            inner = re.search(r'<article>(.*)</article>', source, re.S)[1]
            inner = re.sub(r'<h1>.*?</h1>', '', inner, count=1, flags=re.S)
            inner = re.sub(LEFT_OUT.get(name[name.find('html/'):], '$^'), '', inner, count=1, flags=re.S)
            same = ''.join(words(body)) == ''.join(words(inner)) and lang and (date or 'name="date"' not in source)
            good += bool(same)
            if verbose and not same:
                print(f'{path}: {name}: {why} {title!r} {len(words(body))} words for {len(words(inner))}')
    print(f'round trip: {good} of {total}')
    return total > 500 and good == total


def unescape(s):
    return re.sub(r'\\u([0-9a-fA-F]{4})', lambda m: chr(int(m[1], 16)), s.replace("\\'", "'").replace('\\n', '\n').replace('\\\\', '\\'))


def expectations(corpus, verbose, program):
    """What feedparser's own tests say of the first entry."""
    # Not: what depends on HTTP's headers, a format that is no more, and pages' active parts, whose text we leave out.
    paths = [p for p in files(os.path.join(corpus, 'feeds', 'feedparser'), '.xml')
             if 'wellformed' in p and not re.search('/http_|/cdf/|/sanitize/|/' + NOT_RSS, p)]
    got = entries_of(program, paths)
    good = total = 0
    for path in paths:
        with open(path, 'rb') as f:
            head = f.read(4000).decode('utf-8', 'replace')
        m = re.search(r'Expect:\s*(not bozo and\s*)(.*?)\n', head)
        m = m and EXPECT.search(m[2])
        if not m or not got[path]:
            continue
        key, want = m[1], ' '.join(words(html.unescape(unescape(m[2]))))
        why, _, title, body, authors, _, name, address = got[path][0]
        if key == 'author':
            want = ' '.join(words(unescape(m[2]).split(' (')[0]))
        if key == 'summary' and '<content' in head:
            continue
        if not want or key in ('link', 'id', 'guid') and not unescape(m[2]).startswith('http'):
            continue
        total += 1
        have = {'title': title, 'link': address + ' ' + name, 'id': name, 'guid': name, 'author': authors,
                'summary': body, 'description': body, 'content': body}[key]
        same = want in ' '.join(words(html.unescape(have)))
        good += same
        if verbose and not same:
            print(f'{path}: {key} is {have!r}, not {m[2]!r}: {why}')
    print(f'feedparser: {good} of {total}')
    return total > 100 and good == total


def harmless(program, corpus):
    paths = files(os.path.join(corpus, 'feeds'), '.xml')
    bad = [p for p, entries in entries_of(program, paths).items() for e in entries if 'BROKEN' in e[0] or 'bug' in e[0]]
    print(f'{len(paths)} files, {len(bad)} of them badly taken', *bad[:5])
    return not bad


def main(args):
    verbose = '-v' in args
    program, corpus_sh = [a for a in args if a != '-v']
    found = subprocess.run([corpus_sh], stdout=subprocess.PIPE, text=True)
    if found.returncode == 77:
        return 77
    corpus = found.stdout.strip()
    good = [round_trip(program, corpus, verbose), expectations(corpus, verbose, program), harmless(program, corpus)]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
