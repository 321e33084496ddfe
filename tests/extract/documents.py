"""What ingest_dump makes of documents, and the words of HTML by Python's own parser."""
import html.parser
import subprocess

FIELDS = 9  # path, why, lang, title, body, authors, date, name, address
NO_TEXT = set('script style template noscript svg iframe object title'.split())  # for nobody
NOT_OURS = NO_TEXT | set('video audio embed select textarea button'.split())  # nor of an article of ours
INLINE = set('a abbr b bdi bdo cite code dfn em font i kbd mark q s samp small span strong sub sup u var wbr'.split())


class Text(html.parser.HTMLParser):
    def __init__(self, source, dropped):
        super().__init__()
        self.text, self.skipped, self.dropped = [], 0, dropped
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.skipped += tag in self.dropped
        self.text.append('' if tag in INLINE else ' ')

    def handle_endtag(self, tag):
        self.skipped -= tag in self.dropped and self.skipped > 0
        self.text.append('' if tag in INLINE else ' ')

    def handle_data(self, data):
        if not self.skipped:
            self.text.append(data)


def text(source, dropped=NO_TEXT):
    return ''.join(Text(source, dropped).text)


def dump(program, paths):
    """A list of fields for each document; of a feed one for each entry, and one behind the last."""
    out = subprocess.run([program], input='\n'.join(paths).encode() + b'\n', stdout=subprocess.PIPE, check=True).stdout
    fields = [f.decode() for f in out.split(b'\0')]
    return [fields[i:i + FIELDS] for i in range(0, len(fields) - 1, FIELDS)]
