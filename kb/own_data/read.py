"""Reads everything that is a member's own.

The views tell where the member said something; what they said is read from the log, for views have
the last word alone, no matter who had it.
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


class Missing(Struct, frozen=True, kw_only=True):
    """Something of the member that cannot be read: where it was said, when, and why it is missing.

    `at` is None where the whole of it is missing.
    """

    what: str
    id: str
    at: datetime | None
    why: str


class OwnData(Struct, frozen=True, kw_only=True):
    """All that the knowledge base holds of a member, as far as it is theirs.

    `said` has for each area what they said there, under its name. `groups` are those that they are
    in or that an entry of theirs is shown to. `changes` were made
    about them, `changed` is what they changed for others. `missing` is what cannot be read now.
    """

    member: MemberView
    profiles: tuple[OwnProfile, ...]
    groups: tuple[GroupView, ...]
    said: Mapping[str, tuple[Any, ...]]
    sign_in: OwnSignIn
    changes: tuple[AccessChange, ...]
    changed: tuple[AccessChange, ...]
    missing: tuple[Missing, ...] = ()


def own_data(
    views: Reads,
    writer: Writer,
    accounts: "Accounts",
    directory: Directory,
    parts: Iterable[Own],
) -> OwnData:
    """What belongs to the principal. Raises `Forbidden` for someone not known.

    It is theirs whatever their role, also what they said in entries that they no longer see; what
    others said in their entries, or tied to them, is not.
    """
    member = writer.actor
    everybody = Directory(views, access.operator())
    # As they see themselves: that others have a name like theirs is not told to every role.
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
        missing=tuple(reading.missing),
    )


def as_json(data: OwnData) -> bytes:
    """The data for programs: what was said in an area stands beside the rest."""
    values = {name: value for name, value in structs.asdict(data).items() if name != "said"}
    encoded = msgspec.json.encode({**values, **data.said}, order="deterministic", enc_hook=str)
    return msgspec.json.format(encoded, indent=2)


class _Reading:
    """Reads streams as far as they can be read, and keeps what of the member's cannot."""

    def __init__(self, views: Reads, writer: Writer, member: str) -> None:
        self._views = views
        self._writer = writer
        self.member = member
        self._aside = self.ids(SET_ASIDE)
        self.missing: list[Missing] = []

    def ids(self, sql: str, *parameters: str) -> list[str]:
        """The ids that a query of the views finds, without regard to who may see them."""
        with self._views.read(access.operator().labels) as db:
            return [found for (found,) in db.execute(sql, parameters)]

    def told(self, what: str, key: str, stream: str) -> tuple[list[ToldEvent], list[RecordedEvent]]:
        """The events of `stream` with what they say, and those that cannot be read."""
        try:
            told, lost = self._writer.readable(stream)
        except DataDirectoryError:
            # The sentence may name a place of the server, which is the operator's.
            self.missing.append(Missing(what=what, id=key, at=None, why=DAMAGED))
            return [], []
        events = (*(event for event, _ in told), *(event for event, _ in lost))
        began = any(event.version == 1 and event.actor == self.member for event in events)
        self.missing += [
            Missing(what=what, id=key, at=event.recorded_at, why=why)
            for event, why in lost
            if began or event.actor == self.member
        ]
        return told, [event for event, _ in lost]

    def aside(self, kind: str) -> Iterator[str]:
        """The streams of a kind that the views lack, where the member said something."""
        for stream in self._aside:
            if stream.startswith(f"{kind}-"):
                with suppress(DataDirectoryError):
                    told, lost = self._writer.readable(stream)
                    if any(event.actor == self.member for event, _ in (*told, *lost)):
                        yield stream

    def where(self, kind: str, sql: str, *parameters: str) -> Iterator[str]:
        """The ids of what the member said something in, as the views know, and as they lack."""
        known = self.ids(sql, self.member, *parameters)
        lacked = (stream.partition("-")[2] for stream in self.aside(kind))
        yield from dict.fromkeys((*known, *lacked))


def _profiles(reading: _Reading, member: str) -> Iterator[OwnProfile]:
    for event, said in reading.told("profile", member, member_stream(member))[0]:
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
