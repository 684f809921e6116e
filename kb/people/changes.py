"""Who changed who may see or do what, as stewards read it, and each of themselves."""

from contextlib import AbstractContextManager
from sqlite3 import Connection

from kb import access
from kb.access import Principal
from kb.people import queries
from kb.people.actions import AUDIT
from kb.people.results import AccessChange, ListedChange
from kb.people.rows import access_change, listed_change
from kb.views.rows import rows
from kb.views.snapshot import Reads


class Changes:
    """The questions about changes, of a principal. Usable from any thread."""

    def __init__(self, views: Reads, principal: Principal) -> None:
        self._views = views
        self._principal = principal

    def changes(self, subject: str = "") -> tuple[AccessChange, ...]:
        """Who changed who may see or do what; of one member or group if `subject` is given.

        Everybody may ask about themselves, and is told of their entries too, in every role. Of
        others, stewards are told nothing of entries that they do not see, nor whose any is.
        Raises `Forbidden`.
        """
        own, db = self._changed(subject)
        with db as views:
            found = rows(views, queries.CHANGES, _about(subject, own=own))
        return tuple(access_change(row, own=own) for row in found)

    def newest_changes(
        self, subject: str = "", *, offset: int = 0, limit: int = -1
    ) -> tuple[ListedChange, ...]:
        """The same, the newest first, each with the name of a group. Raises `Forbidden`."""
        own, db = self._changed(subject)
        piece = {**_about(subject, own=own), "offset": offset, "limit": limit}
        with db as views:
            found = rows(views, queries.NEWEST_CHANGES, piece)
        return tuple(listed_change(row, own=own) for row in found)

    def count_changes(self, subject: str = "") -> int:
        """How many there are. Raises `Forbidden`."""
        own, db = self._changed(subject)
        with db as views:
            return int(views.execute(queries.COUNT_CHANGES, _about(subject, own=own)).fetchone()[0])

    def _changed(self, subject: str) -> tuple[bool, AbstractContextManager[Connection]]:
        """Whether the principal asks about themselves, and views of what they are told of."""
        own = bool(subject) and subject == self._principal.member
        if not own:
            access.require(self._principal, AUDIT)
        return own, self._views.read(access.operator().labels if own else self._principal.labels)

    def changes_by(self, actor: str) -> tuple[AccessChange, ...]:
        """Who may see or do what, as `actor` changed it for others. Raises `Forbidden`."""
        access.require(self._principal, AUDIT)
        with self._views.read(self._principal.labels) as db:
            found = rows(db, queries.CHANGES_BY, (actor,))
        return tuple(access_change(row, own=False) for row in found)


def _about(subject: str, *, own: bool) -> dict[str, str | None]:
    return {"subject": subject, "author": subject if own else None}
