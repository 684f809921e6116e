"""Puts the name of a file that a block of code carries above the block, where readers see it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

_MAYBE = re.compile(r"(?:`{3}|~{3})[^\n]{0,60}[\[{:=]")
_FENCE = re.compile(r"([ \t]{0,40})(`{3,}|~{3,})(.*)$")
_INFO = re.compile(r"\s{0,9}(?:\{\s?(?=\.))?\.?([\w+#-]{1,30})(?=$|[\s:{}\[,])(.{0,600})$")
_NAMED = re.compile(
    r"(?<=[\s{,])(?:data-)?(?:title|file|filename|name|caption|label)\s?[=:]\s?"
    r"(?:\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'|((?:[^\s\"'},&]|,(?![\w-]{1,40}=|[\s}]|$)){1,300}))"
)
_IN_BRACKETS = re.compile(r"(?<=[\s}])\[([^\[\]\n]{1,200})\]\s{0,9}$")
_BEHIND_COLON = re.compile(r":([^\s`{}\[\]]{1,200})(?=\s|$)")


def with_named_code(body: str) -> str:
    """`body` with what Hugo, MkDocs, VitePress, Docusaurus and others call a block of code."""
    return "\n".join(_lines(body)) if _MAYBE.search(body) else body


def _lines(body: str) -> Iterator[str]:
    fence, before = "", ""
    for line in body.split("\n"):
        said, found = line, _FENCE.match(line)
        if found and fence:
            fence = "" if found[2].startswith(fence) and not found[3].strip() else fence
        elif found and "`" not in found[3]:
            fence = found[2]
            info, name = _told(found[3])
            if name:
                if before.strip():
                    yield ""
                yield f"{found[1]}{_code(name)}"
                yield ""
                said = f"{found[1]}{fence}{info}".rstrip()
        before = line
        yield said


def _told(info: str) -> tuple[str, str]:
    """What is left of the line of a block without its name, and that; empty where it has none."""
    if not (found := _INFO.match(info)):
        return info, ""
    rest = found[2]
    if not (told := _NAMED.search(rest) or _IN_BRACKETS.search(rest)):
        told = _BEHIND_COLON.match(rest)
        told = told if told and re.search(r"[./]", told[1]) else None
    if told is None:
        return info, ""
    left = rest[: told.start()] + rest[told.end() :]
    name = next(filter(None, told.groups()))
    return found[1] + ("" if left.strip(" {}") == "" else left), _decoded(name)


def _decoded(name: str) -> str:
    """`name` with signs for what addresses write with a percent sign, if that is text."""
    said = " ".join(unquote(name).split())
    return said if said.isprintable() and "\ufffd" not in said else name


def _code(name: str) -> str:
    return f"**{name}**" if "`" in name else f"`{name}`"
