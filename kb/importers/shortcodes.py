"""What Hugo's paired shortcodes say in attributes stands before what they hold, or leads from it.

`{{% def name="Mast" %}}...{{% /def %}}` has its name in bold, `{{< button href="/x" >}}Go{{<
/button >}}` becomes a link. What else they say is left to `marks`.
"""

import re

from kb.importers.pieces import code
from kb.importers.remarks import Remarks, Why

_CLOSING = re.compile(r"\{\{[<%][ \t]{0,9}/[ \t]{0,9}([\w/-]{1,60})[ \t]{0,9}[%>]\}\}")
_VALUE = r"(?:\"[^\"\n{}]{0,500}\"|'[^'\n{}]{0,500}'|`[^`\n{}]{0,500}`|[^\s\"'`{}<>%=]{1,300})"
_OPENING = re.compile(
    rf"\{{\{{[<%]\s{{0,9}}([\w/-]{{1,60}}+)((?>\s{{1,99}}[\w-]{{1,60}}={_VALUE}){{1,30}}+)"
    r"\s{0,99}[%>]\}\}"
)
_ATTRIBUTE = re.compile(rf"\s{{1,99}}([\w-]{{1,60}})=({_VALUE})")
_NAMES = ("name", "term", "title", "summary", "label")
_LEADS = ("href", "url", "link", "relref")
_OTHERWISE = re.compile(r"gloss|tabs$|term$", re.IGNORECASE)
"""Shortcodes that `marks` reads as words of a glossary, and groups with a name for programs."""

_LINKED = re.compile(r"[ \t]*([^\[\]\n{}<>|]{1,300})(?=\{\{[<%][ \t]{0,9}/)")
_BEFORE = 100  # characters before a shortcode that are looked at


def with_names(body: str, remarks: Remarks) -> str:
    """`body` with the names and links of paired shortcodes as text; those in code stay."""
    ends = {each[1] for each in _CLOSING.finditer(body)} if "{{" in body else set[str]()
    if not ends:
        return body
    ranges = iter([*code(body), (len(body) + 1, len(body) + 1)])
    begin, end = next(ranges)
    made, at = [], 0
    for found in _OPENING.finditer(body):
        while end <= found.start():
            begin, end = next(ranges)
        if begin > found.start() and found[1] in ends and not _OTHERWISE.search(found[1]):
            said, after = _said(found, remarks)
            made += [body[at : found.start()], said]
            at = after
    return "".join([*made, body[at:]])


def _said(found: re.Match[str], remarks: Remarks) -> tuple[str, int]:
    """What stands for a shortcode's beginning, and where the text goes on after it."""
    attributes = {name: value.strip("\"'`") for name, value in _ATTRIBUTE.findall(found[2])}
    names = [" ".join(attributes[each].split()) for each in _NAMES if attributes.get(each)]
    target = next((attributes[each] for each in _LEADS if attributes.get(each)), "")
    target = f"<{target}>" if re.search(r"[\s()]", target) else target
    if target and not names and (held := _LINKED.match(found.string, found.end())):
        remarks.add(Why.MARKS, found[0])
        return f"[{held[1].strip()}]({target})", held.end()
    if not names:
        return found[0], found.end()
    used = (*_NAMES, *_LEADS) if target else _NAMES
    left = _ATTRIBUTE.sub(lambda one: "" if one[1] in used else one[0], found[2])
    mark = f"{found[0][:3]} {found[1]}{left} {found[0][-3:]}"
    words = " – ".join(dict.fromkeys(names))
    bold = f"**[{words}]({target})**" if target else f"**{words}**"
    before = found.string[max(0, found.start() - _BEFORE) : found.start()].rpartition("\n")[2]
    if before.strip():
        return f"{mark}{bold} ", found.end()
    return f"{mark}\n{before}{bold}\n\n{before}", found.end()
