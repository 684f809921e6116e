"""Emphasis and breaks of lines: Markdown has them within a paragraph, HTML wherever it likes."""

import re

from kb.importers.code import outside_code, spliced, within_code

BREAK = "\ufdd0"
"""Stands for a break while a text is made; no letter has this code."""

BEGIN = {"**": "\ufdd2", "*": "\ufdd3", "~~": "\ufdd4"}
END = {"**": "\ufdd5", "*": "\ufdd6", "~~": "\ufdd7"}
"""Stand for the signs of emphasis where an element begins and ends; no letter has these codes."""

GONE = "\ufdd8"
"""Stands where a mark of another tool was."""

_SIGNS = {code: sign for codes in (BEGIN, END) for sign, code in codes.items()}
_BEGINNING = {*BEGIN.values()}
_CODES = re.compile(f"([{''.join(_SIGNS)}])")
_AGAIN = re.compile("|".join(END[sign] + BEGIN[sign] for sign in BEGIN))
_PARTS = re.compile(rf"(\n[ \t]*\n|\n(?=[ \t>]*(?:[-*+]|\d{{1,9}}[.)]|#{{1,6}}|\|)[ \t])|{BREAK})")
"""What parts the pieces of a text of which each has emphasis of its own."""

_CELLS = re.compile(r"((?<!\\)\||\n)")
_BEFORE_WORDS = re.compile(r"(?:\s|>|(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t])*")
_NO_WORDS = re.compile(r"[-:| \t]*|(?:```|~~~|:::).*", re.DOTALL)
_BEHIND = ".,:;!?)…"  # signs that may stand behind what has emphasis

_GONE_ALONE = re.compile(rf"(?<![*_~]){GONE}(?![ \t{GONE}]{{0,20}}[*_~=\]])")
_EMPTIED = re.compile(
    rf"(?<![\w*_~=\\`])(?:(\*\*|__|~~|==)[ \t]*(?:{GONE}[ \t]*)+\1|([*_]){GONE}+\2)(?![\w*_~=`])"
)
_EMPTIED_LINK = re.compile(rf"(?<!!)\[[ \t{GONE}]{{0,20}}\]\((?=<?([^\s()<>#][^\s()<>]{{0,1000}}))")
_AROUND = re.compile(r"(?<![\w*_~\\])(\*\*|__|~~|[*_])((?=[^\s*_~])[^*_~\n]{1,300})\1(?![\w*_~])")

_NO_HEADING = re.compile(rf"^ {{0,3}}#{{1,6}}(?:[ \t{GONE}]{{0,80}}#{{0,6}})[ \t]*$", re.MULTILINE)
_MAYBE_LOOSE = re.compile(r"(?:^|[ \t])\*\*(?=[ \t.,;:!?)]|$)", re.MULTILINE)
_BOLD = re.compile(r"(?<![*\\])\*\*(?!\*)")
_START = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_WIDE = (
    "\u2014\u2018-\u201d\u2026\u3001-\u3003\u3008-\u3011\u3014-\u301b"
    "\uff01-\uff0f\uff1a-\uff1f\uff3b-\uff5d"
)
SIGN_BESIDE_WORD = re.compile(rf"[{_WIDE}]\*\*\w|\w\*\*[{_WIDE}]")
"""Where bold may begin or end between a sign of Chinese or Japanese and a word."""

_BOLD_IN_SIGNS = re.compile(
    rf"(?<![*\\])\*\*(?!\*)([{_WIDE}]{{0,20}})(?=\S)([^*\n]{{1,500}}?)(?<=\S)([{_WIDE}]{{0,20}})\*\*(?!\*)"
)
_LONGEST = 10_000  # characters of a line in which bold is mended


def beside_signs(text: str) -> str:
    """`text` with what stands for marks next to signs of emphasis and brackets alone."""
    return _GONE_ALONE.sub("", text) if GONE in text else text


def without_gone(text: str) -> str:
    """`text` without what stands for marks, and without what held nothing else.

    That is emphasis or a heading; a link without words is read by its address.
    """
    text = _NO_HEADING.sub("", text) if "#" in text else text
    text = _EMPTIED.sub(GONE, text) if GONE in text else text
    text = _EMPTIED_LINK.sub(r"[\1](", text) if "](" in text else text
    if GONE not in text:
        return text
    text = _AROUND.sub(lambda found: found[1] + found[2].strip(f" \t{GONE}") + found[1], text)
    return text.replace(GONE, "")


def without_codes(text: str) -> str:
    """`text` without what stands for signs of emphasis."""
    return _CODES.sub("", text)


def emphasised(text: str) -> str:
    """`text` with signs for the emphasis of elements, around the words of each of its paragraphs.

    Code has none, and what has it is not given it twice. Of an element without an end, or of an
    end without a beginning, nothing is left.
    """
    if not _CODES.search(text):
        return text
    parts = _CELLS if text.lstrip().startswith("|") else _PARTS
    begun: list[tuple[str, list[str]]] = [("", [])]  # at most one of each sign
    depth = dict.fromkeys(BEGIN, 0)
    pieces = _CODES.split(_AGAIN.sub("", within_code(text, without_codes)))
    for at, piece in enumerate(pieces):
        sign = _SIGNS[piece] if at % 2 else ""
        if not sign:
            begun[-1][1].append(piece)
        elif piece in _BEGINNING:
            depth[sign] += 1
            begun += [(sign, [])] if depth[sign] == 1 else []
        elif depth[sign]:
            depth[sign] -= 1
            if not depth[sign]:
                said = _ended(begun, sign, depth)
                glued = pieces[at + 1][:1].isalnum()
                begun[-1][1].append(_with_signs(said, sign, parts, glued=glued))
    return "".join(said for _, inner in begun for said in inner)


