"""Where links to a part of an imported page lead: which heading of its entry they mean."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from kb.entries.content import Content, Section
from kb.entries.headings import Slugs, letters, part_slug
from kb.entries.relation import WIKI
from kb.importers.blocks import is_block
from kb.importers.body import headings, plain
from kb.importers.code import in_prose, lines_of, outside_code
from kb.importers.plain import plain_markdown
from kb.importers.remarks import Remarks, Why
from kb.importers.shortcodes import named_ids

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+([^\n]{1,1000})")
_WORDS = re.compile(r" {0,3}(?![-*+>|][ \t]|\d{1,9}[.)][ \t]|[-=|])([^\n]{1,1000})")
_LINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_ID = re.compile(
    r"\{(?:[^{}\n]{0,200}?[ \t:])?#([\w:.-]{1,200})(?=[^{}\n]{0,200}\})"
    r"|\{:?[ \t]*id=[\"']?([^\s\"'{}]{1,200})(?=[^{}\n]{0,200}\})"
    r"|<[a-zA-Z]\w{0,20}\s[^<>\n]{0,300}?\b(?:id|name)=[\"']?([^\s\"'<>]{1,200})"
    r"|\{\{[<%][ \t]{0,9}[\w/-]{1,60}\s(?:[^{}\n]{0,300}?\s)?id=[\"']?([^\s\"'<>{}%]{1,200})"
    r"|(?:^|[ \t])\^([A-Za-z0-9-]{4,60})[ \t]*$"
    r"|^\(([\w.:/ -]{1,200})\)=[ \t]*$"
    r"|^[ \t]*:(?:name|label):[ \t]{1,9}([\w.:/-]{1,200})[ \t]*$"
    r"|^[ \t]*(?:- )?id::[ \t]{0,9}([\da-f-]{36})[ \t]*$",
    re.MULTILINE,
)
_CELL_ID = re.compile(
    r"[ \t]*(?:(?:#|//|--|%%)\|[ \t]*label:|:(?:name|label):)[ \t]*[\"']?([\w.:/-]{1,200})"
    r"|[ \t]*(?:`{3,}|~{3,})[ \t]*\{[A-Za-z][\w-]{0,60}[ \t]+([\w.-]{1,200})[ \t]*[,}]"
)
_SHORTCODE = re.compile(r"\{\{[<%][ \t]{0,9}([\w/-]{1,60})\s")
_NO_WORDS = re.compile(
    r"\{\{[^{}\n]{0,400}\}\}|\{[^{}\n]{0,200}\}|<[^<>\n]{0,400}>"
    r"|[ \t]#+[ \t]*$|[ \t]\^[A-Za-z0-9-]{4,60}[ \t]*$"
    r"|^\([\w.:/ -]{1,200}\)=[ \t]*$"
)
_LINK = re.compile(
    r"(\]\(\s{0,9}<?|^(?: {0,3}\[[^\]\n^])?[^\[\]\n]{0,300}\]:[ \t]{0,9}<?)"
    r"([^\s()<>#]{0,1000})#([^\s()<>]{1,300})"
    r"|(\[\[)([^\[\]\n|#]{0,300})#([^\[\]\n|]{1,300})"
)


Change = Callable[[str, str], tuple[str, str] | None]


class Parts(Struct, frozen=True):
    """The headings of an entry by what links call them.

    `answered` are the slugs to which its page answers; `meant` has one of these for the letters of
    what other tools call a heading, and of the ids that the file gives one; nothing for an id
    that stands below no heading of the entry, which means the page.
    """

    answered: frozenset[str]
    meant: dict[str, str]

    def slug(self, part: str) -> str | None:
        """The slug of the heading that `part` of a link means, if it is not called so."""
        if part_slug(part) in self.answered:
            return None
        said = letters(part)
        of_number = said[2:] if said.startswith("id") else ""  # GitBook: "id-1.-get-the-key"
        return self.meant.get(said, self.meant.get(of_number) if of_number[:1].isdigit() else None)

    def knows(self, part: str) -> bool:
        """Whether `part` of a link means a heading of the entry, or an id that the file gives."""
        return self.slug(part) is not None or part_slug(part) in self.answered

    def called(self, part: str) -> str:
        """What the page calls `part` of a link: a slug, nothing for the page, `part` if unknown."""
        known = self.slug(part)
        return part if known is None else known


def parts_of(body: str, sections: Sequence[Section]) -> Parts:
    """The parts of the page that `body`, as it stands in the file, became."""
    slugs, answered, meant, under = Slugs(), set[str](), dict[str, str](), dict[str, str]()
    again = Counter[str]()
    for section in sections:
        for heading in (section.heading, *headings(section.text)):
            if names := slugs.of(heading):
                answered |= {*names}
                meant.setdefault(letters(heading), names[0])
                meant.setdefault(letters(names[0]), names[0])
                # A heading without text of its own stands before those below it.
                *heads, last = map(letters, heading.split(": "))
                number, again[last] = again[last] or "", again[last] + 1
                for above in (*heads, f"{last}{number}"):
                    under.setdefault(above, names[0])
    meant = {**under, **meant}
    meant = {**{name: meant[seen] for name, seen in _beside_marks(body) if seen in meant}, **meant}
    ids = dict[str, str]()
    for each, words in _ids(body):
        if found := meant.get(words) or ids.get(letters(each)):
            ids[letters(each)] = found
        elif letters(each) not in meant:
            ids[letters(each)] = ""
    return Parts(frozenset(answered), {**meant, **ids})


def _beside_marks(body: str) -> Iterator[tuple[str, str]]:
    """Of headings with marks the letters of the words beside these, and of what readers see."""
    found = [
        line
        for line, is_code in lines_of(body)
        if not is_code and _HEADING.match(line) and _NO_WORDS.search(line)
    ]
    seen = headings(plain_markdown("\n\n".join(found), Remarks())) if found else []
    if len(seen) == len(found):
        for line, heading in zip(found, seen, strict=True):
            yield _name(line.strip(" #")), letters(heading)


def _name(heading: str) -> str:
    return letters(plain(outside_code(heading, lambda text: _NO_WORDS.sub("", text))))


def _ids(body: str) -> Iterator[tuple[str, str]]:
    """The ids that a text gives, each with the letters of its heading: in its line, or next to it.

    An id in a line of its own right before a heading is that of the heading, but `{: #id}`, as
    kramdown has it, belongs to what stands right above it.
    """
    if not (_ID.search(body) or "label:" in body or ":name:" in body or "{r " in body):
        return
    counts: dict[str, int] = {}
    words, waiting, above = "", list[str](), ""
    following = [*body.split("\n")[1:], ""]
    for (line, is_code), below in zip(lines_of(body), following, strict=True):
        before, above = above, line.strip()
        if not above:
            continue
        found = None if is_code else _HEADING.match(line) or _underlined(line, below)
        if is_code:
            yield from ((each, words) for each in _ids_of_cell(line))
        named = {} if is_code else dict(named_ids(line))
        ids = [] if is_code else [each for each in _ids_in(line) if each not in named]
        yield from ((each, one) for each, name in named.items() for one in (words, letters(name)))
        if found:
            name = _name(found[1])
            number = counts.get(name, 0)
            counts[name] = number + 1
            words = f"{name}{number}" if number else name
            yield from ((each, words) for each in (*waiting, *ids))
            waiting = []
        else:
            alone = not _NO_WORDS.sub("", line).strip(" []()")
            alone = alone and not (before and above.startswith("{:"))
            waiting += ids
            if not (ids and alone):
                yield from ((each, words) for each in waiting)
                waiting = []
    yield from ((each, words) for each in waiting)


def _ids_in(line: str) -> Iterator[str]:
    """The ids in a line; of a shortcode its site may have put the name before it: "def-mast"."""
    for found in _ID.finditer(line):
        yield found[found.lastindex or 0]
        if shortcode := _SHORTCODE.match(found[0]):
            yield f"{shortcode[1]}-{found[found.lastindex or 0]}"


def _ids_of_cell(line: str) -> Iterator[str]:
    """What a line of a block of code calls the block: R Markdown has a kind before its name."""
    if found := _CELL_ID.match(line):
        yield from (f"{kind}{found[1] or found[2]}" for kind in ("", "fig:", "tab:"))
    elif line.lstrip().startswith(("`", "~")):
        yield from filter(None, (one[1] for one in _ID.finditer(line)))


def _underlined(line: str, below: str) -> re.Match[str] | None:
    """The words of a heading that the line below it made one."""
    return _WORDS.match(line) if _LINE.match(below) else None


def content_with_parts(content: Content, change: Change, remarks: Remarks) -> Content:
    """`content` with each link to a part as `change`, given its target and part, knows it better.

    The target is that of a link as `links_in` finds it, nothing for one within the page. The
    remarks tell what a link called a part that is called otherwise.
    """

    def led(found: re.Match[str]) -> str:
        before, target, part = found.groups()[:3] if found[1] else found.groups()[3:]
        better = change(f"{WIKI}{target}" if found[4] and target else target, part)
        if not better or better == (target, part):
            return found[0]
        if letters(part) != letters(better[1]) and not is_block(part):
            to = f"#{better[1]}" if better[1] else "the beginning of the page"
            remarks.add(Why.CHANGED, f"a link to #{part} leads to {to}")
        said = ""
        if found[4] and found.string.startswith("]]", found.end()):
            # What is written is also what is read; in a table the sign has a stroke before it.
            stroke = "\\" if found.string.lstrip().startswith("|") else ""
            said = f"{stroke}|{target}#{part}"
        sign = "#" if better[1] or not better[0] else ""
        return f"{before}{better[0]}{sign}{better[1]}{said}"

    return content.with_texts(lambda text: in_prose(text, lambda piece: _LINK.sub(led, piece), "#"))
