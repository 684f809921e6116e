"""Who is to see an entry by what its file says, in the words of any tool."""

import re

from kb.errors import NotTaken
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Plain, Value
from kb.importers.visibility import spelled

AUTHOR, DRAFT = "author", "draft"

_PRIVATE = {"private", "hidden", "secret", "confidential", "personal", "unpublished", "restricted"}
_AS_THE_IMPORT_SAYS = {"public", "published", "everyone", "all", "default", "visible"}
_YES, _NO = {"true", "yes", "on", "y", "1"}, {"false", "no", "off", "n", "0"}
_SWITCHES = {
    **dict.fromkeys(("draft", "drafts", "isdraft", "wip"), (_YES, DRAFT)),
    **dict.fromkeys(("publish", "published", "ispublished"), (_NO, DRAFT)),
    **dict.fromkeys(("private", "confidential", "hidden", "secret"), (_YES, AUTHOR)),
    **dict.fromkeys(("public", "visible"), (_NO, AUTHOR)),
    **dict.fromkeys(("status", "state", "access"), ({DRAFT, "wip", "unpublished"}, DRAFT)),
}
"""Fields by which other tools hold a page back: the values that do so, and what it is here."""

_DRAFTS = re.compile(r"(^|/)_?drafts?/", re.IGNORECASE)


def take_seen(fields: dict[str, Value], path: str, remarks: Remarks) -> tuple[str, ...]:
    """The words for who sees it, taken out of `fields`; none where the file does not say.

    Where it says so in several ways, the narrowest counts. Raises `NotTaken`.
    """
    said = _said(fields.pop("visibility", None), remarks)
    narrow = {word for word in said if word in (AUTHOR, DRAFT)}
    for name in list(fields):
        if sight := _switched(name, fields[name]):
            remarks.add(Why.SEEN, f"{name}: {_text(fields.pop(name))} shows it to its author alone")
            narrow.add(sight)
    if _DRAFTS.search(path):
        remarks.add(Why.SEEN, "it lies among drafts, so its author alone sees it")
        narrow.add(DRAFT)
    if narrow:
        return (DRAFT,) if DRAFT in narrow else (AUTHOR,)
    return said


def _switched(name: str, value: Value) -> str | None:
    plain = re.sub(r"[\s_-]", "", name).lower()
    if plain not in _SWITCHES or not isinstance(value, Plain):
        return None
    switching, sight = _SWITCHES[plain]
    word = value.text.strip().lower()
    if plain in ("status", "state", "access") and word in _PRIVATE:
        return AUTHOR
    return sight if word in switching else None


def _said(value: Value | None, remarks: Remarks) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    said = tuple(item.text.strip() for item in items if isinstance(item, Plain))
    if len(said) < len(items) or not any(said):
        raise NotTaken("The field visibility in the front matter is no word or list of words.")
    words = {word.lower() for word in said}
    if words & _PRIVATE:
        remarks.add(Why.SEEN, f"visibility: {', '.join(said)} shows it to its author alone")
        return (AUTHOR,)
    if words <= _AS_THE_IMPORT_SAYS:
        remarks.add(Why.SEEN, f"visibility: {', '.join(said)} is what the import says for all")
        return ()
    return spelled(said)


def _text(value: Value) -> str:
    return value.text if isinstance(value, Plain) else ""
