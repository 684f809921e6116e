"""Attributes of elements of HTML, and which of them lead to a page."""

import re
from collections.abc import Mapping

from kb.importers import html_code
from kb.importers.code import before
from kb.importers.html_names import LEADS, SPOKEN

_INNER = r"\{(?>[^{}]|\{[^{}]{0,500}\}){0,1000}\}"
_BRACES = rf"\{{(?>[^{{}}]|{_INNER}){{0,1000}}\}}"
IN_TAG = (
    r"(?>=\s{0,9}\"(?>[^\"\n]|\n(?!\s*\n)){0,2000}\"|=\s{0,9}'(?>[^'\n]|\n(?!\s*\n)){0,2000}'"
    rf"|{_BRACES}|=(?!\s{{0,9}}[\"'])|[^<>\"'{{}}=\n]|\n(?!\s*\n)){{0,2000}}+"
)
"""What stands in a tag behind its name: angles end it, but not within quotes and braces."""

_ATTRIBUTE = re.compile(
    rf"([\w:@.-]{{1,60}})(?:\s{{0,9}}=\s{{0,9}}(\"[^\"]*\"|'[^']*'|{_BRACES}|[^\s\"'>{{}}]+))?"
)
_LITERAL = re.compile(r"\{\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`$]*)`)\s*\}")
_ADDRESS = re.compile(
    r"(?:\.{0,2}/|https?://)[^\s{}()<>]{1,1000}|[\w./-]{1,300}\.mdx?(?:#[^\s(){}<>]{1,300})?"
)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|mp4|webm)$", re.IGNORECASE)

_BESIDE = 100  # characters before and after a component that are looked at
_WORD = re.compile(r"[^\W\d_]")
_ELEMENT = re.compile(r"<[^<>\n]{0,100}>")
_VALUE = re.compile(r"(?!true$|false$)[^\W\d_][\w +.,'-]{0,59}")
_SPOKEN_VALUE = re.compile(
    r"(?=[^\n]{0,300}[^\W\d_])(?=[^\n]{0,300}?(?: |[A-Z]))(?![{\[./]|https?:)[^\n{}<>=;]{1,300}"
)
_STEERING = re.compile(
    r"id|key|ref|name|icon|kind|type|size|width|height|color|fill|class|class-?name|style|variant"
    r"|theme|align|placement|position|lang|language|src|path|component|mode|layout|role|target",
    re.IGNORECASE,
)
"""Attributes of components that hold no words for readers."""


def words_in_sentence(found: re.Match[str], attributes: Mapping[str, str]) -> str:
    """What the attributes of a component say that stands for words of a line: <Key k="z" />.

    Nothing if no words stand beside it, or for a picture.
    """
    after = found.string[found.end() : found.end() + _BESIDE].partition("\n")[0]
    beside = _WORD.search(_ELEMENT.sub("", f"{before(found, _BESIDE)} {after}"))
    if not beside or not found[3].endswith("/") or found[2].lower().endswith(("icon", "svg")):
        return ""
    return " ".join(
        value
        for name, value in attributes.items()
        if not _STEERING.fullmatch(name) and _VALUE.fullmatch(value)
    )


def spoken_in(attributes: dict[str, str]) -> tuple[list[str], str]:
    """What attributes of a component say to readers, and where it leads; taken out of these."""
    said = [" ".join(attributes.pop(each).split()) for each in SPOKEN if attributes.get(each)]
    leading = next((each for each in LEADS if leads(attributes.get(each, ""))), "")
    return said, attributes.pop(leading, "")


def words_without_content(name: str, attributes: dict[str, str]) -> list[str]:
    """What other attributes of a component say that holds no text, taken out of these.

    Words for readers have a blank or a capital; what is called code is some, and has a name.
    """
    if name.lower().endswith(("icon", "svg")):
        return []
    said, named = [], {"name"} if "code" in attributes else set[str]()
    for key, value in list(attributes.items()):
        if key.startswith((":", "@", "v-")):  # Vue's: its value is a program
            continue
        is_code = key.lower() == "code" and _WORD.search(value) is not None
        steers = key != "name" and _STEERING.fullmatch(key)
        if is_code or key in named or (not steers and _SPOKEN_VALUE.fullmatch(value)):
            said.append(f"{html_code.BEGIN}{value}{html_code.END}" if is_code else value)
            del attributes[key]
    return said


def attributes_of(rest: str) -> dict[str, str]:
    """The attributes in an element's beginning, `rest` of which follows its name."""
    found = _ATTRIBUTE.findall(rest)
    return {name.lower() if name.isupper() else name: _meant(value) for name, value in found}


def _meant(value: str) -> str:
    """A value without its quotes, and the braces that MDX may have around these."""
    literal = _LITERAL.fullmatch(value)
    return next(filter(None, literal.groups()), "") if literal else value.strip("\"'")


def leads(value: str) -> bool:
    """Whether a value of an attribute is the address of a page."""
    return _ADDRESS.fullmatch(value) is not None and not _PICTURE.search(value)


def target_of(address: str) -> str:
    """`address` as Markdown writes the target of a link."""
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def written(attributes: Mapping[str, str]) -> str:
    """Attributes as a remark tells them."""
    return " ".join(f'{name}="{value}"' if value else name for name, value in attributes.items())
