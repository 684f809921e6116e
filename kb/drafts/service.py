"""Commands and queries about the drafts of one member, which nobody else is shown."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from events.errors import SealedDataError
from events.vault import KeyVault
from kb.access import Action, Principal, require
from kb.drafts.actions import DRAFT, READ_DRAFTS
from kb.drafts.results import DraftSummary, SavedDraft
from kb.drafts.sealing import seal, unseal
from kb.drafts.store import MOST, ROOM, DraftStore, StoredDraft
from kb.errors import (
    DataDirectoryError,
    DraftConflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Refused,
)
from kb.ids import as_uuid
from kb.log_errors import log_errors
from kb.messages import _

KEPT = timedelta(days=180)
"""How long a draft is kept after it was last saved."""

FIELDS = 1_200
"""Fields of a draft: more than any form has."""

LARGEST_VERSION = 2**53 - 1

NAME_LENGTH = 200
"""Characters of the name of a field."""

KindOf = Callable[[str], str | None]
"""The kind of an entry that the principal sees; None for any other."""

T = TypeVar("T", bound=DraftSummary)


class Drafts:
    """The drafts of `principal` in `store`, sealed with the keys of `vault`.

    `kinds` are those of entries. Usable from any thread.
    """

    def __init__(
        self,
        store: DraftStore,
        vault: KeyVault,
        principal: Principal,
        *,
        kinds: Collection[str],
        kind_of: KindOf,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._vault = vault
        self._principal = principal
        self._kinds = kinds
        self._kind_of = kind_of
        self._clock = clock

    def save(
        self,
        draft_id: str,
        fields: Mapping[str, str],
        *,
        number: int,
        kind: str = "",
        entry_id: str | None = None,
        version: int = 0,
    ) -> SavedDraft:
        """Save the form's `fields` over save `number` of a draft, 0 for a new one.

        Give the `kind` of a new entry, or the `entry_id` and `version` that it revises. The title
        in lists is the field `title`. Raises `DraftConflict` if it was saved or discarded
        meanwhile, `Forbidden`, `InvalidInput`, `NotFound`, `Refused` if there is no room, or
        `DataDirectoryError`.
        """
        member = self._member(DRAFT)
        draft_id, plain = _known_id(draft_id), _plain(fields)
        entry, kind = self._meant(kind, entry_id)
        if not 0 <= version <= LARGEST_VERSION:
            raise InvalidInput(
                _("There is no version {version} of an entry.", version=version), "version"
            )
        now = int(self._clock().timestamp())
        before = self._store.get(member, draft_id)
        made = StoredDraft(
            member=member,
            id=draft_id,
            kind=kind,
            entry=entry,
            version=version if entry else 0,
            begun=before.begun if before else now,
            saved=now,
            number=number + 1,
            title=b"",
            fields=b"",
        )
        title = fields.get("title", "").strip()
        with log_errors():
            sealed_title = seal(self._vault, made, "title", title.encode())
            made = structs.replace(
                made, title=sealed_title, fields=seal(self._vault, made, "fields", plain)
            )
        match self._store.put(made):
            case "stale":
                raise DraftConflict(draft_id, self._store.get(member, draft_id) is not None)
            case "many":
                raise Refused(
                    _(
                        "You have {most} drafts already, and that is as many as are kept: discard "
                        "one that you do not need.",
                        most=MOST,
                    )
                )
            case "large":
                raise Refused(
                    _(
                        "Your drafts take up more than {size} MB together: contribute or discard "
                        "one first.",
                        size=ROOM // 1_000_000,
                    )
                )
        return self._told(made, SavedDraft, title=title, fields=dict(fields))

    def _meant(self, kind: str, entry_id: str | None) -> tuple[str, str]:
        """What a draft is for: the entry that it revises, or none, and its kind."""
        if entry_id is None:
            if kind not in self._kinds:
                raise InvalidInput(_("There is no kind of entry {kind!r}.", kind=kind[:80]), "kind")
            return "", kind
        entry = as_uuid(entry_id) or ""
        found = self._kind_of(entry)
        if found is None:
            raise NotFound(_("There is no entry {entry_id}.", entry_id=entry_id[:80]))
        return entry, found

    def list(self) -> tuple[DraftSummary, ...]:
        """All drafts of the principal, the last saved first.

        Raises `Forbidden` or `DataDirectoryError`.
        """
        found = self._store.of(self._member(READ_DRAFTS))
        told = (self._summary(each) for each in found)
        return tuple(each for each in told if each)

    def get(self, draft_id: str) -> SavedDraft:
        """One draft. Raises `NotFound`, `Forbidden` or `DataDirectoryError`."""
        return self._read(self._member(READ_DRAFTS), draft_id)

    def own(self) -> Iterator[SavedDraft | DraftSummary]:
        """All drafts with their fields, whatever the role of the principal is by now.

        Of one that cannot be read, what is known of it. Raises `DataDirectoryError`.
        """
        member = self._principal.member or ""
        for summary in filter(None, map(self._summary, self._store.of(member))):
            try:
                yield self._read(member, summary.id)
            except DataDirectoryError:
                yield summary
            except NotFound:
                pass  # discarded just now

    def _read(self, member: str, draft_id: str) -> SavedDraft:
        found = self._store.get(member, as_uuid(draft_id) or "")
        if found is None:
            raise _missing(draft_id)
        try:
            with log_errors():
                title = unseal(self._vault, found, "title", found.title).decode()
                fields = msgspec.json.decode(
                    unseal(self._vault, found, "fields", found.fields), type=dict[str, str]
                )
        except Refused as error:  # its key was destroyed
            raise _missing(draft_id) from error
        except SealedDataError as error:
            raise DataDirectoryError(
                _(
                    "Draft {id} cannot be read, as it or its key is damaged or missing: put back a "
                    "copy, or discard the draft.",
                    id=found.id,
                )
            ) from error
        return self._told(found, SavedDraft, title=title, fields=fields)

    def discard(self, draft_id: str) -> None:
        """Delete a draft. Raises `NotFound`, `Forbidden` or `DataDirectoryError`."""
        if not self._store.discard(self._member(DRAFT), as_uuid(draft_id) or ""):
            raise _missing(draft_id)

    def used(self, draft_id: str, number: int) -> None:
        """Delete a draft that became an entry or a revision, unless more was saved since `number`.

        Raises `Forbidden` or `DataDirectoryError`.
        """
        self._store.discard(self._member(DRAFT), as_uuid(draft_id) or "", number)

    def _member(self, action: Action) -> str:
        if self._principal.member is None:
            raise Forbidden(_("Sign in to have drafts."))
        require(self._principal, action)
        return self._principal.member

    def _summary(self, stored: StoredDraft) -> DraftSummary | None:
        """The draft in a list; None if it was erased."""
        try:
            with log_errors():
                title = unseal(self._vault, stored, "title", stored.title).decode()
        except Refused:
            return None
        except SealedDataError:
            return self._told(stored, DraftSummary, title=None)
        return self._told(stored, DraftSummary, title=title)

    def _told(self, stored: StoredDraft, shape: type[T], **read: Any) -> T:
        values: dict[str, Any] = {
            "id": stored.id,
            "kind": stored.kind,
            "entry_id": stored.entry or None,
            "version": stored.version,
            "number": stored.number,
            "begun_at": datetime.fromtimestamp(stored.begun, UTC),
            "saved_at": datetime.fromtimestamp(stored.saved, UTC),
        }
        return shape(**values, **read)


def _plain(fields: Mapping[str, str]) -> bytes:
    """The fields as bytes. Raises `InvalidInput` for more than a form can have."""
    if len(fields) > FIELDS or any(len(name) > NAME_LENGTH for name in fields):
        raise InvalidInput(
            _(
                "A draft has at most {fields} fields with names of at most {length} characters.",
                fields=FIELDS,
                length=NAME_LENGTH,
            ),
            "fields",
        )
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError:
        raise InvalidInput(_("A field of the draft is not Unicode text."), "fields") from None


def _known_id(text: str) -> str:
    if (found := as_uuid(text)) is None:
        raise InvalidInput(_("{id!r} is no id of a draft: give a UUID.", id=text[:80]), "id")
    return found


def _missing(draft_id: str) -> NotFound:
    return NotFound(
        _("You have no draft {id}: it may be contributed or discarded.", id=draft_id[:80])
    )
