#!/usr/bin/python3
"""Take in real pages of the web, and see how much of what comes out people would call the article.

The pages are mozilla's, with the text, title, byline and date that they expect.  Of the text the
words count, in their order: F1 of the longest matching runs.

usage: score.py [-v] INGEST_DUMP CORPUS_SH
"""
import datetime
import difflib
import json
import os
import re
import subprocess
import sys
import time

from documents import dump, text

TEXT_MIN, TITLES_MIN, BYLINES_MIN, DATES_MIN = 0.95, 0.95, 0.85, 0.90


def words(source):
    return re.findall(r'[\u3040-\u30ff\u3400-\u9fff]|\w+', text(source))


def f1(got, want):
    if not got or not want:
        return float(not got and not want)
    same = sum(b.size for b in difflib.SequenceMatcher(None, got, want, autojunk=False).get_matching_blocks())
    return 2 * same / (len(got) + len(want))


def plain(s):
    return ' '.join(re.findall(r'\w+', (s or '').lower()))


def titles_match(got, want):
    """The site's name behind the headline may stay or go."""
    g, w = plain(got), plain(want)
    return g == w or (len(g) > 12 and w.startswith(g)) or (len(w) > 12 and g.startswith(w))


def bylines_match(got, want):
    """Every author is in the expected line, and the first of its names among them."""
    w = plain(want)
    return bool(got) and all(plain(a) in w for a in got)


def seconds(date):
    date = date.strip().replace('Z', '+00:00').replace(' ', 'T')
    date = re.sub(r'\.\d+', '', re.sub(r'([+-]\d\d)(\d\d)$', r'\1:\2', date))
    when = datetime.datetime.fromisoformat(date)
    return (when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)).timestamp()


class Tally:
    def __init__(self, least):
        self.least, self.of, self.sum = least, 0, 0.0

    def add(self, points):
        self.of += 1
        self.sum += points
        return points

    def mean(self):
        return self.sum / self.of if self.of else 1.0


def score(folder, got, tallies, verbose):
    _, why, _, title, body, authors, date, *_ = got
    with open(os.path.join(folder, 'expected.html'), encoding='utf-8') as f:
        want = words(f.read())
    with open(os.path.join(folder, 'expected-metadata.json'), encoding='utf-8') as f:
        meta = json.load(f)
    t = tallies['text'].add(f1(words(body), want))
    note = [f'{t:.3f}']
    if meta.get('title') and not tallies['titles'].add(titles_match(title, meta['title'])):
        note.append(f'title {title!r} for {meta["title"]!r}')
    if meta.get('byline') and not tallies['bylines'].add(bylines_match(authors.split('\n') if authors else [], meta['byline'])):
        note.append(f'authors {authors!r} for {meta["byline"]!r}')
    if meta.get('publishedTime') and not tallies['dates'].add(date != '' and abs(int(date) - seconds(meta['publishedTime'])) <= 86400):
        note.append(f'date {date!r} for {meta["publishedTime"]!r}')
    if verbose and (t < 0.97 or len(note) > 1):
        print(f'{os.path.basename(folder)}: {"; ".join(note)} {why}')


def main(args):
    verbose = '-v' in args
    program, corpus_sh = [a for a in args if a != '-v']
    found = subprocess.run([corpus_sh, 'pack-testonly'], stdout=subprocess.PIPE, text=True)
    if found.returncode == 77:
        return 77
    top = os.path.join(found.stdout.strip(), 'readability', 'mozilla')
    folders = [os.path.join(top, n) for n in sorted(os.listdir(top)) if os.path.isdir(os.path.join(top, n))]
    tallies = {'text': Tally(TEXT_MIN), 'titles': Tally(TITLES_MIN), 'bylines': Tally(BYLINES_MIN), 'dates': Tally(DATES_MIN)}
    began = time.process_time(), os.times().children_user
    dumped = dump(program, [os.path.join(f, 'source.html') for f in folders])
    took = os.times().children_user - began[1]
    for folder, got in zip(folders, dumped):
        score(folder, got, tallies, verbose)
    for name, t in tallies.items():
        print(f'{name}: {t.mean():.3f} of {t.of}, at least {t.least}')
    print(f'{1000 * took / len(folders):.1f} ms a page')
    return int(any(t.mean() < t.least for t in tallies.values()))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
