"""The fields at the head of a file, in YAML, TOML or JSON, as plain data: no objects, no anchors.

A value stays as it is written. Only true and false are truth values, and a number is one only if it
is written as we would write it: YAML would make "no" a truth value, "1:30" the number 90, and 1.1
out of the version 1.10, which nobody who writes notes expects.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct, structs

from kb.errors import NotTaken
from kb.importers import head_toml_json
from kb.importers.head_marks import (
    JSON,
    TOML,
    YAML,
    Opened,
    below_marks,
    between,
    opened,
    says_who_sees,
)
from kb.importers.head_repair import repaired
from kb.importers.head_tags import comments_in_lines, held_back_by, with_quotes
from kb.importers.head_yaml import comments, comments_within, load
from kb.importers.remarks import Remarks, Why
from kb.importers.repeated import add
from kb.importers.seen import seen_below, seen_in_section
from kb.importers.seen_names import held_back
from kb.importers.seen_values import DRAFT, UNSEEN
from kb.importers.values import Plain, Value, meaning
from kb.messages import _

_FIELD = re.compile(r"[\w\"'][\w .\"'/-]{0,200}:(\s|$)")
_ANY_FIELD = re.compile(r"(?!- )([^\s#|>]\S*(?: \S+){0,3}?):(\s|$)")
_TOML_FIELD = re.compile(r"[\w.-]{1,200} *= *\S")
_WITHIN = re.compile(r"[ \t]+\S|- |#")
_JSON = re.compile(r"\{\s*([\"'][^\"'\n]{0,200}[\"']\s*:|\})")
_BEFORE = re.compile(
    rf"(?:[\s{UNSEEN}]*\n|[ \t{UNSEEN}]*(?:<!--.*?-->|%%.*?%%|\{{/\*.*?\*/\}})[ \t]*\n)*", re.DOTALL
)
_HEADING = re.compile(r"#[^\n]*\n(?:[ \t]*\n)*(?=(?:---|\+\+\+)[ \t]*\n)")
_INDENT = re.compile(rf"[ {UNSEEN}]{{0,3}}(?! )")
_LINE_PROPERTY = re.compile(r"(?:- )?([A-Za-z][\w/-]{0,100}):: ?([^\n]*)")
_KEY_LINE = re.compile(r"([^\s#>|:*`\[-][^\n:]{0,60}):(?![:/])[ \t]*([^\n]{1,200})")
_UNSEEN = re.compile(rf"[{UNSEEN}\u00a0]")


UNREAD = "Front matter"
"""The name under which lines stand that could not be read."""


class Head(Struct, frozen=True):
    """The fields of a file by name, and the text below them.

    `unread` says of what could not be read, and may say who sees the page, why not. Its words
    stand in the field `UNREAD` or in the body.
    """

    fields: dict[str, Value]
    body: str
    unread: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    """What holds the page back in comments, and to whom it shows the page."""

    def seen_below(self, *, is_section: bool = False) -> tuple[str, ...]:
        """The words for who sees the pages in the folder of this one and further down.

        That of a section hides them where it is hidden itself.
        """
        said = f"{self.fields}{self.body}".lower()
        if self.unread and ("cascade" in said or (is_section and "draft" in said)):
            return (DRAFT,)
        return seen_in_section(self.fields) if is_section else seen_below(self.fields)


def read_head(text: str, remarks: Remarks) -> Head:
    """The fields that `text` begins with, if it does: a rule or a brace alone is text.

    Blank lines and comments may stand before them, and a line of # where each line is a field.
    What is broken is kept as text, and `unread` where it might say that nobody is to see the file.
    """
    before = _before(text)
    head = _read_head(text[len(before) :], before.count("\n"), remarks)
    kept = _UNSEEN.sub("", before) if head.fields else before
    return structs.replace(head, body=kept + head.body) if before else head


def _before(text: str) -> str:
    found = _BEFORE.match(text)
    before = found[0] if found else ""
    heading = _HEADING.match(text, len(before))
    mark = opened(text[heading.end() :].partition("\n")[0]) if heading else None
    block = between(text[heading.end() :], mark) if heading and mark else None
    if not heading or block is None:
        return before
    lines = [line for line in block[0].split("\n") if line.strip()]
    fields = lines and all(_FIELD.match(line) or _TOML_FIELD.match(line) for line in lines)
    return before + heading[0] if fields or says_who_sees(block[0]) else before


def _read_head(text: str, before: int, remarks: Remarks) -> Head:
    """The same for a text that has `before` lines before it."""
    if mark := opened(text.partition("\n")[0]):
        return _marked_head(text, mark, before, remarks)
    text_within = text[len(indent[0]) :] if (indent := _INDENT.match(text)) else text
    if _JSON.match(text_within):
        try:
            return Head(*head_toml_json.load_json(text_within, remarks))
        except NotTaken as error:
            return Head({}, text, (str(error),))
    head = _line_head(text_within)
    head = head if head.fields else _head_without_marks(text_within, remarks)
    return head if head.fields else Head({}, text)


def _marked_head(text: str, mark: Opened, before: int, remarks: Remarks) -> Head:
    found = between(text, mark)
    if found is None:
        if mark.language == TOML and mark.is_plain():
            told = _("The front matter that begins in line 1 is not closed by a line of +++.")
            return Head({}, text, (told,))
        return _open_head(text, before, remarks) if mark.language == YAML else Head({}, text)
    inside, body = found
    if not inside.strip():
        # The second mark may open what the first one should have.
        inside_next = between(below := f"{mark.mark}\n{below_marks(body, mark)}", mark)
        again = _marked_head(below, mark, before + 1, remarks) if inside_next else Head({}, body)
        return again if again.fields else Head({}, body)
    head = _fields(inside, mark, before, remarks)
    if head is None:
        return Head({}, text)
    more = (_("More fields between two marks follow the first ones."),)
    unread = head.unread + more * _second_holds_back(body)
    return structs.replace(head, body=body, unread=unread)


def _second_holds_back(body: str) -> bool:
    """Whether more fields follow between marks, and hold the page back."""
    second = body.lstrip()
    mark = opened(second.partition("\n")[0])
    block = between(second, mark) if mark else None
    lines = block[0].strip().split("\n") if block else []
    return all(map(_FIELD.match, lines)) and _hold_back(lines)


def _hold_back(lines: list[str]) -> bool:
    found = filter(None, (_KEY_LINE.fullmatch(line.rstrip()) for line in lines))
    return any(held_back(each[1], [each[2]]) for each in found)


def _fields(inside: str, mark: Opened, before: int, remarks: Remarks) -> Head | None:
    """The fields between two marks; None for text, which no word makes look like fields."""
    sure = mark.language in (TOML, JSON) or says_who_sees(inside)
    sure = sure or (mark.is_plain() and _looks_like_fields(inside))
    if not sure and not _may_be_fields(inside, mark):
        return None
    inside = with_quotes(inside) if mark.language == YAML else inside
    try:
        head = Head(_loaded(inside, mark, before, twice := Remarks()), "")
    except NotTaken as error:
        if not sure:
            return None
        head = _repaired(inside, mark, before, remarks, error)
    else:
        remarks.take(twice)
    return structs.replace(head, held=tuple(_held_back_in_comments(inside, mark.language)))


def _held_back_in_comments(inside: str, language: str) -> Iterator[tuple[str, str]]:
    if "#" not in inside or language == JSON:
        return iter(())
    found = [*comments_in_lines(inside)]
    with suppress(Exception):  # what is no YAML is read by its lines
        found = [*comments_within(inside)] if language == YAML else found
    return held_back_by(found)


def _repaired(inside: str, mark: Opened, before: int, remarks: Remarks, error: NotTaken) -> Head:
    """What can be read of broken fields, and the other lines as a text."""
    if mark.language != YAML:
        return Head({UNREAD: Plain(inside.strip(), inside)}, "", (str(error),))
    found = repaired(inside, before, remarks)
    if left := "\n".join(found.left).strip():
        add(found.fields, UNREAD, Plain(left, left), remarks)
    unread = (str(error),) if found.left or found.unsure else ()
    return Head(found.fields, "", unread)


def _loaded(inside: str, mark: Opened, before: int, remarks: Remarks) -> dict[str, Value]:
    if mark.language == TOML:
        return head_toml_json.load_toml(inside)
    if mark.language == JSON:
        fields, rest = head_toml_json.load_json(inside.strip(), remarks)
        if rest.strip():
            raise NotTaken(_("The front matter is not JSON: more follows its object."))
        return fields
    if mark.language == YAML:
        fields = load("\n" * before + inside, remarks)
        for comment in comments(inside):
            remarks.add(Why.COMMENTS, comment)
        return fields
    raise NotTaken(_("The front matter is in no language that is read: write YAML, TOML or JSON."))


def _looks_like_fields(inside: str) -> bool:
    """Whether the first line that says something names a field, or begins a mapping otherwise."""
    first = _first_line(inside)
    if first.startswith(("{{", "{%", "![", "%%")):  # marks of other tools, a picture
        return False
    return bool(_FIELD.match(first)) or first.startswith(("{", "? ", "!", "&", "%"))


def _may_be_fields(inside: str, mark: Opened) -> bool:
    """The same where it takes reading them to know."""
    if mark.mark not in ("---", "+++", ";;;"):
        return False
    return mark.language == YAML and bool(_ANY_FIELD.match(_first_line(inside)))


def _first_line(inside: str) -> str:
    lines = (line.strip() for line in inside.split("\n"))
    return next((line for line in lines if line and not line.startswith("#")), "")


def _open_head(text: str, before: int, remarks: Remarks) -> Head:
    """Fields that no line ends: those are taken that stand together at the top.

    Blank lines end them, unless what follows says who sees the page.
    """
    lines = text.split("\n")
    end = at = 1
    while at < len(lines) and _goes_on(lines[at], after_blank=at > end):
        at += 1
        end = at if lines[at - 1].strip() else end
    if not any(map(_FIELD.match, lines[1:end])):
        return Head({}, text)
    head = _fields("\n".join(lines[1:end]) + "\n", Opened("---", YAML, False), before, remarks)
    if head is None:
        return Head({}, text)
    at = before + end
    remarks.add(Why.CHANGED, f"no line of --- ends the fields, which are read up to line {at}")
    return structs.replace(head, body="\n".join(lines[end:]))


def _goes_on(line: str, *, after_blank: bool) -> bool:
    if not line.strip():
        return True
    field, says = _FIELD.match(line), says_who_sees(line)
    if after_blank:
        return bool(field) and says
    return bool(field or says or _WITHIN.match(line))


def _head_without_marks(text: str, remarks: Remarks) -> Head:
    """Lines of `Name: value` at the very top, as MultiMarkdown has them, which hold the page back.

    All others are text, as notes may begin so.
    """
    lines = text.partition("\n\n")[0].split("\n")
    pairs: list[tuple[str, list[str]]] = []
    for line in lines:
        if found := _KEY_LINE.fullmatch(line.rstrip()):
            pairs.append((found[1].strip(), [found[2]]))
        elif pairs and line[:1].isspace():
            pairs[-1][1].append(line.strip())  # goes on with the value
        else:
            break
    if not any(held_back(name, [" ".join(said)]) for name, said in pairs):
        return Head({}, text)
    fields: dict[str, Value] = {}
    for name, said in pairs:
        add(fields, name, Plain(value := "\n".join(said), meaning(value)), remarks)
    end = sum(len(said) for _, said in pairs)
    return Head(fields, "\n".join(text.split("\n")[end:]))


def _line_head(text: str) -> Head:
    """Fields as Logseq writes them: lines of `name:: value` at the very top."""
    fields: dict[str, Value] = {}
    at = 0
    while found := _LINE_PROPERTY.match(text, at):
        name, value = found[1], found[2].strip()
        if name in fields or text[at : found.end()].startswith("- id::"):
            break
        fields[name] = Plain(value, value or None)
        at = min(found.end() + 1, len(text))
    return Head(fields, text[at:])
