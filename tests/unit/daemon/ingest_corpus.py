#!/usr/bin/python3
"""Take in every article of the corpus, and see that the words that come out are the
words that went in, by Python's own HTML parser.  Then every hostile file there is:
whatever becomes of it is markup.

usage: ingest_corpus.py INGEST_DUMP CORPUS_SH
"""
import html.parser
import os
import subprocess
import sys

DROPPED = set('script style iframe object embed video audio noscript template svg math rp input button select '
              'textarea head canvas map applet title'.split())
VOID = set('area base br col embed hr img input link meta param source track wbr'.split())
BLOCKS = set('address article aside blockquote body br caption center dd details div dl dt figcaption figure footer '
             'form h1 h2 h3 h4 h5 h6 header hr html img li main nav ol p pre section summary table tbody td tfoot '
             'th thead tr ul'.split())
NOT_TEXT = {c: None for c in [*range(0x20), *range(0x7f, 0xa0), 0xfeff, *range(0x202a, 0x202f),
                              *range(0x2066, 0x206a)] if chr(c) not in '\t\n\v\f\r\x85'}
# Tables whose rows hold other things than cells: browsers, and we, move these before the
# table, html.parser leaves them where they are.
MOVED_MAX = 12


# What is raised or lowered stays so.
RAISED = dict(zip('0123456789+-=()n−', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ⁻'))
LOWERED = dict(zip('0123456789+-=()n−', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ₋'))


def script(text, tag):
    to = RAISED if tag == 'sup' else LOWERED
    tidy = ''.join(text.split())
    return ''.join(to[c] for c in tidy) if tidy and all(c in to for c in tidy) else text


class Words(html.parser.HTMLParser):
    def __init__(self, text, inside):
        super().__init__()
        self.text, self.dropped, self.inside, self.scripts = [], 0, inside, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.inside = self.inside or tag == 'article'
        if tag in DROPPED and tag not in VOID:
            self.dropped += 1
        if tag in BLOCKS:
            self.text.append(' ')
        if tag in ('sub', 'sup'):
            self.scripts.append(len(self.text))

    def handle_endtag(self, tag):
        if tag in ('sub', 'sup') and self.scripts:
            at = self.scripts.pop()
            self.text[at:] = [script(''.join(self.text[at:]), tag)]
        if tag in DROPPED and self.dropped:
            self.dropped -= 1
        if tag in BLOCKS:
            self.text.append(' ')

    def handle_data(self, data):
        if self.inside and not self.dropped:
            self.text.append(data)


def words(text, inside):
    return ''.join(Words(text, inside).text).translate(NOT_TEXT).split()


def dump(program, paths):
    out = subprocess.run([program], input='\n'.join(paths).encode() + b'\n', stdout=subprocess.PIPE, check=True).stdout
    fields = [f.decode() for f in out.split(b'\0')]
    return [fields[i:i + 9] for i in range(0, len(fields) - 1, 9)]


def files(top, suffix=''):
    return sorted(os.path.join(d, n) for d, _, names in os.walk(top) for n in names if n.endswith(suffix))


program, corpus_sh = sys.argv[1:]
found = subprocess.run([corpus_sh], stdout=subprocess.PIPE, text=True)
if found.returncode == 77:
    sys.exit(77)
corpus = found.stdout.strip()

failed = moved = 0
articles = dump(program, files(os.path.join(corpus, 'articles'), '.html'))
for path, why, lang, title, body, *_ in articles:
    if why:
        print(f'{path}: {why}')
        failed += 1
        continue
    with open(path, encoding='utf-8') as f:
        source = f.read()
    want = words(source, False)
    got = title.split() + words(body, True)
    if '<rt>' in source:  # how a word is read stands behind it, in brackets
        want, got = (' '.join(x).replace('(', '').replace(')', '').split() for x in (want, got))
    if got != want:
        has_table = '<table' in source
        if sorted(''.join(got)) == sorted(''.join(want)) and has_table:
            moved += 1
            continue
        at = next((i for i, (a, b) in enumerate(zip(want, got)) if a != b), min(len(want), len(got)))
        print(f'{path}: word {at}: {want[max(0, at - 3):at + 4]} became {got[max(0, at - 3):at + 4]}')
        failed += 1

hostile = [p for room in ('sanitise', 'hostile', 'feeds') for p in files(os.path.join(corpus, room))]
for path, why, *_ in dump(program, hostile):
    if 'BROKEN' in why or 'as a bug' in why:
        print(f'{path}: {why}')
        failed += 1

print(f'{len(articles)} articles in {len(set(a[2] for a in articles))} languages, {moved} with moved cells; '
      f'{len(hostile)} hostile files; {failed} failed')
sys.exit(failed > 0 or moved > MOVED_MAX or len(articles) < 6000)
