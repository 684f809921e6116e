"""Title and sections of a file: what its fields, its headings and its name say."""

import re
from collections.abc import Callable, Sequence

from msgspec import structs

from kb.characters import is_blank
from kb.entries.content import Section
from kb.entries.validation import HEADING_LENGTH, SECTION_BYTES, SECTIONS, TITLE_LENGTH
from kb.importers import body as markdown_body
from kb.importers import own_fields
from kb.importers.body import Part, has_words
from kb.importers.definitions import Definitions, Notes
from kb.importers.lines import plain_line
from kb.importers.naming import readable_name
from kb.importers.persons import without_persons
from kb.importers.plain import plain_markdown
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Value
from kb.plain import NOT_TEXT

_WORDS = re.compile(r"\w+")
_LONGEST_LINE = SECTION_BYTES // 4  # characters, of which none has more bytes

Sections = tuple[Section, ...]


class Page:
    """What the fields of a file say about its text; those are taken out of `fields`."""

    def __init__(self, fields: dict[str, Value], path: str, *, exact: bool) -> None:
        self._path = path
        self._exact = exact
        self._title = own_fields.line(fields, "title")
        self._subtitle = own_fields.line(fields, "subtitle")
        self.heading_is_title = False
        """Whether a heading of the text, once it is read, gave the title."""
        self.names: tuple[str, ...] = ()
        """What the page is called by its file, its title and its first heading, once it is read."""
        self._mark = own_fields.line(fields, "section_mark") if exact else None

    def read(
        self,
        body: str,
        prose: Sections,
        remarks: Remarks,
        put_back: Callable[[str], str] = lambda text: text,
    ) -> tuple[str, Sections]:
        """The title and the sections; `prose` are sections that other fields became.

        What was taken out of `body` is put back into the words that are made of it.
        """
        if not self._exact:
            self._title = plain_line(self._title or "", remarks) or None
            self._subtitle = plain_markdown(self._subtitle or "", remarks).strip("\n") or None
        title, sections = self._sections(body, remarks)
        title, self.names = put_back(title), tuple(map(put_back, self.names))
        sections = tuple(Section(put_back(s.heading), put_back(s.text)) for s in sections)
        if not self._exact:
            title = _in_line(title, remarks) or readable_name(self._path)
            sections = tuple(_headed(section, remarks) for section in sections)
        title, lead = _fitting(title, self._subtitle)
        sections = _not_said(sections, prose, remarks)
        if not self._exact and prose:
            given_to = Definitions(body).given_to
            prose = tuple(Section(one.heading, given_to(one.text)) for one in prose)
        return title, _within_limits(_filled(_merged(lead, prose, sections)))

    def _sections(self, body: str, remarks: Remarks) -> tuple[str, Sections]:
        name = readable_name(self._path)
        if self._mark:
            return self._title or name, _marked(body, self._mark)
        if self._exact:
            said = (
                part
                for part in markdown_body.cut(body, exact=True)
                if part.heading or part.text.strip()
            )
            return self._title or name, tuple(Section(p.heading, p.text) for p in said)
        notes = Notes(body)
        parts = markdown_body.cut(notes.body)
        first = [part.heading for part in parts[1:2] if part.level == 1]
        self.names = (name, *filter(None, (self._title, *first)))
        title, parts = _titled(self._title, parts)
        self.heading_is_title = not self._title and title is not None
        # Before others are put behind them, which would go with them.
        others = [rest for part in parts if (rest := _without_persons(part, remarks))]
        kept = (p for p in markdown_body.settled(others) if has_words(_with_written(p)))
        given_to = Definitions(body).given_to
        texts = [(part.heading, notes.given_to(_with_written(part))) for part in kept]
        texts += [("", left)] if (left := notes.left()) else []
        return title or name, tuple(Section(heading, given_to(text)) for heading, text in texts)


def _titled(given: str | None, parts: tuple[Part, ...]) -> tuple[str | None, tuple[Part, ...]]:
    """The title, and the parts without the heading that gave it or says the same.

    It is the first heading of level 1 where no other stands before it, whatever text does, or the
    line under a first heading "Title".
    """
    first = parts[1] if len(parts) > 1 else None
    if first is None:
        return given, parts
    if not given and first.heading.lower() == "title" and first.text.strip():
        line, _, rest = first.text.strip().partition("\n")
        return markdown_body.plain(line), (_joined(parts[0], rest), *parts[2:])
    if first.level != 1 or not first.heading or first.is_line:
        return given, parts
    if given and _letters(given) != _letters(first.heading):
        return given, parts
    return given or first.heading, (_joined(parts[0], _with_written(first)), *parts[2:])


def _joined(lead: Part, text: str) -> Part:
    before = lead.text if has_words(lead.text) else ""
    return Part(0, "", "\n\n".join(piece for piece in (before, text.strip("\n")) if piece))


def _with_written(part: Part) -> str:
    """The text of a part; a heading with a link in it stands there once more, as written."""
    return f"{part.written}\n\n{part.text}".strip("\n") if part.written else part.text


