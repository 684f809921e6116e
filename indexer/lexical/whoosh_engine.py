"""The second full-text engine, Whoosh: pure Python, slower, with the same answers."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Lock

import whoosh.fields
import whoosh.index
import whoosh.query
import whoosh.scoring
import whoosh.searching
from whoosh.codec.base import Segment
from whoosh.reading import SegmentReader
from whoosh.writing import MERGE_SMALL, SegmentWriter

from indexer.document import Filter
from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument, whoosh_pickles
from indexer.lexical.damage import reading, writing
from indexer.lexical.fields import (
    MADE_WITH,
    allowed_values,
    clear_of_ties,
    facet_values,
    name_values,
    text_tokens,
    token_weights,
)
from indexer.text import analysis

_NAME = "Whoosh"

whoosh_pickles.restrict()


class WhooshIndex:
    """`LexicalIndex` on Whoosh.

    The commit's position is in a document of its own, the stamp, replaced in the same commit. New
    documents wait in memory for the commit, because a Whoosh writer cannot replace a document that
    it has not committed. A lock admits one thread at a time, as Whoosh searchers need.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self._directory = directory
        self._writable = writable
        self._lock = Lock()
        self._pending: dict[str, LexicalDocument | None] = {}
        self._gone: set[str] = set()  # ids to leave no trace of with the next commit
        fresh = writable and not (directory.is_dir() and any(directory.iterdir()))
        with reading(_NAME, directory):
            self._index = self._open(fresh)
        if fresh:
            self._write(0)
        self._searcher, self._position = self._look()

    def _open(self, fresh: bool) -> whoosh.index.Index:
        if fresh:
            self._directory.mkdir(parents=True, exist_ok=True)
            return whoosh.index.create_in(str(self._directory), _schema())
        if not whoosh.index.exists_in(str(self._directory)):
            raise IndexOutdated("There is no {engine} index: rebuild it.", engine=_NAME)
        return whoosh.index.open_dir(str(self._directory))

    def _look(self) -> tuple[whoosh.searching.Searcher, int]:
        with reading(_NAME, self._directory):
            searcher = self._index.searcher(weighting=whoosh.scoring.Frequency())
            stamp = searcher.document(record=MADE_WITH)
            if stamp is None:
                searcher.close()
                raise IndexOutdated(
                    "The {engine} index was made by another version of the program: rebuild it.",
                    engine=_NAME,
                )
            return searcher, int(stamp["position"])

    @property
    def position(self) -> int:
        return self._position

    @property
    def documents(self) -> int:
        with self._lock:
            return int(self._searcher.doc_count()) - 1

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        with self._lock:
            self._pending.update((document.id, document) for document in documents)

    def remove(self, ids: Sequence[str]) -> None:
        with self._lock:
            self._pending.update(dict.fromkeys(ids))

    def purge(self, ids: Sequence[str]) -> None:
        if self._pending:
            raise ValueError("commit first")
        with self._lock, reading(_NAME, self._directory):
            found = self._searcher.reader()
            self._gone = {each for each in ids if found.doc_frequency("id", each)}
            if self._gone:
                self._write(self._position)
                self._renew()

    def _merge(self, writer: SegmentWriter, segments: Sequence[Segment]) -> list[Segment]:
        """Rewrite small segments and those with traces of `_gone`; return the others."""
        others = []
        for segment in segments:
            with closing(SegmentReader(writer.storage, writer.schema, segment)) as found:
                if any(found.doc_frequency("id", each) for each in self._gone):
                    writer.add_reader(found)
                else:
                    others.append(segment)
        return list(MERGE_SMALL(writer, others))

    def commit(self, position: int) -> None:
        with self._lock:
            self._write(position)
            self._pending = {}
            self._renew()

    def _write(self, position: int) -> None:
        with writing(_NAME, self._directory):
            if not self._writable:
                raise ValueError("opened for reading, or closed")
            writer = self._index.writer()
            try:
                # All at once, because each deletion opens every file of the index.
                stamp = whoosh.query.Term("record", MADE_WITH)
                writer.delete_by_query(whoosh.query.Or([stamp, _any("id", self._pending)]))
                for document in filter(None, self._pending.values()):
                    writer.add_document(**_row(document))
                writer.add_document(record=MADE_WITH, position=position)
                writer.commit(mergetype=self._merge)
                self._gone.clear()
            except BaseException:
                writer.cancel()
                raise

    def refresh(self) -> None:
        with self._lock, reading(_NAME, self._directory):
            if not self._searcher.up_to_date():
                self._renew()

    def _renew(self) -> None:
        old = self._searcher
        self._searcher, self._position = self._look()
        old.close()

    def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
        if not weights or limit < 1:
            return []
        with self._lock, reading(_NAME, self._directory):
            searcher, passing = self._searcher, _passing(filter)
            found = searcher.search(_weighed(weights), limit=limit + 1, filter=passing, scored=True)
            places = clear_of_ties(found.top_n, limit)
            return [searcher.stored_fields(place)["id"] for place in places]

    def named(self, name: str, filter: Filter) -> list[str]:
        key = analysis.name_key(name)
        if not key:
            return []
        with self._lock, reading(_NAME, self._directory):
            query = whoosh.query.And([whoosh.query.Term("name", key), _passing(filter)])
            places = self._searcher.docs_for_query(query)
            return sorted(self._searcher.stored_fields(place)["id"] for place in places)

    def close(self) -> None:
        with self._lock:
            self._writable = False
            self._pending = {}
            if not self._searcher.is_closed:
                self._searcher.close()
            self._index.close()


def _schema() -> whoosh.fields.Schema:
    fields = whoosh.fields
    return fields.Schema(
        id=fields.ID(stored=True),
        text=fields.KEYWORD(),
        audience=fields.KEYWORD(),
        facet=fields.KEYWORD(),
        name=fields.KEYWORD(),
        record=fields.ID(),
        position=fields.STORED(),
    )


def _row(document: LexicalDocument) -> dict[str, str | list[str]]:
    """Field values as lists, which Whoosh takes as terms without analysing them."""
    return {
        "record": "document",
        "id": document.id,
        "text": text_tokens(document),
        "audience": sorted(document.audience),
        "facet": facet_values(document.facets),
        "name": name_values(document),
    }


def _weighed(weights: Mapping[str, float]) -> whoosh.query.Query:
    """Each token counts once in a document, so a document scores the sum of their weights."""
    return whoosh.query.Or(
        [
            whoosh.query.Term("text", token, boost=float(weight))
            for token, weight in token_weights(weights).items()
        ]
    )


def _passing(filter: Filter) -> whoosh.query.Query:
    return whoosh.query.And([_any(field, values) for field, values in allowed_values(filter)])


def _any(field: str, values: Iterable[str]) -> whoosh.query.Query:
    return whoosh.query.Or([whoosh.query.Term(field, value) for value in values])
