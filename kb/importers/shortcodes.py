"""What Hugo's paired shortcodes say in attributes stands before what they hold, or leads from it.

`{{% def name="Mast" %}}...{{% /def %}}` has its name in bold, `{{< button href="/x" >}}Go{{<
/button >}}` becomes a link. What else they say is left to `marks`.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape

from kb.importers.code import before, beyond, spliced, within_code
from kb.importers.html_attributes import target_of
from kb.importers.pieces import code
from kb.importers.remarks import Remarks, Why

_CLOSING = re.compile(r"\{\{[<%][ \t]{0,9}/[ \t]{0,9}([\w/-]{1,60})[ \t]{0,9}[%>]\}\}")
_VALUE = r"(?:\"[^\"\n{}]{0,500}\"|'[^'\n{}]{0,500}'|`[^`\n{}]{0,500}`|[^\s\"'`{}<>%=]{1,300})"
_OPENING = re.compile(
    rf"\{{\{{[<%]\s{{0,9}}([\w/-]{{1,60}}+)((?>\s{{1,99}}[\w-]{{1,60}}={_VALUE}){{1,30}}+)"
    r"\s{0,99}[%>]\}\}"
)
_ATTRIBUTE = re.compile(rf"\s{{1,99}}([\w-]{{1,60}})=({_VALUE})")
_TICKED = re.compile(r"\{\{[<%][^{}`\n]{0,1000}\"[^{}\"`\n]{0,1000}`[^{}\n]{0,1000}[>%]\}\}")
_QUOTED = re.compile(r"\"[^\"\n]{0,1000}\"")
_NAMES = ("name", "term", "title", "summary", "label")
_BESIDE = ("abbr", "english")
_LEADS = ("href", "url", "link", "relref")
_OTHERWISE = re.compile(r"gloss|tabs$|term$", re.IGNORECASE)
"""Shortcodes that `marks` reads as words of a glossary, and groups with a name for programs."""

_LINKED = re.compile(r"[ \t]*([^\[\]\n{}<>|]{1,300})(?=\{\{[<%][ \t]{0,9}/)")
_ROOM = re.compile(r"[ \t]*")


def with_names(body: str, remarks: Remarks) -> str:
    """`body` with the names and links of paired shortcodes as text; those in code stay."""
    ticked = beyond(_TICKED.finditer(body), code(body)) if _TICKED.search(body) else ()
    body = spliced(body, ((*each.span(), _QUOTED.sub(_with_elements, each[0])) for each in ticked))
    ends = {each[1] for each in _CLOSING.finditer(body)} if "{{" in body else set[str]()
    if not ends:
        return body
    found = beyond(_OPENING.finditer(body), code(body))
    named = (each for each in found if each[1] in ends and not _OTHERWISE.search(each[1]))
    return spliced(body, ((each.start(), *_said(each, remarks)) for each in named))


def _with_elements(quoted: re.Match[str]) -> str:
    """A value with elements for its code, whose signs would part a shortcode in two."""
    return within_code(quoted[0], lambda span: f"<code>{escape(span.strip('`'))}</code>")


def _said(found: re.Match[str], remarks: Remarks) -> tuple[int, str]:
    """Where the text goes on after a shortcode's beginning, and what stands for that."""
    attributes = _attributes(found)
    words = _named(attributes)
    target = target_of(next((attributes[each] for each in _LEADS if attributes.get(each)), ""))
    if target and not words and (held := _LINKED.match(found.string, found.end())):
        remarks.add(Why.MARKS, found[0])
        return held.end(), f"[{held[1].strip()}]({target})"
    if not words:
        return found.end(), found[0]
    used = (*_NAMES, *_BESIDE, *_LEADS) if target else (*_NAMES, *_BESIDE)
    left = _ATTRIBUTE.sub(lambda one: "" if one[1] in used else one[0], found[2])
    mark = f"{found[0][:3]} {found[1]}{left} {found[0][-3:]}"
    words = f"[{words}]({target})" if target else words
    if (indent := before(found)).strip():
        return found.end(), f"{mark}**{words}** "
    # Links lead to headings alone.
    said = f"#### {words}" if attributes.get("id") and not indent else f"{indent}**{words}**"
    room = _ROOM.match(found.string, found.end())
    return room.end() if room else found.end(), f"{mark}\n\n{said}\n\n{indent}"


def named_ids(line: str) -> Iterator[tuple[str, str]]:
    """The ids of shortcodes in a line that have a name, each with that."""
    for found in _OPENING.finditer(line) if "{{" in line else ():
        attributes = _attributes(found)
        if attributes.get("id") and (words := _named(attributes)):
            yield from (
                (each, words) for each in (attributes["id"], f"{found[1]}-{attributes['id']}")
            )


def _attributes(found: re.Match[str]) -> dict[str, str]:
    return {name: value.strip("\"'`") for name, value in _ATTRIBUTE.findall(found[2])}


def _named(attributes: Mapping[str, str]) -> str:
    """What a shortcode is called by its attributes, with further names in brackets."""
    names = [
        [" ".join(attributes.get(one, "").split()) for one in ones] for ones in (_NAMES, _BESIDE)
    ]
    name = " – ".join(dict.fromkeys(filter(None, names[0])))
    beside = ", ".join(one for one in dict.fromkeys(names[1]) if one and one != name)
    return f"{name} ({beside})" if name and beside else name