def _without_persons(part: Part, remarks: Remarks) -> Part | None:
    """`part` without what names persons; nothing where that is all of it."""
    if not has_words(written := _with_written(part)):
        return part
    kept, left = without_persons(part.heading, part.text)
    if not left:
        return part
    told = left if kept else written
    remarks.add(Why.PERSONS, f"section “{part.heading}”: {told}")
    return structs.replace(part, text=kept) if kept else None


def _marked(text: str, mark: str) -> Sections:
    """The sections of an export that sets them apart by a line of their own; see `kb.exporters`."""
    pieces = f"\n{text}".split(f"\n{mark}\n")[1:]
    sections = []
    for piece in pieces:
        heading, _, under = piece.partition("\n")
        sections.append(Section(heading.removeprefix("##").strip(), under.strip("\n")))
    return tuple(sections)


def _merged(lead: str | None, prose: Sections, body: Sections) -> Sections:
    """Subtitle, prose fields, body: a lead of the body follows the subtitle or gets a heading."""
    leads = [] if lead is None else [lead]
    if body and not body[0].heading:
        if prose:
            body = (Section("Details", body[0].text), *body[1:])
        else:
            leads, body = [*leads, body[0].text], body[1:]
    first = (Section("", "\n\n".join(leads)),) if leads else ()
    return (*first, *prose, *body)


def _filled(sections: Sections) -> Sections:
    """`sections`, each with a text: a heading alone stays as one within the section before it."""
    found: list[Section] = []
    for section in sections:
        if not is_blank(section.text):
            found.append(section)
        elif section.heading:
            before = found.pop() if found else Section("", "")
            text = f"{before.text}\n\n### {section.heading}".lstrip("\n")
            found.append(Section(before.heading, text))
    return tuple(found)


def _in_line(heading: str, remarks: Remarks) -> str:
    """`heading` as the line of text that it has to be."""
    if not (NOT_TEXT.search(heading) or "\n" in heading or "\t" in heading):
        return heading
    line = " ".join(NOT_TEXT.sub(" ", heading).split())
    remarks.add(Why.CHANGED, f"a heading became “{line}”")
    return line


def _headed(section: Section, remarks: Remarks) -> Section:
    """`section` with a heading that an entry may have; one that is too long stands in its text."""
    heading = _in_line(section.heading, remarks)
    if len(heading) <= HEADING_LENGTH:
        return Section(heading, section.text)
    remarks.add(Why.CHANGED, f"a heading of {len(heading)} characters stands in its text")
    return Section(f"{heading[: HEADING_LENGTH - 1]}…", f"{heading}\n\n{section.text}")


def _fitting(title: str, lead: str | None) -> tuple[str, str | None]:
    """A title that is too long is cut between words, and stands whole before the text."""
    if len(title) <= TITLE_LENGTH:
        return title, lead
    cut = title[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip() + "…"
    return cut, "\n\n".join([title, lead] if lead else [title])


def _not_said(body: Sections, prose: Sections, remarks: Remarks) -> Sections:
    """The sections of the body that do not repeat, whole and word by word, what a field says."""
    said = {_letters(section.heading): _letters(section.text) for section in prose}
    kept = []
    for section in body:
        heading, text = _letters(section.heading), _letters(section.text)
        if text and (text in said.values() or f" {text} " in f" {said.get(heading, '')} "):
            what = f"section “{section.heading}”" if section.heading else "text"
            told = f"{what}, which a field says as well: {section.text}"
            remarks.add(Why.TWICE, told)
        else:
            kept.append(section)
    return tuple(kept)


def _letters(text: str) -> str:
    return " ".join(_WORDS.findall(text.casefold()))


def _within_limits(sections: Sequence[Section]) -> Sections:
    """`sections`, none longer than one may be: the rest of a long one follows under its heading."""
    found: list[Section] = []
    for section in sections:
        number = 1
        for text in _pieces(section.text):
            heading = section.heading if number == 1 else f"{section.heading} ({number})".strip()
            found.append(Section(heading, text))
            number += 1
    if len(found) <= SECTIONS:
        return tuple(found)
    # A file has twelve pieces at most, so that there is room for what is left.
    kept, left = found[: SECTIONS - 20], found[SECTIONS - 20 :]
    rest = "\n\n".join(f"## {one.heading}\n\n{one.text}" for one in left)
    return (*kept, *(Section("More", text) for text in _pieces(rest)))


def _pieces(text: str) -> list[str]:
    """`text` in pieces that fit into a section each, cut between lines where that can be."""
    if len(text.encode()) <= SECTION_BYTES:
        return [text]
    pieces: list[list[str]] = [[]]
    size = 0
    for line in text.split("\n"):
        for start in range(0, len(line) or 1, _LONGEST_LINE):
            part = line[start : start + _LONGEST_LINE]
            size += len(part.encode()) + 1
            if size > SECTION_BYTES:
                pieces.append([])
                size = len(part.encode()) + 1
            pieces[-1].append(part)
    return [joined for piece in pieces if (joined := "\n".join(piece).strip("\n"))]
