"""Everything that is a member's own, to take along."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from kb import access
from kb.accounts.passkeys import PasskeyInfo, passkeys_of
from kb.accounts.sessions import SessionInfo
from kb.accounts.tokens import TokenInfo
from kb.following.view_reader import ViewReader
from kb.ids import endorsement_id, endorsement_stream, entry_stream, member_stream, reuse_stream
from kb.people.directory import AccessChange, Directory, GroupView, MemberView
from kb.people.member import MemberJoined, MemberProfileChanged, Profile
from kb.people.own_writing import (
    OwnEndorsement,
    OwnEntry,
    OwnReuse,
    own_endorsements,
    own_entry,
    own_reuse,
)
from kb.writer import Writer

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts

# The views tell where the member said something; what they said is read from the log, for views
# have the last word alone, whoever had it.
SPOKE_IN = """SELECT entry_id FROM history WHERE actor = ? AND stream = ?
GROUP BY entry_id ORDER BY min(position)"""
REUSES = """SELECT id FROM reuse WHERE entry_id IN (
    SELECT entry_id FROM history WHERE actor = ? AND stream = 'reuse') ORDER BY position"""


class OwnProfile(Struct, frozen=True, kw_only=True):
    """What the member told about themselves, from `at` on."""

    at: datetime
    profile: Profile


class OwnSignIn(Struct, frozen=True, kw_only=True):
    """What the member signs in with, and where they are signed in.

    Of a name, a password and an account elsewhere only hashes are kept: here stands whether they
    are set. Nothing in it opens anything.
    """

    name: bool
    password: bool
    other_account: bool
    passkeys: tuple[PasskeyInfo, ...]
    sessions: tuple[SessionInfo, ...]
    tokens: tuple[TokenInfo, ...]


class OwnData(Struct, frozen=True, kw_only=True):
    """All that the knowledge base holds of a member, as far as it is theirs.

    `groups` are those that they are in or that an entry of theirs is shown to. `changes` were made
    about them, `changed` is what they changed for others.
    """

    member: MemberView
    profiles: tuple[OwnProfile, ...]
    groups: tuple[GroupView, ...]
    entries: tuple[OwnEntry, ...]
    endorsements: tuple[OwnEndorsement, ...]
    reuses: tuple[OwnReuse, ...]
    sign_in: OwnSignIn
    changes: tuple[AccessChange, ...]
    changed: tuple[AccessChange, ...]


def own_data(
    views: ViewReader, writer: Writer, accounts: "Accounts", directory: Directory
) -> OwnData:
    """What belongs to whoever asks. Raises `Forbidden` for somebody not known.

    It is theirs whatever their role, also what they said in entries that they no longer see; what
    others said in their entries, or tied to them, is not.
    """
    member = writer.actor
    everybody = Directory(views, access.operator())
    me = everybody.member(member)
    entries = tuple(_entries(views, writer, member))
    shown = {group for each in entries if each.visibility for group in each.visibility.groups}
    return OwnData(
        member=me,
        profiles=tuple(_profiles(writer, member)),
        groups=tuple(each for each in everybody.groups() if each.id in {*me.groups, *shown}),
        entries=entries,
        endorsements=tuple(_endorsements(views, writer, member)),
        reuses=tuple(_reuses(views, writer, member)),
        sign_in=_sign_in(accounts, member),
        changes=directory.changes(member),
        changed=everybody.changes_by(member),
    )


def as_json(data: OwnData) -> bytes:
    """The data for programs."""
    return msgspec.json.format(msgspec.json.encode(data, order="deterministic"), indent=2)


def _entries(views: ViewReader, writer: Writer, member: str) -> Iterator[OwnEntry]:
    for entry_id in _ids(views, SPOKE_IN, member, "entry"):
        yield own_entry(entry_id, writer.told(entry_stream(entry_id)), member)


def _endorsements(views: ViewReader, writer: Writer, member: str) -> Iterator[OwnEndorsement]:
    for entry_id in _ids(views, SPOKE_IN, member, "endorsement"):
        stream = endorsement_stream(endorsement_id(entry_id, member))
        yield from own_endorsements(writer.told(stream))


def _reuses(views: ViewReader, writer: Writer, member: str) -> Iterator[OwnReuse]:
    for reuse_id in _ids(views, REUSES, member):
        if own := own_reuse(reuse_id, writer.told(reuse_stream(reuse_id)), member):
            yield own


def _ids(views: ViewReader, sql: str, *parameters: str) -> list[str]:
    with views.read(access.operator().labels) as db:
        return [found for (found,) in db.execute(sql, parameters)]


def _profiles(writer: Writer, member: str) -> Iterator[OwnProfile]:
    for event, said in writer.told(member_stream(member)):
        if isinstance(said, MemberJoined | MemberProfileChanged):
            yield OwnProfile(at=event.recorded_at, profile=said.profile)


def _sign_in(accounts: "Accounts", member: str) -> OwnSignIn:
    return OwnSignIn(
        name=accounts.names.has(member),
        password=accounts.passwords.has(member),
        other_account=accounts.identities.has(member),
        passkeys=tuple(passkeys_of(accounts.store, member)),
        sessions=tuple(accounts.sessions.of(member)),
        tokens=tuple(accounts.tokens.of(member)),
    )
