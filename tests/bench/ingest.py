#!/usr/bin/python3
"""Pages and entries of feeds a second and CPU a piece: quire's ingest beside readability and feedparser, in one run.

Both do all of them in one process each, in turns: once, and twice in a row. What the second time costs counts, so neither is
charged for starting, loading and what it does only once; the best of ROUNDS counts. Of the pages, whose text people have marked,
it also says how much of it each found (F1 of the words, in their order).

usage: ingest.py [--json] [ROUNDS] BUILD        needs python3-feedparser and python3-readability
"""
import json, os, resource, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, '..', '..')
sys.path.insert(0, os.path.join(HERE, '..', 'extract'))


def peer_pages(paths):
    from readability import Document
    for path in paths:
        with open(path, 'rb') as f:
            d = Document(f.read())
        try:
            yield d.summary(html_partial=True), d.title()
        except Exception:  # it has its own, of several kinds
            yield '', ''


def peer_feeds(paths):
    import feedparser
    from readability import Document
    for path in paths:
        for e in feedparser.parse(path).entries:
            body = e.content[0].value if 'content' in e else e.get('summary', '')
            try:
                yield Document(body).summary(html_partial=True) if body else '', e.get('title', '')
            except Exception:
                yield '', ''


def run(command, paths):
    """What it printed, in fields; its CPU and wall seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(command, input='\n'.join(paths).encode() + b'\n', stdout=subprocess.PIPE, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return [f.decode() for f in out.split(b'\0')[:-1]], cpu, time.monotonic() - began


def quire_bodies(fields):
    records = [fields[i:i + 9] for i in range(0, len(fields), 9)]
    return [r[4] for r in records if not r[1]], records


def measure(kind, program, paths, rounds):
    peer = [sys.executable, os.path.abspath(__file__), '--peer', kind]
    runs = {(who, times): [] for who in ('mine', 'theirs') for times in (1, 2)}
    for _ in range(rounds):
        for (who, times), done in runs.items():
            done.append(run([program] if who == 'mine' else peer, paths * times))
    bodies, records = quire_bodies(runs['mine', 1][0][0])
    ours = [r[4] for r in records] if kind == 'pages' else bodies
    other = runs['theirs', 1][0][0][::2]
    # CPU and wall seconds of the second time.
    best = [[min(r[i] for r in runs[who, 2]) - min(r[i] for r in runs[who, 1]) for i in (1, 2)] for who in ('mine', 'theirs')]
    return ours, other, best


def f1_of(folders, bodies):
    from score import f1, words
    total = 0
    for folder, body in zip(folders, bodies):
        with open(os.path.join(folder, 'expected.html'), encoding='utf-8') as f:
            total += f1(words(body), words(f.read()))
    return total / len(folders)


def row(what, n, best):
    (cpu, wall), (peer_cpu, peer_wall) = best
    return {'what': what, 'n': n, 'quire_per_second': n / wall, 'peer_per_second': n / peer_wall, 'quire_cpu_ms': 1000 * cpu / n,
            'peer_cpu_ms': 1000 * peer_cpu / n, 'ratio': cpu / peer_cpu}


def main(args):
    if args[:1] == ['--peer']:
        paths = sys.stdin.read().split('\n')[:-1]
        for body, title in (peer_pages if args[1] == 'pages' else peer_feeds)(paths):
            sys.stdout.buffer.write(body.encode() + b'\0' + title.encode() + b'\0')
        return 0
    as_json = '--json' in args
    args = [a for a in args if a != '--json']
    if len(args) not in (1, 2):
        print(__doc__.strip().split('\n')[-1], file=sys.stderr)
        return 2
    rounds, build = (['3'] + args)[-2:]
    corpus = [subprocess.run([os.path.join(TOP, 'tests', 'lib', 'corpus.sh'), part], stdout=subprocess.PIPE, text=True)
              for part in ('pack', 'pack-testonly')]
    if any(c.returncode != 0 for c in corpus):
        return 77
    program = os.path.join(build, 'tests', 'unit', 'daemon', 'ingest_dump')
    marked = os.path.join(corpus[1].stdout.strip(), 'readability', 'mozilla')
    folders = [os.path.join(marked, n) for n in sorted(os.listdir(marked)) if os.path.isdir(os.path.join(marked, n))]
    feeds = os.path.join(corpus[0].stdout.strip(), 'feeds', 'fullcontent-generated')
    feeds = [os.path.join(feeds, n) for n in sorted(os.listdir(feeds)) if n.endswith('.xml')]
    ours, other, best = measure('pages', program, [os.path.join(f, 'source.html') for f in folders], int(rounds))
    rows = [dict(row('page', len(folders), best), quire_f1=f1_of(folders, ours), peer_f1=f1_of(folders, other))]
    ours, other, best = measure('feeds', program, feeds, int(rounds))
    if len(ours) != len(other):
        print(f'of the feeds quire takes {len(ours)} entries, the other {len(other)}', file=sys.stderr)
    rows.append(row('entry', len(ours), best))
    for r in rows:
        if as_json:
            print(json.dumps(r))
            continue
        print(f'{r["what"]:6} {r["n"]:5}  quire {r["quire_per_second"]:7.0f}/s {r["quire_cpu_ms"]:7.2f} ms   '
              f'readability {r["peer_per_second"]:7.0f}/s {r["peer_cpu_ms"]:7.2f} ms   CPU x {r["ratio"]:.3f}' +
              (f'   F1 {r["quire_f1"]:.3f} beside {r["peer_f1"]:.3f}' if 'quire_f1' in r else ''))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
