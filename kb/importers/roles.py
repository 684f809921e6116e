"""Turns the roles of MyST, such as {ref}`text <label>`, into links and what readers see of them."""

import re

from kb.importers.code import lines_of, spans
from kb.importers.naming import readable_name
from kb.importers.remarks import Remarks, Why

_ROLE = re.compile(r"\{([A-Za-z][\w:.-]{0,40})\}\Z")
_LONGEST = 50  # characters before a code span that are looked at
_WITH_TARGET = re.compile(r"([^<>]{1,500}?)\s{0,9}<([^<>]{1,500})>\s{0,9}")
_TOLD = re.compile(r"%s|<[^<>]{1,500}>")
"""What readers do not see of a role: where the number goes, what it means."""
_TO_LABELS = {"ref", "numref", "any", "prf:ref", "proof:ref"}
_TO_FILES = {"doc", "download", "button"}
_WORDS = {"term", "abbr", "guilabel", "menuselection", "index", "u", "del", "sc", "smallcaps"}
_ELEMENTS = {"kbd": "kbd", "sub": "sub", "subscript": "sub", "sup": "sup", "superscript": "sup"}


def with_roles(body: str, remarks: Remarks) -> str:
    """`body` with roles as links and words; of other roles what they hold stays, as code."""
    if "}`" not in body:
        return body
    made: list[str] = []
    prose: list[str] = []
    for line, is_code in lines_of(body):
        if is_code:
            made += [_said("\n".join(prose), remarks)] * bool(prose)
            prose = []
            made.append(line)
        else:
            prose.append(line)
    return "\n".join([*made, *([_said("\n".join(prose), remarks)] if prose else [])])


def _said(text: str, remarks: Remarks) -> str:
    made, at = [], 0
    for begin, end in spans(text):
        before = text[at:begin]
        if role := _ROLE.search(before[-_LONGEST:]):
            remarks.add(Why.MARKS, role[0])
            told = _TOLD.search(text, begin, end)
            if told and (told[0] == "%s" or role[1] not in _TO_LABELS | _TO_FILES):
                remarks.add(Why.MARKS, told[0])
            before = before[: -len(role[0])]
            made += [before, _seen(role[1], text[begin:end])]
        else:
            made += [before, text[begin:end]]
        at = end
    return "".join([*made, text[at:]])


def _seen(role: str, span: str) -> str:
    said = span.strip("`").strip()
    found = _WITH_TARGET.fullmatch(said)
    words, target = (found[1], found[2]) if found else (said, said)
    if role in _TO_LABELS:
        return f"[{' '.join(words.replace('%s', '').split())}](#{target})"
    if role in _TO_FILES:
        where = f"<{target}>" if " " in target else target
        return f"[{words if found else readable_name(said)}]({where})"
    if role in _WORDS:
        return words
    if role == "math":
        return f"${said}$"
    element = _ELEMENTS.get(role)
    return f"<{element}>{said}</{element}>" if element else span
