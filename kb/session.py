"""What one principal sees and does in an opened base."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Self

from kb.access import Principal
from kb.areas import OWN
from kb.endorsements.service import Endorsements
from kb.entries.catalogue import Catalogue
from kb.entries.kinds import Kind
from kb.entries.results import EntryFilter
from kb.entries.service import Entries
from kb.erasure.erase import Erasure
from kb.errors import Forbidden
from kb.ids import new_event_id, new_id
from kb.measures.reuse_report import Reports
from kb.messages import _
from kb.own_data.read import OwnData, own_data
from kb.parts import Parts
from kb.people.credentials import Credentials
from kb.people.directory import Directory
from kb.people.member import roles_after
from kb.people.service import People
from kb.reuse.service import Reuses
from kb.search.search import Answer, Search
from kb.storage.data_directory import storage_errors
from kb.views.snapshot import Reads
from kb.views.visible import Sight
from kb.views.withheld import INCOMPLETE
from kb.writer import Writer


class Session:
    """Commands, queries and search in the name of `principal`; `KnowledgeBase.as_` makes one.

    It costs next to nothing, as each part is made when it is first used, and is never closed: it
    ends with the base. What is read comes from `views`. Usable from any thread.
    """

    def __init__(self, parts: Parts, principal: Principal, views: Reads | None = None) -> None:
        self.principal = principal
        self._parts = parts
        self._views = views or parts.reader

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """The same, reading the views as they are at its first read, for one thread at a time.

        Nothing is read from it afterwards. Commands decide on what is there all the same.
        """
        with self._parts.reader.snapshot() as views:
            yield type(self)(self._parts, self.principal, views)

    def as_(self, principal: Principal) -> Self:
        """What `principal` sees and does, in the same state of the views where this is of one."""
        return type(self)(self._parts, principal, self._views)

    def renew(self) -> None:
        """Read the views from here on as they are then, where this is a snapshot."""
        self._views.renew()

    def incomplete(self) -> str:
        """A sentence if anything that was recorded could not be taken in; empty otherwise."""
        with storage_errors(self._parts.directory.root):
            lacking = self._views.incomplete() or self._parts.parked.all()
        return INCOMPLETE if lacking else ""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of entries, by name."""
        return self._parts.kinds

    @cached_property
    def directory(self) -> Directory:
        """Members, groups and what changed about them."""
        return Directory(self._views, self.principal)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Entries, endorsements and reuses to read."""
        return Catalogue(self._views, self.principal.readable)

    @cached_property
    def reports(self) -> Reports:
        """Counts of reuses and of searches."""
        return Reports(self._views, self.principal, self._parts.questions)

    @cached_property
    def people(self) -> People:
        """Commands about members and groups."""
        parts = self._parts
        return People(
            self._writer,
            new_id,
            Directory(parts.reader, self.principal),
            catch_up=parts.catch_up_views,
            departed=lambda member: parts.keys.depart([member]),
        )

    @cached_property
    def entries(self) -> Entries:
        """Commands about entries."""
        return Entries(self._writer, self.kinds, new_id)

    @cached_property
    def endorsements(self) -> Endorsements:
        """Commands about endorsements."""
        return Endorsements(self._writer)

    @cached_property
    def reuses(self) -> Reuses:
        """Commands about reuses."""
        return Reuses(self._writer, new_id)

    @cached_property
    def erasure(self) -> Erasure:
        """Erases members and entries."""
        return Erasure(self.people, self.entries, self._parts.worker)

    @property
    def credentials(self) -> Credentials:
        """What members sign in with: tokens, links, passwords and the rest."""
        return Credentials(self._parts.accounts, self._writer)

    def search(
        self,
        question: str,
        filter: EntryFilter | None = None,
        *,
        limit: int = 10,
        settled: bool = True,
    ) -> Answer:
        """The entries that answer `question`, of those that `filter` lets through; see `Search`.

        `Answer.behind` tells how many the index lacks; `KnowledgeBase.catch_up` waits for them. One
        that is not `settled`, since someone is still typing, counts as none that was asked.
        """
        with storage_errors(self._parts.directory.root):
            answer = self._search(question, filter or EntryFilter(), limit=limit)
        if settled:
            self._parts.questions.asked_now(question, self.principal.member)
        return answer

    def own_data(self) -> OwnData:
        """Everything that is the principal's own. Raises `Forbidden` for someone not known."""
        if self.principal.member is None:
            raise Forbidden(_("Sign in to take your data along."))
        with storage_errors(self._parts.directory.root):
            return own_data(self._views, self._writer, self._parts.accounts, self.directory, OWN)

    def wait(self, position: int, *, timeout: float | None = None) -> None:
        """Return when searches find what the principal wrote at `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        self._parts.wait(position, "index", timeout)

    @property
    def _member(self) -> str:
        return self.principal.member or ""

    @cached_property
    def _writer(self) -> Writer:
        parts = self._parts
        return Writer(
            parts.log,
            parts.codec,
            principal=self.principal,
            new_event_id=new_event_id,
            settle=parts.worker.settle,
            wrote=partial(parts.own.note, self._member),
            shown=Sight(parts.reader, self.principal.labels),
            holds=roles_after,
        )

    @cached_property
    def _search(self) -> Search:
        parts = self._parts
        return Search(
            parts.index,
            parts.embedder,
            self.catalogue,
            parts.worker,
            parts.log,
            self.principal.readable,
            partial(parts.own.take, self._member),
        )
