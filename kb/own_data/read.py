"""Collects a member's own data.

The views tell where the member wrote something; the texts are read from the log, as views hold only
the latest version, whoever wrote it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from events.event import RecordedEvent
from kb import access
from kb.accounts.passkeys import PasskeyInfo, passkeys_of
from kb.accounts.sessions import SessionInfo
from kb.accounts.tokens import TokenInfo
from kb.drafts.results import SavedDraft
from kb.drafts.service import Drafts
from kb.errors import DataDirectoryError
from kb.ids import member_stream
from kb.messages import _
from kb.own import Own, ToldEvent
from kb.people.directory import AccessChange, Directory, GroupView, MemberView
from kb.people.member import MemberJoined, MemberProfileChanged, Profile
from kb.views.snapshot import Reads
from kb.writer import Writer

if TYPE_CHECKING:
    from kb.accounts.accounts import Accounts

SET_ASIDE = "SELECT DISTINCT stream FROM main.parked ORDER BY position"

DAMAGED = _("The log is damaged there: put back a copy of it.")


DRAFTS_DAMAGED = _("The file of drafts is damaged there: put back a copy of it.")


class OwnProfile(Struct, frozen=True, kw_only=True):
    """A profile of the member, valid from `at` on."""

    at: datetime
    profile: Profile


class OwnSignIn(Struct, frozen=True, kw_only=True):
    """How the member signs in, and where they are signed in.

    A name, a password and an account elsewhere are stored as hashes only, so these say whether they
    are set. It contains no secret.
    """

    name: bool
    password: bool
    other_account: bool
    passkeys: tuple[PasskeyInfo, ...]
    sessions: tuple[SessionInfo, ...]
    tokens: tuple[TokenInfo, ...]


class Missing(Struct, frozen=True, kw_only=True):
    """An unreadable part of the member's data: where and when it was written, and why it is lost.

    `at` is None if the whole stream is.
    """

    what: str
    id: str
    at: datetime | None
    why: str


class OwnData(Struct, frozen=True, kw_only=True):
    """Everything in the knowledge base that is a member's own.

    `said` has what they wrote, by name of the area. `groups` are those that they are in or that an
    entry of theirs is shown to. `changes` were made to their rights, `changed` by them to those of
    others. `missing` are parts that cannot be read now.
    """

    member: MemberView
    profiles: tuple[OwnProfile, ...]
    groups: tuple[GroupView, ...]
    said: Mapping[str, tuple[Any, ...]]
    sign_in: OwnSignIn
    changes: tuple[AccessChange, ...]
    changed: tuple[AccessChange, ...]
    drafts: tuple[SavedDraft, ...]
    missing: tuple[Missing, ...] = ()


def own_data(
    views: Reads,
    writer: Writer,
    accounts: "Accounts",
    directory: Directory,
    parts: Iterable[Own],
    drafts: Drafts,
) -> OwnData:
    """The own data of the principal. Raises `Forbidden` if they are not signed in.

    It does not depend on their role, and includes what they wrote in entries that they no longer
    see, but not what others wrote in their entries or about them.
    """
    member = writer.actor
    everybody = Directory(views, access.operator())
    # As they see themselves: not every role may learn that others have a similar name.
    me = directory.member(member)
    reading = _Reading(views, writer, member)
    profiles = tuple(_profiles(reading, member))
    said = {part.name: tuple(part.read(reading)) for part in parts}
    shown = {group for part in parts for each in said[part.name] for group in part.groups(each)}
    return OwnData(
        member=me,
        profiles=profiles,
        groups=tuple(each for each in everybody.groups() if each.id in {*me.groups, *shown}),
        said=said,
        sign_in=_sign_in(accounts, member),
        changes=directory.changes(member),
        changed=everybody.changes_by(member),
        drafts=tuple(_drafts(reading, drafts)),
        missing=tuple(reading.missing),
    )


def as_json(data: OwnData) -> bytes:
    """The data for programs, with the values of each area at the top level."""
    values = {name: value for name, value in structs.asdict(data).items() if name != "said"}
    encoded = msgspec.json.encode({**values, **data.said}, order="deterministic", enc_hook=str)
    return msgspec.json.format(encoded, indent=2)


class _Reading:
    """Implements `Reading`, and collects what is `missing`."""

    def __init__(self, views: Reads, writer: Writer, member: str) -> None:
        self._views = views
        self._writer = writer
        self.member = member
        self._aside = self.ids(SET_ASIDE)
        self.missing: list[Missing] = []

    def ids(self, sql: str, *parameters: str) -> list[str]:
        """See `Reading`."""
        with self._views.read(access.operator().labels) as db:
            return [found for (found,) in db.execute(sql, parameters)]

    def told(self, what: str, key: str, stream: str) -> tuple[list[ToldEvent], list[RecordedEvent]]:
        """See `Reading`."""
        try:
            told, lost = self._writer.readable(stream)
        except DataDirectoryError:
            # The error may name a path of the server, which is for the operator only.
            self.miss(what, key, None, DAMAGED)
            return [], []
        events = (*(event for event, _ in told), *(event for event, _ in lost))
        began = any(event.version == 1 and event.actor == self.member for event in events)
        self.missing += [
            Missing(what=what, id=key, at=event.recorded_at, why=why)
            for event, why in lost
            if began or event.actor == self.member
        ]
        return told, [event for event, _ in lost]

    def miss(self, what: str, key: str, at: datetime | None, why: str) -> None:
        """Note a part that cannot be read."""
        self.missing.append(Missing(what=what, id=key, at=at, why=why))

    def aside(self, kind: str) -> Iterator[str]:
        """See `Reading`."""
        for stream in self._aside:
            if stream.startswith(f"{kind}-"):
                with suppress(DataDirectoryError):
                    told, lost = self._writer.readable(stream)
                    if any(event.actor == self.member for event, _ in (*told, *lost)):
                        yield stream

    def where(self, kind: str, sql: str, *parameters: str) -> Iterator[str]:
        """See `Reading`."""
        known = self.ids(sql, self.member, *parameters)
        lacked = (stream.partition("-")[2] for stream in self.aside(kind))
        yield from dict.fromkeys((*known, *lacked))


def _profiles(reading: _Reading, member: str) -> Iterator[OwnProfile]:
    for event, said in reading.told("profile", member, member_stream(member))[0]:
        if isinstance(said, MemberJoined | MemberProfileChanged):
            yield OwnProfile(at=event.recorded_at, profile=said.profile)


def _drafts(reading: _Reading, drafts: Drafts) -> Iterator[SavedDraft]:
    try:
        for each in drafts.own():
            if isinstance(each, SavedDraft):
                yield each
            else:
                reading.miss("draft", each.id, each.saved_at, DRAFTS_DAMAGED)
    except DataDirectoryError:
        reading.miss("drafts", reading.member, None, DRAFTS_DAMAGED)


def _sign_in(accounts: "Accounts", member: str) -> OwnSignIn:
    return OwnSignIn(
        name=accounts.names.has(member),
        password=accounts.passwords.has(member),
        other_account=accounts.identities.has(member),
        passkeys=tuple(passkeys_of(accounts.store, member)),
        sessions=tuple(accounts.sessions.of(member)),
        tokens=tuple(accounts.tokens.of(member)),
    )
