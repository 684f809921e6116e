"""Who is to see an entry by what its file says, in the words of any tool.

Where a file may say that it is not for everybody, it is not: too narrow is a remark and a command
away from right, too wide cannot be called back.
"""

import re
from collections.abc import Iterable, Iterator

from kb.importers.naming import date_in_name
from kb.importers.remarks import Remarks, Why
from kb.importers.repeated import OURS
from kb.importers.seen_names import DATE, LISTS, held_back, is_kept, may_hold_back, name_words
from kb.importers.seen_values import AUTHOR, DRAFT, PRIVATE, is_to_come, plain, word_set
from kb.importers.values import LOST, Plain, Value, flat
from kb.visibility_words import WORDS, is_said, spelled

_AS_THE_IMPORT_SAYS = {"public", "published", "everyone", "all", "default", "visible"}
_BETWEEN_TAGS = re.compile(r"[,;]")
_PAGE_ALONE = word_set("render build headless list hide permalink layout template redirect")
"""Words in names of fields that say of a section whether it has a page of its own."""

_DRAFTS = re.compile(r"(^|/)_?drafts?/", re.IGNORECASE)


def take_seen(
    fields: dict[str, Value], path: str, remarks: Remarks, *, exact: bool = False
) -> tuple[str, ...]:
    """The words for who sees it, taken out of `fields`; none where the file does not say.

    Where it says so in several ways, or in no words that are known, the narrowest counts. What is
    nested stays where it is. The properties and tags of an export (`exact`) are those of its entry
    and say nothing.
    """
    said = _said(fields, remarks)
    narrow = {word for word in said if word in (AUTHOR, DRAFT)}
    for name in list(fields):
        value = fields[name]
        if exact and (isinstance(value, dict) or name in ("tags", "relations")):
            continue
        for where, text, sight in _held_back((name,), value):
            remarks.add(Why.SEEN, f"{' '.join(where)}: {text} shows it to its author alone")
            narrow.add(sight)
            if len(where) == 1 and not is_kept(name) and _by_its_name(name, value):
                fields.pop(name, None)
    if (date := date_in_name(path)) and is_to_come(date):
        remarks.add(Why.SEEN, f"its name has the day {date}, so its author alone sees it")
        narrow.add(DRAFT)
    if _DRAFTS.search(path):
        remarks.add(Why.SEEN, "it lies among drafts, so its author alone sees it")
        narrow.add(DRAFT)
    return _narrower(said, narrow, remarks)


def also_held_back(
    said: tuple[str, ...], held: Iterable[tuple[str, str]], remarks: Remarks
) -> tuple[str, ...]:
    """The words for who sees what `said` says, and no more people than what has `held` it back."""
    narrow = set()
    for what, sight in dict.fromkeys(held):  # the words stay where they are
        remarks.add(Why.SEEN, f"{what} shows it to its author alone")
        narrow.add(sight)
    return _narrower(said, narrow, remarks)


def for_its_author(
    said: tuple[str, ...], unread: Iterable[str], remarks: Remarks
) -> tuple[str, ...]:
    """The words for who sees what `said` says, and its author alone where something is `unread`."""
    reasons = tuple(unread)
    for reason in reasons:
        told = f"{reason} It may say who sees the page, so its author alone sees it: mend the file"
        remarks.add(Why.SEEN, f"{told}, import it again, then show it to others by kb visibility")
    return _narrower(said, {AUTHOR} if reasons else set(), remarks)


def _narrower(said: tuple[str, ...], narrow: set[str], remarks: Remarks) -> tuple[str, ...]:
    if not narrow:
        return said
    shown = narrowest(narrow | {*said})
    _tell_wider({said} - {shown}, remarks)
    return shown


def seen_below(fields: dict[str, Value]) -> tuple[str, ...]:
    """The words for who sees the pages in the folder of a page and further down, if it says so."""
    cascades = [value for name, value in fields.items() if plain(name) == "cascade"]
    held = (sight for value in cascades for _, _, sight in _held_back(("cascade",), value))
    return narrowest({*held})


def seen_in_section(fields: dict[str, Value]) -> tuple[str, ...]:
    """The same where the page is that of a section, as Zola has them: a draft hides all in it.

    A section may well have no page of its own, and pages that everybody sees.
    """
    said = {name: value for name, value in fields.items() if not _PAGE_ALONE & {*name_words(name)}}
    own = {name: value for name, value in said.items() if plain(name) in OURS}
    held = {sight for name in said for _, _, sight in _held_back((name,), said[name])}
    return narrowest({*held, *seen_below(fields), *_said(own, Remarks())})


