"""Search: asks the index on behalf of a principal, and explains why each result was found."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct, convert

from events.log import EventLog
from indexer.document import PROPERTIES, Filter, Hit
from indexer.errors import IndexerError, IndexOutdated, QuestionError
from kb.access import OPERATOR_LABEL
from kb.characters import visible
from kb.entries.browsing import stored
from kb.entries.catalogue import Catalogue
from kb.entries.results import EntryFilter, EntrySummary
from kb.errors import InvalidInput, NotYetSearchable, SearchUnavailable, said_by
from kb.ids import group_id
from kb.messages import _
from kb.projections.worker import ProjectionWorker
from kb.search.search_index import SearchIndex
from kb.search.why import asked_tags, why

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder

OWN_SECONDS = 1.0
"""How long a search waits for the principal's own changes to be indexed."""

OTHERS_SECONDS = 0.0
"""How long it waits for all other changes, which may be many."""

NEAREST = 5
"""How many of the nearest results are shown when nothing is close."""

MOST = 100
"""The most results of one search."""


class ResultScore(Struct, frozen=True, kw_only=True):
    """The parts of the score; see `indexer.document.ScoreParts`."""

    fused: float
    lexical: float
    cosine: float
    met: float
    exact: bool


class Result(Struct, frozen=True, kw_only=True):
    """An entry found, with the passage that answers.

    `close` tells answers, at most five, from what is only nearest or less close. `passage` is the
    text that answers and `heading` the one it stands under; `place` says where that is: "2" is the
    second section, "2.3" the third heading in its text, "properties" what the entry keeps beside
    its text. `marks` are (start, end) character ranges of `passage`; `snippet_range` is the part
    worth showing when space is short; `why` says in plain words what made it match; `incomplete`
    and `mixed` are as in `EntrySummary`.
    """

    id: str
    title: str
    kind: str
    group: str | None
    tags: tuple[str, ...]
    archived: bool
    close: bool
    heading: str
    place: str
    passage: str
    marks: tuple[tuple[int, int], ...]
    snippet_range: tuple[int, int]
    why: str
    score: ResultScore
    incomplete: bool = False
    mixed: bool = False


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to a question: those that are close come first, the others fall off behind them.

    When `nothing_close` is true, `results` are the five nearest; they are empty if nothing that the
    principal sees shares a word or a meaning with the question. `behind` counts the entries that
    the principal sees and that were written or changed since what the index had taken in when it
    answered: 0 unless much is coming in, or something keeps the index from going on. `trouble` then
    says in a sentence what that is, where this process knows; anybody but the operator is told of
    it only if there are such entries, or nobody can count them.
    """

    question: str
    results: tuple[Result, ...]
    nothing_close: bool
    milliseconds: float
    behind: int = 0
    trouble: str | None = None


_TROUBLE = _("Something keeps the newest entries from being found; the operator can see what.")


class _Behind(Struct, frozen=True):
    """The position after which the index lacks events, None if it lacks none, and why, if known.

    It does have the entries taken in `early`. `uncounted` says that the views lack some too.
    """

    since: int | None = None
    early: frozenset[str] = frozenset()
    trouble: str | None = None
    uncounted: bool = False


class Search:
    """Search on behalf of a member. Usable from any thread.

    `own` returns the position of their last own change here, 0 if there is none to wait for.
    """

    def __init__(
        self,
        index: SearchIndex,
        embedder: "Embedder",
        catalogue: Catalogue,
        follower: ProjectionWorker,
        log: EventLog,
        labels: frozenset[str],
        own: Callable[[], int] = lambda: 0,
    ) -> None:
        self._own = own
        self._index = index
        self._embedder = embedder
        self._catalogue = catalogue
        self._follower = follower
        self._log = log
        self._labels = labels

    def __call__(
        self,
        question: str,
        filter: EntryFilter,
        *,
        limit: int,
    ) -> Answer:
        """The entries that answer `question` among those that `filter` allows, best first.

        Answers from the index as it is, after waiting at most a second for the principal's own
        changes. If no process leads, this one begins to, and first takes in everything new. Raises
        `InvalidInput`, `NotYetSearchable` or `SearchUnavailable`.
        """
        if not 1 <= limit <= MOST:
            raise InvalidInput(_("Ask for 1 to {most} results.", most=MOST), "limit")
        wanted = partial(self._filter, stored(filter), filter.groups)
        with _explained():
            try:
                lack, results, began = self._ask(question, wanted, limit)
            except IndexOutdated:
                # Damage was found just now: the index is rebuilt, and asked once more.
                lack, results, began = self._ask(question, wanted, limit)
        nothing_close = not any(result.close for result in results)
        return Answer(
            question=question,
            results=results[: min(limit, NEAREST) if nothing_close else limit],
            nothing_close=nothing_close,
            milliseconds=1000 * (time.perf_counter() - began),
            **self._told(lack),
        )

    def _told(self, lack: "_Behind") -> dict[str, Any]:
        """The part of a lack that the principal may know, whatever entries are hidden from them."""
        behind = 0
        if lack.since is not None:
            behind = self._catalogue.changed_since(lack.since, without=lack.early)
        trouble = lack.trouble
        if trouble and OPERATOR_LABEL not in self._labels:
            trouble = _TROUBLE if behind or lack.uncounted else None
        return {"behind": behind, "trouble": trouble}

    def _ask(
        self, question: str, wanted: Callable[[], Filter], limit: int
    ) -> tuple["_Behind", tuple[Result, ...], float]:
        """The index's lack, the results, and when the search began."""
        from indexer.text.question import check_question

        check_question(question)
        lack, kept = self._bring_up(), wanted()
        # Before the clock starts: loading the model is not part of the search time.
        self._embedder.warm()
        with self._index.reading() as index:
            began = time.perf_counter()
            tags = {"tag": asked_tags(question)}
            found, whole = self._found(question, index.search(question, kept, limit, tags))
            if not whole:
                found, _ = self._found(question, index.search(question, kept, MOST, tags))
        return lack, found, began

    def _filter(self, chosen: EntryFilter, groups: Sequence[str]) -> Filter:
        """The filter of the index, with every spelling of each group's name."""
        spelled = self._catalogue.spellings(groups) if groups else ()
        archived = {None: (), True: ("yes",), False: ("no",)}[chosen.archived]
        wanted = {
            "kind": frozenset(chosen.kinds),
            "group": frozenset(map(group_id, (*groups, *spelled))),
            "archived": frozenset(archived),
        }
        facets = {name: values for name, values in wanted.items() if values}
        return Filter(audience=self._labels, facets=facets, every={"tag": frozenset(chosen.tags)})

    def _found(self, question: str, hits: Sequence[Hit]) -> tuple[tuple[Result, ...], bool]:
        """The results, and whether all hits are among them: some may be hidden meanwhile."""
        cards = self._catalogue.summaries([hit.document_id for hit in hits])
        results = tuple(
            _result(question, hit, cards[hit.document_id])
            for hit in hits
            if hit.document_id in cards and self._in_common(hit)
        )
        return results, len(cards) == len(hits)

    def _in_common(self, hit: Hit) -> bool:
        """Whether question and entry share a name, words or meaning."""
        score, faint = hit.score, self._embedder.calibration.faint
        by_words = score.level > 0 or score.lexical > 0 or bool(score.words)
        return score.exact or by_words or score.cosine >= faint

    def _bring_up(self) -> "_Behind":
        """Update the views, and the index as far as `OWN_SECONDS` allow; returns its lack.

        If this process follows in the background there is no need to wait, and if an error such as
        a full disk stops it, views and index are read as they are.
        """
        head = self._log.head()
        follower = self._follower
        trouble = None if follower.running else follower.bring_up(head)
        try:
            if own := self._own():
                with suppress(NotYetSearchable):
                    follower.ensure(own, "index", timeout=OWN_SECONDS)
            follower.ensure(head, "index", timeout=OTHERS_SECONDS)
        except NotYetSearchable as error:
            if self._index.position() < 0 and follower.errors:
                raise SearchUnavailable(said_by(error)) from error
        trouble = "; ".join(follower.errors) or trouble
        # In this order, as entries are no longer early once the position has passed them.
        early, position = self._index.early(), self._index.position()
        since = max(0, position) if position < head else None
        uncounted = bool(trouble) and not follower.shows(head)
        return _Behind(since, early, trouble if since is not None or uncounted else None, uncounted)


def _result(question: str, hit: Hit, card: EntrySummary) -> Result:
    score = hit.score
    return Result(
        id=card.id,
        title=card.title,
        kind=card.kind,
        group=card.group,
        tags=card.tags,
        archived=card.archived,
        incomplete=card.incomplete,
        mixed=card.mixed,
        close=hit.close,
        # An index of an earlier version may have headings with invisible characters.
        heading="Properties" if hit.place == PROPERTIES else visible(hit.heading),
        place=hit.place,
        passage=hit.text,
        marks=hit.marks,
        snippet_range=hit.snippet_range,
        why=why(question, hit, card.tags),
        score=convert(score, ResultScore, from_attributes=True),
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except QuestionError as error:
        raise InvalidInput(said_by(error), "question") from error
    except IndexOutdated as error:
        raise NotYetSearchable(
            _(
                "The index is being made at this moment, so ask again soon: {error}",
                error=said_by(error),
            )
        ) from error
    except IndexerError as error:
        raise SearchUnavailable(str(error)) from error
