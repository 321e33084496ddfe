#!/usr/bin/python3
"""What dictionaries trained by language would be worth, beside the issues before as a base: the corpus in issues of 20.

What comes in the second half of it is compressed alone; each language for itself with a dictionary trained on that language's articles of
the first half, where that is smaller (and the dictionaries have to be fetched, too); and behind the issues before.
usage: trained.py"""
import collections, os, re, subprocess
import zstandard
from bench import corpus_files

SIZE = 20
HERE = os.path.dirname(os.path.abspath(__file__))


def squeeze(data, words=None):
    params = zstandard.ZstdCompressionParameters.from_level(19, window_log=24, source_size=len(data))
    return len(zstandard.ZstdCompressor(dict_data=words, compression_params=params).compress(data))


def language(article):
    m = re.search(rb'lang="([a-z]+)', article[:3000])
    return m.group(1) if m else b''


def by_language(articles):
    found = collections.defaultdict(list)
    for a in articles:
        found[language(a)].append(a)
    return found


def train(articles, kib):
    return {lang: zstandard.train_dictionary(kib * 1024, some)
            for lang, some in by_language(articles).items() if len(some) >= 2 * SIZE}


def trained(issue, words):
    total = 0
    for lang, some in by_language(issue).items():
        text = b''.join(some)
        total += min([squeeze(text)] + ([squeeze(text, words[lang])] if lang in words else []))
    return total


def based(issues, k, n):
    before = b''.join(b''.join(i) for i in issues[k - n:k])
    return squeeze(b''.join(issues[k]), zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT))


def main():
    pack = subprocess.run([os.path.join(HERE, '../lib/corpus.sh'), 'pack'], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    articles = [open(path, 'rb').read() for _, path in corpus_files(pack)]
    issues = [articles[i:i + SIZE] for i in range(0, len(articles), SIZE)]
    half = len(issues) // 2
    print(f'{sum(squeeze(b"".join(i)) for i in issues[half:]):>10,} alone', flush=True)
    for kib in 64, 112, 256:
        words = train(articles[:half * SIZE], kib)
        fetched = sum(squeeze(w.as_bytes()) for w in words.values())
        print(f'{sum(trained(i, words) for i in issues[half:]) + fetched:>10,} with {len(words)} dictionaries of {kib} KiB, {fetched:,} of it their own', flush=True)
    for n in 1, 4, 8:
        print(f'{sum(based(issues, k, n) for k in range(half, len(issues))):>10,} behind the last {n}', flush=True)


if __name__ == '__main__':
    main()
