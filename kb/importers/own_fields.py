"""Fields that mean the same in every file; each is taken out of the fields where it has that sense.

What is written otherwise stays among the fields and is sorted as all others are.
"""

import re
from functools import cache

from msgspec import Struct

from kb.entries.content import Scalar, Source
from kb.entries.kinds import load_kinds
from kb.entries.relation import RELATION_TYPES
from kb.errors import NotTaken
from kb.fields import GROUP_LENGTH
from kb.importers.values import Plain, Value, filled, flat
from kb.messages import _
from kb.plain import NOT_TEXT

EXPORT_FORMAT = 1
"""The number in the field `tributary` of our own exports: such a file is taken word by word."""

ARCHIVED_ELSEWHERE = _("Archived where it comes from.")
"""The reason of what is archived without one."""

_LINE_BREAKS = re.compile(r"[\n\t]+")
_TYPES = {name.casefold() for name in RELATION_TYPES}

Fields = dict[str, Value]

_OURS = {"visibility", "title", "subtitle", "kind", "group", "tags", "archived", "relations"}


class NamedRelation(Struct, frozen=True):
    """A relation as a file states it: `target` is an id or another file's name.

    `written` are the links of an exported text that mean the target.
    """

    type: str
    target: str
    written: tuple[str, ...] = ()


class NamedArchive(Struct, frozen=True):
    """An archived entry as a file states it: `successor` is an id or another file's name."""

    reason: str
    successor: str | None


def in_our_case(fields: Fields) -> Fields:
    """`fields`, those of ours under the name that we write: "Visibility" is `visibility`.

    An `id` is one as it stands alone: by another one, a known file would be a new entry.
    """
    found: Fields = {}
    for name, value in fields.items():
        ours = name.strip().lower()
        known = ours in _OURS and ours not in fields and ours not in found
        found[ours if known else name] = value
    return found


def is_export(fields: Fields) -> bool:
    """Whether a file has the mark of our exports. Raises `NotTaken` for one of another version."""
    version = fields.pop("tributary", None)
    if version is None:
        return False
    if not isinstance(version, Plain) or version.value != EXPORT_FORMAT:
        raise NotTaken(_("The file was exported by another version of Tributary; use that one."))
    return True


def line(fields: Fields, name: str) -> str | None:
    """The field as one line; a list or mapping is left where it is."""
    value = fields.get(name)
    if not isinstance(value, Plain) or not value.text.strip():
        return None
    del fields[name]
    lines = (one.strip() for one in _LINE_BREAKS.split(value.text))
    return " ".join(one for one in lines if one)


def kind(fields: Fields, *, exact: bool) -> str | None:
    """The kind, if there is one of that name."""
    value = fields.get("kind")
    known = isinstance(value, Plain) and value.text.strip() in _kinds()
    return line(fields, "kind") if exact or known else None


def group(fields: Fields) -> str | None:
    """The group, if it can be the name of one."""
    value = fields.get("group")
    fits = isinstance(value, Plain) and len(value.text) <= GROUP_LENGTH
    return line(fields, "group") if fits else None


def properties(fields: Fields) -> dict[str, Scalar]:
    """The scalars in a mapping of properties, as they are."""
    value = fields.get("properties")
    if not isinstance(value, dict):
        return {}
    found = {name: item for name, item in value.items() if isinstance(item, Plain)}
    rest = {name: item for name, item in value.items() if name not in found}
    del fields["properties"]
    if rest:
        fields["properties"] = rest
    return {name: "" if item.value is None else item.value for name, item in found.items()}


def relations(fields: Fields, *, exact: bool) -> tuple[NamedRelation, ...]:
    """A list of relations, each with a type that there is and a target.

    Those of which more is said stay among the fields as well, but for the links of an export.
    """
    value = filled(fields.get("relations", []))
    items = value if isinstance(value, list) else []
    found = [relation for item in items if (relation := _relation(item))]
    if not found or len(found) < len(items):
        return ()
    del fields["relations"]
    known = {"type", "target", "written"} if exact else {"type", "target"}
    rest: list[Value] = [each for each in items if isinstance(each, dict) and each.keys() - known]
    if rest:
        fields["relations"] = rest
    return tuple(found)


def _relation(item: Value) -> NamedRelation | None:
    if not isinstance(item, dict):
        return None
    named, target = item.get("type"), item.get("target")
    if not isinstance(named, Plain) or not isinstance(target, Plain):
        return None
    if named.text.strip().casefold() not in _TYPES or not target.text.strip():
        return None
    written = item.get("written")
    links = written if isinstance(written, list) else []
    return NamedRelation(
        named.text,
        target.text,
        tuple(
            link.text
            for link in links
            if isinstance(link, Plain) and not NOT_TEXT.search(link.text)
        ),
    )


def archived(fields: Fields) -> NamedArchive | None:
    """Why it is archived, if it is: the reason below or beside the field, or what it says."""
    value = fields.get("archived")
    if value is None or (isinstance(value, Plain) and value.text.lower() in _NOT_ARCHIVED):
        return None
    del fields["archived"]
    if isinstance(value, dict):
        reason = value.get("reason")
        said = reason.text if isinstance(reason, Plain) and reason.text.strip() else None
        rest = {**value}
        successor = line(rest, "successor")
        if rest := {name: item for name, item in rest.items() if name != "reason" or not said}:
            fields["archived"] = rest
        return NamedArchive(said or ARCHIVED_ELSEWHERE, successor)
    if isinstance(value, Plain) and value.value is True:
        beside = line(fields, "archived_reason") or line(fields, "reason")
        return NamedArchive(beside or ARCHIVED_ELSEWHERE, None)
    return NamedArchive(f"{ARCHIVED_ELSEWHERE[:-1]}: {flat(value)}.", None)


_NOT_ARCHIVED = ("", "false", "no", "off", "null", "~", "0")


def source(fields: Fields) -> Source | None:
    """The source of an export. Raises `NotTaken` where it is not whole."""
    value = fields.pop("source", None)
    if not isinstance(value, dict):
        return None
    name, external_id = value.get("name"), value.get("external_id")
    if not isinstance(name, Plain) or not isinstance(external_id, Plain):
        raise NotTaken(_("The field source in the front matter needs a name and an external_id."))
    return Source(name.text, external_id.text)


@cache
def _kinds() -> frozenset[str]:
    return frozenset(load_kinds())
