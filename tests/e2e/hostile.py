"""What others have collected to break those who show strangers' HTML, as documents to take in: (file name, bytes)."""
import glob, html, json, os, re

CALL = {'html': '&#97;lert(1)', 'base64': 'YWxlcnQoMSk', 'utf7': '+ADw-script+AD4-alert(1)+ADw-/script+AD4-', 'path': 'http://path.test/x'}

# By the labels of the web, words that each can hold.
ENCODINGS = {
    'utf-8': 'Żółć ελιά гора 山', 'utf-16le': 'Żółć ελιά гора 山', 'utf-16be': 'Żółć ελιά гора 山', 'windows-1250': 'Zażółć gęślą',
    'windows-1251': 'Съешь же ещё', 'windows-1252': 'déjà – “vu” €', 'iso-8859-1': 'déjà vu', 'latin1': 'déjà vu', 'windows-1253': 'Ξεσκεπάζω',
    'windows-1254': 'İğneci şişe', 'windows-1255': 'דג סקרן', 'windows-1256': 'نص حكيم پ', 'windows-1257': 'Įžąsų lesą', 'windows-1258': 'đô la',
    'iso-8859-2': 'Zażółć gęślą', 'iso-8859-5': 'Съешь же ещё', 'iso-8859-6': 'نص حكيم', 'iso-8859-7': 'Ξεσκεπάζω', 'iso-8859-8': 'דג סקרן',
    'iso-8859-9': 'İğneci şişe', 'iso-8859-15': 'déjà vu €', 'koi8-r': 'Съешь же ещё', 'koi8-u': 'Їжакові ґави', 'gb2312': '新闻自由', 'gbk': '新聞自由',
    'gb18030': '新闻自由㐀', 'big5': '新聞自由', 'shift_jis': '報道の自由', 'euc-jp': '報道の自由', 'euc-kr': '언론의 자유', 'tis-620': 'เสรีภาพ'}
PYTHON = {'iso-8859-1': 'cp1252', 'latin1': 'cp1252', 'iso-8859-9': 'cp1254', 'gb2312': 'gb18030', 'gbk': 'gb18030', 'shift_jis': 'cp932', 'euc-kr': 'cp949',
          'big5': 'big5hkscs'}
ACTIVE = '<script>alert(1)</script><img src=http://img.test/a onerror=alert(1)><svg onload=alert(1)><a href="javascript:alert(1)">link</a>'


def filled(data):
    """H5SC leaves open what is to be called."""
    def call(m):
        what = next((v for k, v in CALL.items() if k in m[0]), None)
        return what or ('javascript:alert(1)' if '_uri_' in m[0] else 'alert(1)')
    return re.sub(r'%(?:js|html|\w+_path)_?\w*%', call, data)


def h5sc(top):
    with open(os.path.join(top, 'sanitise', 'h5sc-vectors.json'), encoding='utf-8') as f:
        for x in json.load(f):
            yield f'h5sc-{x["id"]}', filled(x['data'])


def owasp(top):
    """The strings in its tests that have a "<"; Java's escapes are JSON's."""
    seen = set()
    for path in sorted(glob.glob(os.path.join(top, 'sanitise', 'owasp*', '**', '*.java'), recursive=True)):
        with open(path, encoding='utf-8') as f:
            for literal in re.findall(r'"(?:[^"\\\n]|\\.)*<(?:[^"\\\n]|\\.)*"', f.read()):
                try:
                    text = json.loads(literal.replace("\\'", "'"), strict=False)
                except ValueError:
                    text = literal[1:-1]
                if text not in seen:
                    seen.add(text)
                    yield f'owasp-{len(seen)}', text
    for path in sorted(glob.glob(os.path.join(top, 'sanitise', 'owasp*', '**', '*.html'), recursive=True)):
        with open(path, encoding='utf-8', errors='replace') as f:
            yield 'owasp-' + os.path.basename(path)[:-5], f.read()


def html5lib(top):
    """Tokenizer tests, those of one character or entity fifty together, as each is in words and in an attribute."""
    for path in sorted(glob.glob(os.path.join(top, 'sanitise', 'html5lib-tests', 'tokenizer', '*.test'))):
        with open(path, encoding='utf-8') as f:
            tests = [t for group in json.load(f).values() for t in group]
        inputs = [json.loads('"' + t['input'] + '"', strict=False) if t.get('doubleEscaped') else t['input'] for t in tests]
        name = 'html5lib-' + os.path.basename(path)[:-5].lower()
        if re.search('entities|unicodechars$', name):
            inputs = [''.join(f'<p><a href="http://a.test/{x}">{x}</a></p>' for x in inputs[i:i + 50]) for i in range(0, len(inputs), 50)]
        for i, x in enumerate(inputs):
            if not name.endswith('test3') or i % 3 == 0:  # every letter behind every half of a tag
                yield f'{name}-{i}', x
    for path in sorted(glob.glob(os.path.join(top, 'sanitise', 'html5lib-tests', 'serializer', '*.test'))):
        with open(path, encoding='utf-8') as f:
            for i, t in enumerate(json.load(f)['tests']):
                yield f'html5lib-serialize-{os.path.basename(path)[:-5]}-{i}', t['expected'][0]


def naughty(top):
    with open(os.path.join(top, 'hostile', 'blns', 'blns.json'), encoding='utf-8') as f:
        for i, x in enumerate(json.load(f)):
            yield f'naughty-{i}', x


def encoded(top):
    """(name, bytes): html5lib's own, and every encoding that is read, with something active."""
    for path in sorted(glob.glob(os.path.join(top, 'sanitise', 'html5lib-tests', 'encoding', '**', '*.dat'), recursive=True)):
        with open(path, 'rb') as f:
            for i, test in enumerate(f.read().split(b'#data\n')[1:]):
                yield f'html5lib-{os.path.basename(path)[:-4]}-{i}', test.split(b'\n#encoding')[0]
    for label, words in ENCODINGS.items():
        text = f'<html><meta charset="{label}"><title>{words}</title><article><h1>{words}</h1><p>{words}</p>{ACTIVE}<p>{words}</p></article>'
        mark = {'utf-16le': '\ufeff', 'utf-16be': '\ufeff'}.get(label, '')
        yield f'encoding-{label}', (mark + text).encode(PYTHON.get(label, label))


def mark(name, title, words):
    return name + '-mark.md', f'---\ntitle: {title}\n---\nWords.\n\n{words}\n'.encode('utf-8', 'replace')


def documents(top):
    """Each as an article; those that are attacks, not only odd, also as a whole file, in Markdown and in a title."""
    h5, odd = list(h5sc(top)), list(naughty(top))
    for name, x in [*h5, *owasp(top), *html5lib(top), *odd]:
        yield name + '.html', ('<article><h1>' + name + '</h1><p>Words before it.</p>' + x).encode('utf-8', 'replace')
    for name, x in [*h5, *odd]:
        yield name + '-title.html', f'<title>{html.escape(x)}</title><p lang="{html.escape(x)}">Words of {name}.'.encode('utf-8', 'replace')
    for name, x in h5:
        yield name + '-bare.html', x.encode('utf-8', 'replace')
        yield mark(name, ' '.join(x.split()), f'{x}\n\n[a]({x}) ![b]({x})')
    for i in range(0, len(odd), 10):
        yield mark(odd[i][0], 'Odd', '\n\n'.join(f'{x}\n\n[a]({x}) ![b]({x})' for _, x in odd[i:i + 10]))
    for name, x in encoded(top):
        yield name + '.html', x
