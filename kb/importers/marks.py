"""Marks of other tools that are neither text nor structure: placeholders and attributes."""

import re

from kb.importers.remarks import Remarks, Why

_MARK = re.compile(
    r"\{\{[^{}]{0,1000}\}\}"
    r"|\{%[^{}%]{0,1000}%\}"
    r"|\{[:#.](?=[\w\s#.:-])[^{}\n]{0,200}\}"
    r"|(?<=[\])`])\{[\w-]{1,60}=[^{}\n]{0,200}\}"
)
_SPOKEN = re.compile(r"\b(title|caption|alt|label|text|summary|description)=(\"[^\"]*\"|'[^']*')")
_REFERS = re.compile(r"^\{[{%][<%-]?\s{0,9}(?:rel)?(?:ref|link|post_url)\s+[\"']?([^\"'\s%>]+)")
_ADDRESS = re.compile(r"\b(?:url|href|page|file)=(\"[^\"\s]*\"|'[^'\s]*')")
_SITE_ROOT = re.compile(r"\{\{\s{0,9}(?:site\.(?:baseurl|url)|base_url)\s{0,9}\}\}")
_WIKI = re.compile(r"\[\[[^\[\]\n]{1,300}\]\]")
_TABLE_OF_CONTENTS = re.compile(r"^[ \t]*\[{1,2}_?TOC_?\]{1,2}[ \t]*$", re.MULTILINE | re.I)
_BLOCK_PROPERTY = re.compile(
    r"^[ \t]*(?:- )?(?:id|collapsed|background-color|heading|logseq\.[\w.-]{1,60}|card-[\w-]{1,60})"
    r"::[^\n]*\n?",
    re.MULTILINE,
)


def without_marks(text: str, remarks: Remarks) -> str:
    """`text` (no code) with what readers of the other tool see of its marks, and no mark."""
    text = _SITE_ROOT.sub("", text)

    def left_out(found: re.Match[str]) -> str:
        remarks.add(Why.MARKS, found[0])
        return ""

    for pattern in (_TABLE_OF_CONTENTS, _BLOCK_PROPERTY):
        text = pattern.sub(left_out, text)
    return _MARK.sub(lambda found: _seen(found[0], remarks), text)


def _seen(mark: str, remarks: Remarks) -> str:
    if refers := _REFERS.match(mark):
        return refers[1]
    remarks.add(Why.MARKS, mark)
    if not mark.startswith(("{{", "{%")):
        return ""
    said = [value.strip("\"'") for _, value in _SPOKEN.findall(mark)]
    said += [f"[{target.strip(chr(34) + chr(39))}]({target.strip(chr(34) + chr(39))})"
             for target in _ADDRESS.findall(mark)]  # fmt: skip
    return " ".join([*said, *_WIKI.findall(mark)])
