"""The page for conflicting revisions of an entry: both texts side by side."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, structs

from kb import Session
from kb.entries.alignment import Work
from kb.entries.content import Content, Section
from kb.entries.differences import Runs, changed
from kb.entries.kinds import Kind
from kb.entries.results import EntryPage
from kb.errors import NotFound
from kb.messages import _
from web.pages.drafting import Begun
from web.pages.forms import EntryForm, SectionField, section_field

State = Literal["same", "theirs", "yours", "both"]
Key = tuple[str, int]


class Piece(Struct, frozen=True):
    """One piece of the text: as it is in the entry now, and the form's initial value.

    `state` says who changed it: "same" if both texts agree, else they, you, or both. `changed` is
    what they changed since the text that this one was begun from, as far as that is known.
    """

    name: str
    theirs: str
    begin: str
    state: State
    changed: Runs = ()


class ConflictPage(Struct, frozen=True):
    """Both texts; `form` is based on the newest version, so that saving it replaces that one.

    `who` names those to whom the entry was shown meanwhile, if any.
    """

    entry: EntryPage
    title: Piece
    group: Piece
    sections: tuple[tuple[SectionField, Piece], ...]
    form: EntryForm
    who: str = ""
    begun: Begun = Begun()


def conflict_page(
    session: Session, entry: EntryPage, mine: EntryForm, who: str = ""
) -> ConflictPage:
    """The page for `mine`, which was based on a text that is no longer the newest."""
    started, work = _started_from(session, entry.id, mine.version), Work()
    pieces = tuple(
        (_field(piece, mine.kind), piece)
        for piece in _sections(started, entry.sections, mine.sections, work)
    )
    return ConflictPage(
        entry=entry,
        title=_piece(_("Title"), started.title if started else None, entry.title, mine.title, work),
        group=_piece(_("Group"), mine.group_before, entry.group or "", mine.group, work),
        sections=pieces,
        form=structs.replace(mine, version=entry.version, group_before=entry.group or ""),
        who=who,
    )


def _field(piece: Piece, kind: Kind) -> SectionField:
    field = section_field(piece.name, piece.begin, kind, revising=True)
    # A section of the author's own that another removed keeps its name, but is not sent back.
    return field if field.text.strip() or not field.own else structs.replace(field, heading="")


def _started_from(session: Session, entry_id: str, version: int) -> Content | None:
    try:
        return session.catalogue.text_at(entry_id, version)
    except NotFound:
        return None


def _sections(
    started: Content | None, theirs: Sequence[Section], mine: Sequence[SectionField], work: Work
) -> Iterable[Piece]:
    old = _by_key((s.heading, s.text) for s in started.sections) if started else None
    new = _by_key((s.heading, s.text) for s in theirs)
    own = _by_key((s.heading, s.text) for s in mine)
    for key in dict.fromkeys((*new, *own)):
        before = None if old is None else old.get(key, "")
        yield _piece(key[0], before, new.get(key, ""), own.get(key, ""), work)


def _by_key(sections: Iterable[tuple[str, str]]) -> dict[Key, str]:
    """Texts by heading and the number of earlier sections with the same heading."""
    found: dict[Key, str] = {}
    for heading, text in sections:
        count = 0
        while (heading, count) in found:
            count += 1
        found[heading, count] = text.strip("\n")
    return found


def _piece(name: str, before: str | None, theirs: str, mine: str, work: Work) -> Piece:
    if mine == theirs:
        return Piece(name, theirs, mine, "same")
    if mine == before:
        return Piece(name, theirs, theirs, "theirs", changed(before, theirs, work))
    if theirs == before:
        return Piece(name, theirs, mine, "yours")
    told = () if before is None else changed(before, theirs, work)
    return Piece(name, theirs, mine, "both", told)
