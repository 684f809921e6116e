"""Turns the roles of MyST, such as {ref}`text <label>`, into links and what readers see of them."""

import re
from collections.abc import Callable, Mapping

from kb.importers.code import lines_of, spans
from kb.importers.crossrefs import PageOf
from kb.importers.naming import readable_name
from kb.importers.remarks import Remarks, Why

_ROLE = re.compile(r"\{([A-Za-z][\w:.-]{0,40})\}\Z")
_LONGEST = 50  # characters before a code span that are looked at
_WITH_TARGET = re.compile(r"([^<>]{1,500}?)\s{0,9}<([^<>]{1,500})>\s{0,9}")
_EMPTY = re.compile(r"(?<!!)\[\]\((#?)([^()<>\n]{1,200})\)")
_TO_LABEL = re.compile(r"\]\((#?)([^()<>\s#]{1,200})\)")
_TOLD = re.compile(r"%s|<[^<>]{1,500}>")
"""What readers do not see of a role: where the number goes, what it means."""
_TO_LABELS = {"ref", "numref", "any", "prf:ref", "proof:ref"}
_TO_FILES = {"download", "button"}
_TO_ANY = {"doc", *_TO_LABELS, *_TO_FILES}
_WORDS = {"term", "abbr", "guilabel", "menuselection", "index", "u", "del", "sc", "smallcaps"}
_ELEMENTS = {"kbd": "kbd", "sub": "sub", "subscript": "sub", "sup": "sup", "superscript": "sup"}


def with_roles(
    body: str, labels: Mapping[str, str], page_of: PageOf, made: set[str], remarks: Remarks
) -> str:
    """`body` with roles as links and words; of other roles what they hold stays, as code.

    A link without words has those of the heading that it leads to by `labels`, or label or page,
    which is added to `made` if another page has it.
    """
    if "}`" not in body and "](" not in body:
        return body

    def led(link: re.Match[str]) -> str:
        sign, label = link.groups()
        page = "" if label in labels else page_of(label)
        return f"]({page}#{label})" if sign or page or label in labels else link[0]

    def with_words(link: re.Match[str]) -> str:
        sign, label = link.groups()
        if "://" in label:
            return link[0]
        made.update({label} - labels.keys())
        sign = "#" if label in labels or page_of(label) else sign
        return f"[{labels.get(label) or label}]({sign}{label})"

    def worded(text: str) -> str:
        return _TO_LABEL.sub(led, _EMPTY.sub(with_words, text))

    lines: list[str] = []
    prose: list[str] = []
    for line, is_code in lines_of(body):
        if is_code:
            lines += [_said("\n".join(prose), worded, remarks)] if prose else []
            prose = []
            lines.append(line)
        else:
            prose.append(line)
    return "\n".join([*lines, *([_said("\n".join(prose), worded, remarks)] if prose else [])])


def _said(text: str, worded: Callable[[str], str], remarks: Remarks) -> str:
    made, at = [], 0
    for begin, end in spans(text):
        before = text[at:begin]
        if role := _ROLE.search(before[-_LONGEST:]):
            remarks.add(Why.MARKS, role[0])
            told = _TOLD.search(text, begin, end)
            if told and (told[0] == "%s" or role[1] not in _TO_ANY):
                remarks.add(Why.MARKS, told[0])
            before = before[: -len(role[0])]
            seen = worded(_seen(role[1], text[begin:end]))
        else:
            seen = text[begin:end]
        made += [worded(before), seen]
        at = end
    return "".join([*made, worded(text[at:])])


def _seen(role: str, span: str) -> str:
    said = span.strip("`").strip()
    found = _WITH_TARGET.fullmatch(said)
    words, target = (found[1], found[2]) if found else (said, said)
    if role in _TO_LABELS:
        said = " ".join(words.replace("%s", "").split()) if found else ""
        return f"[{said}](#{target})"
    if role == "doc" or role in _TO_FILES:
        where = f"<{target}>" if " " in target else target
        named = "" if role == "doc" and where == target else readable_name(said)
        return f"[{words if found else named}]({where})"
    if role in _WORDS:
        return words
    if role == "math":
        return f"${said}$"
    element = _ELEMENTS.get(role)
    return f"<{element}>{said}</{element}>" if element else span
