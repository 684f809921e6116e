"""Everything that is a member's own, to take along: as values, and as one Markdown page."""

from datetime import datetime

import msgspec
from msgspec import Struct, structs

from kb import access
from kb.entries.catalogue import Catalogue
from kb.entries.queries import CONTRIBUTED
from kb.entries.results import EntryPage
from kb.errors import Forbidden
from kb.following.view import read_time
from kb.following.view_reader import ViewReader
from kb.people.directory import AccessChange, Directory, MemberView
from kb.rows import rows

ENDORSED = """SELECT entry_id, reason, endorsed_at FROM endorsement WHERE member = ?
ORDER BY position"""
REUSED = """SELECT id, entry_id, group_name AS "group", context, outcome, note, evidence,
recorded_at FROM reuse WHERE recorded_by = ? ORDER BY position"""


class OwnEndorsement(Struct, frozen=True, kw_only=True):
    """What the member said for an entry."""

    entry_id: str
    reason: str
    endorsed_at: datetime


class OwnReuse(Struct, frozen=True, kw_only=True):
    """A reuse that the member recorded."""

    id: str
    entry_id: str
    group: str
    context: str
    outcome: str
    note: str | None
    evidence: str | None
    recorded_at: datetime


class OwnData(Struct, frozen=True, kw_only=True):
    """All that the knowledge base holds of a member, as far as it is theirs."""

    member: MemberView
    entries: tuple[EntryPage, ...]
    endorsements: tuple[OwnEndorsement, ...]
    reuses: tuple[OwnReuse, ...]
    changes: tuple[AccessChange, ...]


def own_data(views: ViewReader, directory: Directory, member: str) -> OwnData:
    """What belongs to `member`, who asks for it. Raises `Forbidden` for somebody else.

    It is theirs whatever their role, also what they said about entries that they no longer see;
    what others said about their entries, or tied to them, is not.
    """
    if directory.asker_id != member:
        raise Forbidden("Only members themselves may take their data along.")
    everybody = Directory(views, access.operator())
    catalogue = Catalogue(views, access.operator().labels)
    with views.read(access.operator().labels) as db:
        entries = [entry_id for (entry_id,) in db.execute(CONTRIBUTED, (member,))]
        endorsed = rows(db, ENDORSED, (member,))
        reused = rows(db, REUSED, (member,))
    return OwnData(
        member=everybody.member(member),
        entries=tuple(
            structs.replace(catalogue.get(entry_id), relations=(), endorsed=(), reuse=())
            for entry_id in entries
        ),
        endorsements=tuple(
            OwnEndorsement(**{**row, "endorsed_at": read_time(row["endorsed_at"])})
            for row in endorsed
        ),
        reuses=tuple(
            OwnReuse(**{**row, "recorded_at": read_time(row["recorded_at"])}) for row in reused
        ),
        changes=directory.changes(member),
    )


def as_json(data: OwnData) -> bytes:
    """The data for programs."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2)


def as_markdown(data: OwnData) -> str:
    """The data for people."""
    profile = data.member.profile
    lines = ["# What is mine", ""]
    if profile:
        told = msgspec.structs.asdict(profile)
        told["languages"] = ", ".join(profile.languages)
        lines += [f"- {name.replace('_', ' ')}: {value}" for name, value in told.items() if value]
    lines += [f"- roles: {', '.join(data.member.roles)}", ""]
    lines += ["## Entries", ""]
    for entry in data.entries:
        lines += [f"### {entry.title}", ""]
        for section in entry.sections:
            lines += [f"#### {section.heading}", "", section.text, ""]
    lines += ["## Endorsements", ""]
    lines += [f"- {each.entry_id}: {each.reason}" for each in data.endorsements]
    lines += ["", "## Reuse", ""]
    lines += [
        f"- {each.entry_id}, {each.group}, {each.outcome}: {each.context}" for each in data.reuses
    ]
    lines += ["", "## Changes of what I may do", ""]
    lines += [f"- {each.at:%Y-%m-%d %H:%M} UTC: {each.detail}" for each in data.changes]
    return "\n".join(lines) + "\n"