def narrowest(words: set[str]) -> tuple[str, ...]:
    """A draft or the author alone where `words` say so, and nothing otherwise."""
    return next(((word,) for word in (DRAFT, AUTHOR) if word in words), ())


def _held_back(path: tuple[str, ...], value: Value) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What holds the page back in a field and all that is nested in it: where, what, to whom."""
    name = name_words(path[-1])
    texts = _said_in(value)
    if LISTS & {*name} and isinstance(value, Plain) and not _BETWEEN_TAGS.search(value.text):
        texts += value.text.split()  # so some tools write a list
    if name == DATE and len(path) > 1:
        texts = []
    if sight := held_back(path[-1], texts, _items(value)) or _damaged(path[-1], texts):
        yield path, flat(value), sight
    for item in value if isinstance(value, list) else [value]:
        for key, nested in item.items() if isinstance(item, dict) else ():
            yield from _held_back((*path, key), nested)


def _by_its_name(name: str, value: Value) -> bool:
    """Whether a field says who sees the page, and is not one of tags that hold it back."""
    texts = _said_in(value)
    return bool(held_back(name, texts, ()) or _damaged(name, texts))


def _said_in(value: Value) -> list[str]:
    return [text for text in _texts(value) if text.strip()]


def _damaged(name: str, texts: Iterable[str]) -> str | None:
    """The author alone where what is no text may have been a word that holds the page back."""
    may = is_kept(name) or may_hold_back(name)
    return AUTHOR if LOST in name or (may and any(LOST in text for text in texts)) else None


def _texts(value: Value) -> Iterator[str]:
    """The texts in a value, how deep they may stand; nothing says nothing."""
    if isinstance(value, Plain):
        yield value.text if value.value is not None else ""
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _items(value: Value) -> list[str]:
    """The texts that stand in a value itself; the names in a mapping that says nothing of them."""
    if isinstance(value, dict):
        return [*value] if not any(map(str.strip, _texts(value))) else []
    if isinstance(value, list):
        return [text for item in value if not isinstance(item, dict) for text in _items(item)]
    return [*_texts(value)]


def _said(fields: dict[str, Value], remarks: Remarks) -> tuple[str, ...]:
    """What the fields for our own words say; the narrower of two, which may not contradict."""
    found = {
        words
        for name in [name for name in fields if plain(name) in OURS]
        if (words := _own_words(name, fields.pop(name), remarks))
    }
    for alone in ((DRAFT,), (AUTHOR,)):
        if alone in found:
            _tell_wider(found - {alone}, remarks)
            return alone
    shown = min(found, key=_width, default=())
    if [*map(_width, found)].count(_width(shown)) > 1:
        shown = (AUTHOR,)  # for two groups: nobody need be in both
    _tell_wider(found - {shown}, remarks)
    return shown


def _width(words: tuple[str, ...]) -> int:
    """A greater number where more people see what `words` say."""
    return 1 if words == ("world",) else 0 if words == ("members",) else -1


def _tell_wider(said: set[tuple[str, ...]], remarks: Remarks) -> None:
    for words in sorted(filter(None, said)):
        remarks.add(Why.SEEN, f"{', '.join(words)} is not the narrowest that the file says")


def _own_words(name: str, value: Value, remarks: Remarks) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    said = tuple(item.text.strip() for item in items if isinstance(item, Plain))
    if len(said) < len(items) or not any(said):
        return _not_understood(name, flat(value), remarks)
    words = {word.lower() for word in said}
    if words & PRIVATE:
        remarks.add(Why.SEEN, f"{name}: {', '.join(said)} shows it to its author alone")
        return (AUTHOR,)
    if words <= _AS_THE_IMPORT_SAYS:
        remarks.add(Why.SEEN, f"{name}: {', '.join(said)} is what the import says for all")
        return ()
    return spelled(said) if is_said(spelled(said)) else _not_understood(name, flat(value), remarks)


def _not_understood(name: str, said: str, remarks: Remarks) -> tuple[str, ...]:
    told = f"{name.strip()}: {said} is none of {', '.join(WORDS)}, so its author alone sees it"
    remarks.add(Why.SEEN, told)
    return (AUTHOR,)