def _ended(begun: list[tuple[str, list[str]]], sign: str, depth: dict[str, int]) -> str:
    """The text of what began with `sign`, taken from `begun` with all that began within it."""
    name, said = "", ""
    while name != sign:
        name, inner = begun.pop()
        said, depth[name] = "".join(inner) + said, 0
    return said


def _with_signs(text: str, sign: str, parts: re.Pattern[str], *, glued: bool) -> str:
    """`text` with `sign` around the words of each piece; a letter follows it at once if `glued`."""
    made = []
    for at, piece in enumerate(parts.split(text)):
        before = _BEFORE_WORDS.match(piece)
        first = before.end() if before else 0
        words = piece[first:].rstrip()
        if at % 2 or _NO_WORDS.fullmatch(words):
            made.append(piece)
            continue
        if glued and piece.endswith(words):
            words = words.rstrip(_BEHIND)
        rest = piece[first + len(words) :]
        if sign == "**" and words.count(sign) > 1:  # bold within bold is no more than that
            words = outside_code(words, lambda text: _BOLD.sub("", text))
        made += [piece[:first], sign, words, sign, rest] if words else [piece]
    return "".join(made)


def with_wide_signs_outside(text: str) -> str:
    """`text` with the signs of Chinese and Japanese at the ends of bold words beside it.

    Markdown knows no end of bold between such a sign and a word, as these have no blanks.
    """
    if not SIGN_BESIDE_WORD.search(text):
        return text
    masked = within_code(text, lambda code: "x" * len(code))
    found = (each for each in _BOLD_IN_SIGNS.finditer(masked) if _is_beside_word(each))
    return spliced(
        text,
        ((*one.span(), f"{one[1]}**{text[slice(*one.span(2))]}**{one[3]}") for one in found),
    )


def _is_beside_word(found: re.Match[str]) -> bool:
    """Whether a sign within bold stands next to a letter outside of it."""
    begin, end, text = *found.span(), found.string
    begins = bool(found[1]) and text[max(0, begin - 1) : begin].isalnum()
    return begins or (bool(found[3]) and text[end : end + 1].isalnum())


def with_bold_closed_up(text: str) -> str:
    """`text` with no blanks between words in bold and the signs beside them: "** so **"."""
    if not _MAYBE_LOOSE.search(text):
        return text
    return "\n".join(_closed_up(line) if "**" in line else line for line in text.split("\n"))


def _closed_up(line: str) -> str:
    if len(line) > _LONGEST or not _MAYBE_LOOSE.search(line):
        return line
    masked = within_code(line, lambda code: "x" * len(code))
    start = _START.match(line)
    first = start.end() if start else 0
    blanks: list[tuple[int, int]] = []
    begun, how = -1, ""  # where words in bold may begin, and by what kind of sign
    for found in _BOLD.finditer(masked):
        at, after = found.span()
        before, behind = line[max(0, at - 1) : at].strip(), line[after : after + 1].strip()
        if _ends(how, before, behind) and line[begun:at].strip():
            inner = line[begun:at]
            blanks.append((begun, begun + len(inner) - len(inner.lstrip())))
            blanks.append((begun + len(inner.rstrip()), at))
            how = ""
        elif behind or not before:
            begun, how = after, "right" if behind else "loose" if at == first else "maybe"
    return spliced(line, ((begin, end, "") for begin, end in blanks))


def _ends(how: str, before: str, behind: str) -> bool:
    """Whether a sign between these two characters, or blanks, ends what began with one of `how`.

    One at the beginning of a line may have blanks around it; elsewhere a power may be meant.
    """
    if how == "maybe":
        return bool(before) and (not behind or behind in _BEHIND)
    return bool(how) and (bool(before) or not behind or behind in _BEHIND)


_SEVERAL = re.compile(f"{BREAK}(?:[ \t>]*\n?[ \t>]*{BREAK})+")
_LINE = re.compile(f"([ \t>]*)({BREAK}?)[ \t]*([^\n]*?)[ \t]*({BREAK}?)[ \t]*")
_BLOCK = re.compile(r"[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~|:::|\||\Z)")

_BLANKS = re.compile(r"(?<![ \t])[ \t]*\n[ \t]*(\n[ \t]*)+")
_ITEM = re.compile(r"(?:-|\d{1,9}\.) ")


def with_blank_lines(text: str) -> str:
    """`text` with one blank line for several; an item of a list below stays as far in as it is."""

    def one(blanks: re.Match[str]) -> str:
        is_item = _ITEM.match(text, blanks.end())
        return "\n\n" + (blanks[0].rpartition("\n")[2] if is_item else "")

    return _BLANKS.sub(one, text)


def with_breaks(text: str) -> str:
    """`text` with a backslash for each break after which its paragraph goes on, others left out."""
    if BREAK not in text:
        return text
    made: list[str] = []
    waiting = False
    for line in _SEVERAL.sub(BREAK, text).split("\n"):
        found = _LINE.fullmatch(line) if BREAK in line else None
        indent, first, said, last = found.groups() if found else ("", "", line, "")
        waiting = waiting or bool(first)
        if found and not said:
            continue
        if waiting and made and made[-1].strip(" \t>") and not _BLOCK.match(indent + said):
            made[-1] += "\\"
        made.append(indent + said.replace(BREAK, "\\\n"))
        waiting = bool(last)
    return "\n".join(made)
