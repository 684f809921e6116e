"""Conversion of rows of the views to the typed results of queries about entries."""

from typing import Any

import msgspec

from kb.access import Visibility
from kb.characters import mixed
from kb.collation import sort_key
from kb.entries.content import Content, Source
from kb.entries.results import (
    EndorsementView,
    EntryPage,
    EntrySummary,
    HistoryItem,
    RelatedEntry,
    ReuseView,
)
from kb.messages import _
from kb.messages.message import restored
from kb.sentences import together, unreadable
from kb.views.rows import Row
from kb.views.view import read_time

_AS_THEY_ARE = ("id", "title", "kind", "summary", "group", "endorsements", "reuses")
_decode = msgspec.json.Decoder(Content).decode


def entry_summary(row: Row) -> EntrySummary:
    """The summary of an entry, for lists."""
    return EntrySummary(**_summary_fields(row))


def entry_page(
    row: Row,
    *,
    relations: tuple[RelatedEntry, ...],
    endorsed: tuple[EndorsementView, ...],
    reuse: tuple[ReuseView, ...],
) -> EntryPage:
    """An entry with what belongs to it."""
    content = _decode(row["content"])
    source = row["source_name"]
    return EntryPage(
        **_summary_fields(row),
        version=row["version"],
        revision_version=row["revision_version"],
        sections=content.sections,
        properties=content.properties,
        relations=relations,
        archived_reason=row["archived_reason"],
        successor=row["successor"],
        source=Source(source, row["external_id"]) if source is not None else None,
        contributed_by=row["contributed_by"],
        endorsed=endorsed,
        reuse=reuse,
        lacking=tuple(map(lacking, msgspec.json.decode(row["lacking"]))),
    )


_WITHHELD = {
    "text": _(
        "So this page does not have it; once it is changed who sees the entry, its author and the "
        "operator alone do, until that is mended."
    ),
    "sight": _("Until that is mended, its author and the operator alone see it."),
    "entry": _("Until that is mended, the operator alone sees it."),
}


def lacking(row: Row) -> str:
    """A sentence on an event that could not be read, and on what is hidden for it."""
    hidden = _WITHHELD.get(row["lack"] or "", _("So this page does not have it."))
    return together([unreadable(row["unread"]), hidden])


def _summary_fields(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _AS_THEY_ARE},
        "tags": tuple(sorted(msgspec.json.decode(row["tags"]), key=sort_key)),
        "archived": bool(row["archived"]),
        "incomplete": bool(row["incomplete"]),
        "withheld": row["left_to"],
        "mixed": mixed(row["title"]),
        "contributed_at": read_time(row["contributed_at"]),
        "revised_at": read_time(row["revised_at"]),
        "visibility": msgspec.json.decode(row["visibility"], type=Visibility),
    }


def related_entry(row: Row) -> RelatedEntry:
    """The other end of a relation."""
    written = tuple(msgspec.json.decode(row["written"], type=list[str]))
    fields = {name: row[name] for name in ("type", "direction", "id", "title")}
    return RelatedEntry(**fields, archived=bool(row["archived"]), written=written)


def endorsement_view(row: Row) -> EndorsementView:
    """An endorsement."""
    fields = {name: row[name] for name in ("member", "reason")}
    return EndorsementView(**fields, endorsed_at=read_time(row["endorsed_at"]))


def revision_fields(row: Row) -> dict[str, Any]:
    """A revision but for its number and its text."""
    fields = {name: row[name] for name in ("version", "title", "group", "note", "by")}
    otherwise = bool(row["shown_otherwise"])
    return {**fields, "at": read_time(row["at"]), "shown_otherwise": otherwise}


def reuse_view(row: Row) -> ReuseView:
    """A reuse and what became of it."""
    times = {name: read_time(row[name]) for name in ("recorded_at", "updated_at")}
    return ReuseView(**{**row, **times})


def history_item(row: Row) -> HistoryItem:
    """One event, with the title of another entry that it is about."""
    detail = restored(row["detail"])
    if row["other"] is not None:
        title = row["other_title"] or row["other"]
        detail = _("{sentence} “{title}”.", sentence=detail, title=title)
    fields = {name: row[name] for name in ("version", "stream", "what", "actor")}
    return HistoryItem(**fields, detail=detail, at=read_time(row["at"]))
