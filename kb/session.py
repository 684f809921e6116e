"""The session of one principal in an opened base."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Self

from kb.access import Principal
from kb.areas import OWN
from kb.clock import utc_now
from kb.drafts.service import Drafts
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
from kb.views.visible import Decided, Sight
from kb.views.withheld import INCOMPLETE
from kb.writer import Writer


class Session:
    """Commands, queries and search on behalf of `principal`; `KnowledgeBase.as_` makes one.

    It has the rights of its principal as they were when that was made: what a group or a role that
    was taken from them showed, it goes on showing. So make one for each request; that is cheap, as
    each part is made at first use, and needs no closing: it ends with the base.
    Reads come from `views`. Usable from any thread.
    """

    def __init__(self, parts: Parts, principal: Principal, views: Reads | None = None) -> None:
        self.principal = principal
        self._parts = parts
        self._views = views or parts.reader

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """A session that reads one snapshot of the views, for one thread at a time.

        It ends with the block. Commands still decide on the present state.
        """
        with self._parts.reader.snapshot() as views:
            yield type(self)(self._parts, self.principal, views)

    def as_(self, principal: Principal) -> Self:
        """A session for `principal`, on the same snapshot of the views if this has one."""
        return type(self)(self._parts, principal, self._views)

    def renew(self) -> None:
        """Take a new snapshot of the views, if this session has one."""
        self._views.renew()

    def require_current(self) -> None:
        """Raise `NotYetSearchable` if something was hidden that the views still show.

        Others than the operator are shown nothing then; this is for what the operator passes on.
        """
        self._parts.reader.require_current()

    def incomplete(self) -> str:
        """A sentence if any event could not be taken in; empty otherwise."""
        with storage_errors(self._parts.directory.root):
            lacking = self._views.incomplete() or self._parts.parked.all()
        return INCOMPLETE if lacking else ""

    @property
    def recorded(self) -> bool:
        """Whether a command of this session has recorded anything."""
        return self._writer.recorded

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of entries, by name."""
        return self._parts.kinds

    @cached_property
    def directory(self) -> Directory:
        """Members, groups and changes to them."""
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
            Directory(Decided(parts.reader), self.principal),
            catch_up=parts.catch_up_views,
            departed=lambda member: parts.keys.depart([member]),
        )

    @cached_property
    def drafts(self) -> Drafts:
        """The principal's own drafts."""
        return Drafts(
            self._parts.drafts,
            self._parts.vault,
            self.principal,
            kinds=self.kinds,
            kind_of=self._kind_of,
            clock=utc_now,
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
        """Sign-in data of members: tokens, links, passwords and so on."""
        return Credentials(self._parts.accounts, self._writer)

    def search(
        self,
        question: str,
        filter: EntryFilter | None = None,
        *,
        limit: int = 10,
        settled: bool = True,
    ) -> Answer:
        """The entries that answer `question` among those that `filter` allows; see `Search`.

        `Answer.behind` is how many the index lacks; `KnowledgeBase.catch_up` waits for them. A
        question that is not `settled`, since its author is still typing, is not counted.
        """
        with storage_errors(self._parts.directory.root):
            answer = self._search(question, filter or EntryFilter(), limit=limit)
        if settled:
            self._parts.questions.asked_now(question, self.principal.member)
        return answer

    def own_data(self) -> OwnData:
        """The principal's own data. Raises `Forbidden` if they are not signed in."""
        if self.principal.member is None:
            raise Forbidden(_("Sign in to take your data along."))
        with storage_errors(self._parts.directory.root):
            return own_data(
                self._views, self._writer, self._parts.accounts, self.directory, OWN, self.drafts
            )

    def wait(self, position: int, *, timeout: float | None = None) -> None:
        """Return when searches find the principal's change at `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        self._parts.wait(position, "index", timeout)

    def _kind_of(self, entry_id: str) -> str | None:
        found = self.catalogue.summaries([entry_id]).get(entry_id)
        return found.kind if found else None

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
            shown=Sight(
                Decided(parts.reader),
                self.principal.labels,
                behind=lambda: bool(parts.worker.settle(parts.log.head())),
            ),
            holds=roles_after,
        )

    @cached_property
    def _search(self) -> Search:
        parts = self._parts
        return Search(
            parts.index,
            parts.models.embedder,
            self.catalogue,
            parts.worker,
            parts.log,
            self.principal.readable,
            partial(parts.own.take, self._member),
        )
