"""proto/quire.cddl as a check: the part of CDDL (RFC 8610) that it uses, and no more.

Schema(text).fits('header', value) is None, or what is wrong with a decoded value, and where.
"""
import re
import cbor2

TOKEN = re.compile(r'\s+|;[^\n]*|(?P<token>\.\.|\.[a-z]+|=>|\d*\*\d*|[a-z][-a-z0-9]*|\d+|.)')
PRIMES = {'bytes': bytes, 'tstr': str, 'uint': int, 'int': int, 'true': bool}


class Parser:
    def __init__(self, text):
        self.tokens = [m['token'] for m in TOKEN.finditer(text) if m['token']]

    def next(self, *want):
        """The token that comes next, taken if it is one of |want|."""
        if self.tokens and (not want or self.tokens[0] in want):
            return self.tokens.pop(0)
        return None

    def must(self, want):
        if self.next(want) is None:
            raise SyntaxError(f'{want} is missing before {self.tokens[:5]}')

    def rules(self):
        out = {}
        while self.tokens:
            name, over = self.next(), None
            if self.next('<'):
                over = self.next()
                self.must('>')
            self.must('=')
            out[name] = over, self.kind()
        return out

    def kind(self):
        either = [self.one()]
        while self.next('/'):
            either.append(self.one())
        return either[0] if len(either) == 1 else ('either', either)

    def one(self):
        t = self.next()
        if t == '[':
            kind = 'array', self.group(']')
        elif t == '{':
            kind = 'map', self.group('}')
        elif t == '(':
            kind = self.kind()
            self.must(')')
        elif t.isdigit():
            last = self.next() if self.next('..') else t
            kind = 'range', int(t), int(last)
        elif self.next('<'):
            kind = 'name', t, self.kind()
            self.must('>')
        else:
            kind = 'name', t, None
        while (control := self.next('.size', '.ge', '.cbor')) is not None:
            kind = control, kind, self.one()
        return kind

    def group(self, end):
        """[(least, most, key, kind)]; a key is a number, a word or none."""
        out = []
        while not self.next(end):
            least, most, key = 1, 1, None
            if self.next('?'):
                least = 0
            elif '*' in self.tokens[0]:
                low, high = self.next().split('*')
                least, most = int(low or 0), int(high) if high else None
            if self.tokens[1] in ('=>', ':'):
                key = self.next()
                key = int(key) if self.next() == '=>' else None
            out.append((least, most, key, self.kind()))
            self.next(',')
        return out


class Schema:
    def __init__(self, text):
        self.rules = Parser(text).rules()

    def fits(self, name, value):
        return self.wrong(('name', name, None), value, {}, name)

    def wrong(self, kind, v, over, at):
        return getattr(self, 'wrong_' + kind[0].lstrip('.'))(kind, v, over, at)

    def wrong_name(self, kind, v, over, at):
        _, name, inner = kind
        if name in over:
            return self.wrong(*over[name][:1], v, over[name][1], at)
        if name in PRIMES:
            good = type(v) is PRIMES[name] and (name != 'uint' or v >= 0) and (name != 'true' or v)
            return None if good else f'{at} is no {name}: {v!r:.60}'
        takes, rule = self.rules[name]
        return self.wrong(rule, v, {takes: (inner, over)} if takes else {}, f'{at}({name})')

    def wrong_either(self, kind, v, over, at):
        all_wrong = [self.wrong(k, v, over, at) for k in kind[1]]
        return None if None in all_wrong else ' | '.join(all_wrong)

    def wrong_range(self, kind, v, over, at):
        return None if type(v) is int and kind[1] <= v <= kind[2] else f'{at} is not {kind[1:]}: {v!r:.60}'

    def wrong_size(self, kind, v, over, at):
        n = len(v.encode() if type(v) is str else v) if type(v) in (str, bytes) else -1
        return self.wrong(kind[1], v, over, at) or self.wrong(kind[2], n, over, at + '.size')

    def wrong_ge(self, kind, v, over, at):
        return self.wrong(kind[1], v, over, at) or (None if v >= kind[2][1] else f'{at} is too small: {v}')

    def wrong_cbor(self, kind, v, over, at):
        return self.wrong(kind[1], v, over, at) or self.wrong(kind[2], cbor2.loads(v), over, at)

    def wrong_array(self, kind, v, over, at):
        if type(v) is not list:
            return f'{at} is no array: {v!r:.60}'
        i = 0
        for least, most, _, item in kind[1]:
            n = 0
            while i < len(v) and n != most:
                bad = self.wrong(item, v[i], over, f'{at}[{i}]')
                if bad and n < least:
                    return bad
                if bad:
                    break
                i, n = i + 1, n + 1
            if n < least:
                return f'{at} has {len(v)} items, too few'
        return None if i == len(v) else f'{at}[{i}] is too much, or wrong: {v[i]!r:.60}'

    def wrong_map(self, kind, v, over, at):
        fields = {key: (least, item) for least, _, key, item in kind[1]}
        if type(v) is not dict or not v.keys() <= fields.keys():
            return f'{at} has fields that are not known: {v!r:.60}'
        for key, (least, item) in fields.items():
            if key not in v and least > 0:
                return f'{at} has no {key}'
            bad = self.wrong(item, v[key], over, f'{at}.{key}') if key in v else None
            if bad:
                return bad
        return None
