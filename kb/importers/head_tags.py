"""Tags and wiki links that people write in YAML without quotation marks, as tools show them.

YAML takes what begins with # for a comment, and [[a]] for a list within a list.
"""

import json
import re
from collections.abc import Iterable, Iterator

from kb.importers.seen_marks import of_tag
from kb.importers.seen_names import LISTS, held_back, name_words
from kb.importers.seen_values import word_set

_FIELD = re.compile(r"([\"']?)([^\W_][\w .-]{0,80})\1[ \t]{0,9}:(?:[ \t]{1,9}(?=[^ \t])|[ \t]*$)")
_ITEM = re.compile(r"([ \t]{0,40}-[ \t]{1,9})(?=[^ \t-])")
_LINK = r"\[\[[^\[\]\n\"']{1,300}\]\]"
_LINKS = re.compile(rf"{_LINK}(?:[ \t]{{0,9}},?[ \t]{{0,9}}{_LINK}){{0,200}}")
_ONE_LINK = re.compile(_LINK)
_LIST = re.compile(r"\[(?!\[(?!\[))[^\n]*\]")
_NUMBERS = re.compile(r"[\[\]\d\s.,+-]+")
_COMMENT = re.compile(r"(?:^|[ \t])#(?:[ \t][^\n]*)?$")
_SIGN = re.compile(r"(?:^|[\s,\[])#[^\W_]")
_WORD = re.compile(
    rf"{_LINK}|#[^\s,;#\[\]\"']{{1,200}}|\"[^\"\n]{{0,200}}\"|'[^'\n]{{0,200}}'"
    r"|[^\s,;#\[\]\"'][^,;#\[\]\n]{0,200}"
)
_NAME_BEFORE = re.compile(r"([^\W_][\w .-]{0,80})[\"']?[ \t]{0,9}[:=][ \t]{0,9}$")
_TAGS = re.compile(r"#([^\W_][\w/-]{0,100})")
_QUOTED = re.compile(r"\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'")
_LINE_COMMENT = re.compile(r"(?:^|(?<=[\s,\[]))#[^\n]*")
_SINGLE = LISTS | word_set("tag keyword category label topic")


def with_quotes(yaml_text: str) -> str:
    """`yaml_text` with quotation marks around such tags and links of its fields and their items."""
    if "#" not in yaml_text and "[[" not in yaml_text:
        return yaml_text
    made, name = [], ""
    for line in yaml_text.split("\n"):
        field, item = _FIELD.match(line), _ITEM.match(line)
        begun = field or (item if name else None)
        rest = line[begun.end() :] if begun else ""
        if field:
            name = field[2] if not _COMMENT.sub("", rest).strip() else ""
        elif not item and line.strip() and not line.lstrip().startswith("#"):
            name = ""  # text of a value, of which no line is an item
        of_tags = begun and not _SINGLE.isdisjoint(name_words(field[2] if field else name))
        item_mark = line[: begun.end()] if begun and not field else ""
        quoted = _quoted(rest, item_mark, of_tags=bool(of_tags))
        made.append(line if quoted is None or not begun else line[: begun.end()] + quoted)
    return "\n".join(made)


def _quoted(written: str, item_mark: str, *, of_tags: bool) -> str | None:
    """A value with quotation marks; None for one that YAML reads as people do.

    Of an item, which begins with `item_mark`, each tag or page is one.
    """
    comment = found[0] if (found := _COMMENT.search(written)) else ""
    value = written.removesuffix(comment).strip()
    is_list = _LIST.fullmatch(value) is not None
    inner = value[1:-1].strip() if is_list else value
    if _LINKS.fullmatch(inner) and not _NUMBERS.fullmatch(inner):
        words = _ONE_LINK.findall(inner)
        is_list = is_list or (of_tags and len(words) > 1)
    elif of_tags and _SIGN.search(value) and ("]" in value or not value.startswith("[")):
        words = [word for each in _WORD.findall(inner) if (word := each.strip("\"' \t"))]
        is_list = is_list or len(words) > 1
    else:
        return None
    if item_mark:
        return f"\n{item_mark}".join(map(_in_quotes, words)) + comment if words else None
    if is_list and words:
        return f"[{', '.join(map(_in_quotes, words))}]{comment}"
    return _in_quotes(", ".join(words)) + comment


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def held_back_by(comments: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What holds a page back among `comments`, each with what stands before it in its line.

    What follows # at once is a tag or a value to people, whatever it is to a program; a field that
    is written out as a comment is none.
    """
    for before, comment in comments:
        tags = _TAGS.findall(comment)
        if not tags or not comment.startswith(f"#{tags[0]}") or (":" in comment and not before):
            continue
        named = _NAME_BEFORE.search(before[-200:])
        by_name = held_back(named[1], [comment.lstrip("#").strip()]) if named else None
        if sight := by_name or next(filter(None, map(of_tag, tags)), None):
            yield f"{before.strip()} {comment}".strip(), sight


def comments_in_lines(text: str) -> Iterator[tuple[str, str]]:
    """The comments of a head that is read as no YAML, each with what stands before it."""
    for line in text.split("\n"):
        if "#" in line and (found := _LINE_COMMENT.search(unquoted := _QUOTED.sub("", line))):
            yield unquoted[: found.start()], found[0]
