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
_LITERAL = re.compile(
    r"\{\s*(?:(?:require|useBaseUrl)\(\s*)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`$]*)`)\s*"
    r"(?:\)(?:\.default)?\s*)?\}"
)
"""A string, or the address of a picture as Docusaurus has it."""

_ELEMENTS = re.compile(r"\{\s*(?=<)(?:<>)?([^{}]*?)(?:</>)?\s*\}")
_ADDRESS = re.compile(
    r"(?:\.{0,2}/|https?://)[^\s{}()<>]{1,1000}|[\w./-]{1,300}\.mdx?(?:#[^\s(){}<>]{1,300})?"
)
_FROM_ROOT = re.compile(r"[\w-]{1,100}(?:/[\w-][\w.-]{0,100}){1,20}(?:#[^\s(){}<>]{1,300})?")
"""An address as components have it, which is seen from the root of the website."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|mp4|webm)$", re.IGNORECASE)

_BESIDE = 100  # characters before and after a component that are looked at
_WORD = re.compile(r"[^\W\d_]")
_ELEMENT = re.compile(r"</?[A-Za-z][^<>\n]{0,100}(?:>|$)|^[^<>\n]{0,100}/>")
_BEHIND = re.compile(r"(?:/|</[A-Z][\w.]{0,60})>\Z")
_VALUE = re.compile(r"(?!true$|false$)[^\W\d_][\w +.,'-]{0,59}")
_SPOKEN_VALUE = re.compile(
    r"(?=[^\n]{0,300}[^\W\d_])(?=[^\n]{0,300}?(?: |[A-Z]))(?![{\[./]|https?:)[^\n{}<>=;]{1,300}"
)
_STEERING = re.compile(
    r"id|key|ref|icon|kind|type|size|width|height|color|fill|class|class-?name|style|variant"
    r"|theme|align|placement|position|lang|language|src|path|component|mode|layout|role|target",
    re.IGNORECASE,
)
"""Attributes of components that hold no words for readers."""


def begins_line(found: re.Match[str]) -> bool:
    """Whether nothing but blanks and other elements stands before an element in its line."""
    return not _ELEMENT.sub("", before(found, _BESIDE)).strip()


def follows_component(found: re.Match[str]) -> bool:
    """Whether the end of a component stands right before an element, of which nothing parts it."""
    return _BEHIND.search(before(found, _BESIDE)) is not None


def is_in_sentence(found: re.Match[str]) -> bool:
    """Whether a component without content stands for words of a line, as words stand beside it."""
    after = found.string[found.end() : found.end() + _BESIDE].partition("\n")[0]
    beside = _ELEMENT.sub("", before(found, _BESIDE)) + _ELEMENT.sub("", after)
    return found[3].endswith("/") and _WORD.search(beside) is not None


def spoken_in(found: re.Match[str], attributes: dict[str, str]) -> tuple[list[str], str]:
    """What attributes of a component say to readers, and where it leads; taken out of these.

    Of one without content others say something as well: words for readers have a blank or a
    capital, or are short ones in a sentence; what is called code is some, and what is code or has a
    description has a name.
    """
    leading = next((each for each in LEADS if leads(attributes.get(each, ""))), "")
    target = attributes.pop(leading, "")
    spoken = {each for each in SPOKEN if (attributes.get(each) or "{")[0] != "{"}
    alone = found[3].endswith("/") and not found[2].lower().endswith(("icon", "svg"))
    short = alone and not spoken and not target and is_in_sentence(found)
    named = "code" in attributes or "description" in attributes
    said = []
    for key, value in list(attributes.items()):
        if key not in spoken and not (alone and _speaks(key, value, short=short, named=named)):
            continue
        is_code = key.lower() == "code"
        said.append(
            f"{html_code.BEGIN}{value}{html_code.END}" if is_code else " ".join(value.split())
        )
        del attributes[key]
    return said, f"/{target}" if _FROM_ROOT.fullmatch(target) else target


def _speaks(key: str, value: str, *, short: bool, named: bool) -> bool:
    if key.startswith((":", "@", "v-")):  # Vue's: its value is a program
        return False
    if (key.lower() == "code" and _WORD.search(value)) or (key == "name" and named and value):
        return True
    if _STEERING.fullmatch(key):
        return False
    return _SPOKEN_VALUE.fullmatch(value) is not None or (
        short and key != "name" and _VALUE.fullmatch(value) is not None
    )


def attributes_of(rest: str) -> dict[str, str]:
    """The attributes in an element's beginning, `rest` of which follows its name."""
    found = _ATTRIBUTE.findall(rest)
    return {name.lower() if name.isupper() else name: _meant(value) for name, value in found}


def _meant(value: str) -> str:
    """A value without its quotes, and the braces that MDX may have around these."""
    if elements := _ELEMENTS.fullmatch(value):
        return elements[1]
    literal = _LITERAL.fullmatch(value)
    return next(filter(None, literal.groups()), "") if literal else value.strip("\"'")


def leads(value: str) -> bool:
    """Whether a value of an attribute is the address of a page."""
    is_address = _ADDRESS.fullmatch(value) or _FROM_ROOT.fullmatch(value)
    return is_address is not None and not _PICTURE.search(value)


def target_of(address: str) -> str:
    """`address` as Markdown writes the target of a link."""
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def written(attributes: Mapping[str, str]) -> str:
    """Attributes as a remark tells them."""
    return " ".join(f'{name}="{value}"' if value else name for name, value in attributes.items())
