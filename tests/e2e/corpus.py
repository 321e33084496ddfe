#!/usr/bin/python3
"""All articles of the corpus in issues of about 20, three nodes in a chain, one reader: the text that
comes out is the text that went in.  usage: corpus.py BUILD CORPUS.SH [ARTICLES]"""
import csv, html.parser, json, os, re, subprocess, sys, time, unicodedata
sys.path.insert(0, os.path.dirname(__file__))
from news import Failed, Newsworld

PER_ISSUE = 20


class Text(html.parser.HTMLParser):
    """The words of a page, or of its <article>: no space, no markup."""

    def __init__(self, inside=None):
        super().__init__(convert_charrefs=True)
        self.inside, self.depth, self.skip, self.words = inside, 0 if inside else 1, 0, []

    def handle_starttag(self, tag, attrs):
        if tag in ('script', 'style', 'title'):
            self.skip += 1
        if tag == self.inside:
            self.depth += 1

    def handle_endtag(self, tag):
        if tag in ('script', 'style', 'title') and self.skip:
            self.skip -= 1
        if tag == self.inside:
            self.depth -= 1

    def handle_data(self, data):
        if self.depth > 0 and not self.skip:
            self.words.append(data)


def text_of(page, inside=None):
    p = Text(inside)
    p.feed(page)
    p.close()
    # what no page shows: white space, controls, direction marks; and what shows how letters stand: 10² for a raised 2,
    # brackets around how a word is read
    words = unicodedata.normalize('NFKC', ''.join(p.words)).replace('\u2212', '-')
    return re.sub(r'[()\s\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]', '', words)


def main(build, corpus_sh, limit):
    got = subprocess.run([corpus_sh, 'pack'], stdout=subprocess.PIPE, text=True)
    if got.returncode != 0:
        return 77
    root = os.path.join(got.stdout.strip(), 'articles')
    with open(os.path.join(root, 'articles.tsv'), encoding='utf-8') as f:
        rows = list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    rows = rows[:: max(1, len(rows) // limit)] if limit else rows
    files = [os.path.join(root, r['path']) if not os.path.isabs(r['path']) else r['path'] for r in rows]
    files = [f if os.path.exists(f) else os.path.join(os.path.dirname(root), r['path']) for f, r in zip(files, rows)]
    with Newsworld(build) as w:
        link = w.newsroom('Corpus', lang='en')
        nodes = w.chain(link, 3)
        began = time.monotonic()
        outcome = {}
        for i in range(0, len(files), PER_ISSUE):
            r = w.run('--control', nodes[0].control, 'publish', '--json', *files[i:i + PER_ISSUE], ok=False)
            for line in r.stdout.splitlines():
                x = json.loads(line)
                if x['what'] == 'document':
                    outcome[x['outcome']] = outcome.get(x['outcome'], 0) + 1
                    if x['outcome'] == 'refused':
                        print('refused:', x['file'], x.get('message'))
        print(f'published {outcome} in {time.monotonic() - began:.1f} s')
        head = nodes[0].feed()['head']
        for node in nodes[1:]:
            node.wait(lambda f: f['head'] >= head and f['packs_wanted'] == 0, 180, 'everything')
        print(f'three nodes have it after {time.monotonic() - began:.1f} s')
        w.run('follow', link)
        began = time.monotonic()
        print(w.run('sync', nodes[-1].invite()).stdout.strip(), f'in {time.monotonic() - began:.1f} s')
        began = time.monotonic()
        w.run('verify', w.path('reader'))
        w.run('unpack', w.path('pages'), '--quiet', timeout=600)
        print(f'verified and unpacked in {time.monotonic() - began:.1f} s')
        listed = [json.loads(x) for x in w.run('list', '--json').stdout.splitlines()]
        by_name = {x['name']: x for x in listed}
        wrong, langs = [], set()
        for f, row in zip(files, rows):
            with open(f, encoding='utf-8') as fp:
                page = fp.read()
            x = by_name.get(row.get('url')) or by_name.get(os.path.basename(f))
            if x is None:
                wrong.append((row['path'], 'is not listed'))
                continue
            with open(w.path('pages', 'a', x['id'] + '.html'), encoding='utf-8') as fp:
                out = text_of(fp.read(), 'article')
            went_in = text_of(page, 'article' if '<article' in page else 'body')
            langs.add(x['lang'])
            if went_in not in out and text_of(page, 'main') not in out:
                k = next((k for k in range(min(len(out), len(went_in))) if out[k] != went_in[k]), 0)
                wrong.append((row['path'], went_in[:40], out[:40]))
        print(f'{len(rows) - len(wrong)} of {len(rows)} articles came out as they went in, in {len(langs)} languages')
        for x in wrong[:20]:
            print('  wrong:', *x)
        return 1 if wrong or outcome.get('refused') else 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0))
    except Failed as e:
        sys.exit(f'failed: {e}')
