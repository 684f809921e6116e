"""Blocks of code as other tools write them, as fences, with the names of their files above them."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from kb.importers.code import beyond, fence_for, spliced
from kb.importers.divisions import in_bold
from kb.importers.html_attributes import IN_TAG, attributes_of
from kb.importers.pieces import code
from kb.importers.remarks import Remarks, Why

_BLOCK = re.compile(
    rf"^([ \t]{{0,20}})<CodeBlock((?:\s{IN_TAG})?)>\s{{0,99}}\{{\s{{0,99}}"
    r"`((?:[^`\\]|\\[^\n]){0,20000}+)`\s{0,99}\}\s{0,99}</CodeBlock>[ \t]*$",
    re.MULTILINE,
)
_VALUE = re.compile(
    r"(<[A-Za-z][\w.]{0,60}\s[^<>`]{0,500}?[\w-]=)\{\s{0,9}`([^`\n\"<>]{0,2000})`\s{0,9}\}"
)
_WORDS = re.compile(  # a string that stands for text, as none does behind a sign of equality
    r"(?<![=\\$])\{\s{0,9}(?:\"((?:[^\"\\\n]|\\.){0,20000}+)\"|'((?:[^'\\\n]|\\.){0,20000}+)'"
    r"|`((?:[^`\\]|\\[\s\S]){0,20000}+)`)\s{0,9}\}"
)
_LINE_ENDS = re.compile(r"(?:</?[A-Za-z][^<>\n]{0,99}>){0,9}\n")
_PRE = re.compile(r"<pre\b[^<>]{0,2000}>(?:(?!<pre\b)[\s\S]){0,100000}?</pre>")
_SIGN = re.compile(r"\\(?:u\{?((?!00[01]|d[89a-f]|fd[de])[\da-f]{4})\}?|([^\nux]))", re.IGNORECASE)
_SIGNS = {"n": "\n", "t": "\t"}
_MARKUP = re.compile(r"[&<>{}*_`\[\]\\#|~]")

Change = Callable[[re.Match[str]], str]


def without_literals(body: str, remarks: Remarks, *, mdx: bool) -> str:
    """`body` with blocks of code as fences, and plain values of attributes; those in code stay.

    A value of which a program makes a part is none. In `mdx` a string in braces is its text.
    """
    if not mdx and "{`" not in body and "<CodeBlock" not in body:
        return body

    def value(found: re.Match[str]) -> str:
        if "${" not in found[2]:
            return f'{found[1]}"{found[2]}"'
        remarks.add(Why.MARKS, f"{{`{found[2]}`}}")
        return f'{found[1]}""'

    def block(found: re.Match[str]) -> str:
        indent, attributes = found[1], attributes_of(found[2])
        lines = _meant(found[3]).strip("\n").split("\n")
        ticks = fence_for(found[3])
        title = attributes.get("title", "")
        above = [f"`{title}`", ""] if title else []
        fence = [f"{ticks}{attributes.get('language', '')}", *lines, ticks]
        return "\n".join(["", *(f"{indent}{line}" for line in (*above, *fence)), ""])

    def words(found: re.Match[str]) -> str:
        if "${" in (found[3] or ""):
            return found[0]
        said = _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", _meant(found[found.lastindex or 0]))
        return said.removesuffix("\n") if _LINE_ENDS.match(found.string, found.end()) else said

    body = _outside_code(_outside_code(body, _BLOCK, block), _VALUE, value)
    if not mdx:
        return body
    body = _outside_code(body, _PRE, lambda pre: _WORDS.sub(words, pre[0]))
    return _outside_code(body, _WORDS, lambda found: " ".join(words(found).split("\n")))


def _meant(literal: str) -> str:
    """What stands between the quotation marks of a string."""

    def sign(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _SIGNS.get(found[2], found[2])

    return _SIGN.sub(sign, literal)


def _outside_code(body: str, pattern: re.Pattern[str], change: Change) -> str:
    """`body` with `change` made to what `pattern` finds, unless it begins within code."""
    if not (all_found := [*pattern.finditer(body)]):
        return body
    found = beyond(all_found, code(body))
    return spliced(body, ((*each.span(), change(each)) for each in found))


_MAYBE_CODE = ("tab", "card")
_NAMES = ("highlight", "code-toggle", "codeblock", "terminal", "irb", "console", *_MAYBE_CODE)
_OPENING = re.compile(
    r"([ \t]{0,20})\{(?:\{[<%]|%-?)\s{0,9}(" + "|".join(_NAMES) + r")(?![\w-])([^{}\n]{0,500}?)"
    r"(?:[>%]\}|-?%)\}[ \t]*$"
)
_CLOSING = (
    r"[ \t]*\{{(?:\{{[<%]\s{{0,9}}/\s{{0,9}}|%-?\s{{0,9}}end){}\s{{0,9}}(?:[>%]\}}|-?%)\}}[ \t]*$"
)
_CLOSINGS = {name: re.compile(_CLOSING.format(name)) for name in _NAMES}
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_LANGUAGE = re.compile(r"\s*([\w+#.-]{1,30})(?=\s|$)")
_LANG = re.compile(r".*\blang:([\w+#.-]{1,30})")
_PANE = re.compile(r"[ \t]*\{\{<\s{0,9}(/?)\s{0,9}tabpane\b([^{}\n]{0,500})>\}\}")
_HEADER = re.compile(r"\s*(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|([\w+#.-]{1,60})(?=\s|$))")


def with_fences(body: str, remarks: Remarks) -> str:
    """`body` with blocks of code of Hugo's, Jekyll's and their likes as fences; others stay."""
    if not any(name in body for name in _NAMES):
        return body
    return "\n".join(_fenced(body.split("\n"), remarks))


def _fenced(lines: list[str], remarks: Remarks) -> Iterator[str]:
    ends = {
        name: [at for at, line in enumerate(lines) if closing.match(line)][::-1]
        for name, closing in _CLOSINGS.items()
    }
    fence, at = "", 0
    pane: dict[str, str] | None = None
    while at < len(lines):
        line = lines[at]
        found = _OPENING.match(line) if not fence else None
        is_whole = found is not None and found[3].rstrip().endswith("/")  # nothing is within it
        if around := _PANE.match(line):
            pane = None if around[1] else attributes_of(around[2])
        end = _next(ends[found[2]], at) if found and not is_whole else 0
        code = lines[at + 1 : end]
        if found and end and (told := _told_of_code(found, pane, code)):
            remarks.add(Why.MARKS, line)
            remarks.add(Why.MARKS, lines[end])
            ticks = fence_for("\n".join(code))
            language, header = told
            yield from ["", f"{found[1]}{in_bold(header)}", ""] if header else []
            yield f"{found[1]}{ticks}{language}"
            yield from code
            yield f"{found[1]}{ticks}"
            at = end + 1
            continue
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        yield line
        at += 1


def _told_of_code(
    found: re.Match[str], pane: dict[str, str] | None, code: list[str]
) -> tuple[str, str] | None:
    """The language and the header of a block, "" where it has none; None of one of text.

    Docsy's tabs hold code, unless they or the `pane` around them say it is text, and its cards
    where they say so; what other sites call so, and what holds a fence, is text.
    """
    name, said = found[2], found[3]
    if name not in _MAYBE_CODE:
        language = (_LANG if name == "codeblock" else _LANGUAGE).match(said)
        return language[1] if language else "", ""
    options = {**(pane or {}), **attributes_of(said)} if name == "tab" else attributes_of(said)
    is_code = (
        options.get("code") == "true" if name == "card" else pane is not None or "lang" in options
    )
    as_text = options.get("text") == "true" or not found[0].lstrip().startswith("{{<")
    if not is_code or as_text or any(map(_FENCE.match, code)):
        return None
    alone = _HEADER.match(said)
    header = options.get("header") or (next(filter(None, alone.groups())) if alone else "")
    return (options.get("lang") or (alone[3] if alone else None) or "").lower(), header


def _next(ends: list[int], at: int) -> int:
    """The first of `ends`, of which the last comes first, that is beyond `at`; 0 if none is."""
    while ends and ends[-1] <= at:
        ends.pop()
    return ends[-1] if ends else 0


_MAYBE = re.compile(r"(?:`{3}|~{3})[^\n]{0,60}[\[{:=]")
_ANY_FENCE = re.compile(r"([ \t]{0,40})(`{3,}|~{3,})(.*)$")
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
        said, found = line, _ANY_FENCE.match(line)
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
