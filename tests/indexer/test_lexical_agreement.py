"""Both engines find the same documents, and what they count is what there is."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.document import Filter
from indexer.errors import UnknownEngine
from indexer.lexical import ENGINES, LexicalDocument, LexicalIndex, open_lexical

WORDS = ["red", "green", "blue", "grün", "赤", "42"]
TERMS = ["red", "green", "blue", "grun", "赤", "42"]

bodies = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
labels = st.frozensets(st.sampled_from(["all", "board"]), min_size=1)
kinds = st.frozensets(st.sampled_from(["practice", "note", "a b"]), max_size=2)
documents = st.builds(
    lambda number, body, audience, kind: LexicalDocument(
        id=f"id {number}", title="", body=body, audience=audience, facets={"kind": kind}
    ),
    st.integers(0, 7),
    bodies,
    labels,
    kinds,
)
steps = st.lists(
    st.one_of(st.lists(documents, max_size=5), st.sets(st.integers(0, 7), max_size=3)), max_size=4
)
questions = st.dictionaries(st.sampled_from(TERMS), st.integers(1, 3), min_size=1)
filters = st.builds(
    lambda audience, kind: Filter(audience=audience, facets={"kind": kind} if kind else {}),
    labels,
    kinds,
)


def passes(document: LexicalDocument, passing: Filter) -> bool:
    return bool(document.audience & passing.audience) and all(
        values & document.facets.get(name, frozenset()) for name, values in passing.facets.items()
    )


def holds(document: LexicalDocument, term: str) -> bool:
    return WORDS[TERMS.index(term)] in document.body.split()


@contextmanager
def both_engines() -> Iterator[list[LexicalIndex]]:
    with ExitStack() as stack:
        opened = []
        for engine in ENGINES:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            index = open_lexical(engine, Path(directory), writable=True)
            stack.callback(index.close)
            opened.append(index)
        yield opened


@settings(max_examples=20, deadline=None)
@given(steps=steps, terms=questions, passing=filters)
def test_after_any_steps_both_engines_find_and_count_what_is_there(
    steps: list[list[LexicalDocument] | set[int]], terms: dict[str, int], passing: Filter
) -> None:
    model: dict[str, LexicalDocument] = {}
    with both_engines() as indexes:
        for position, step in enumerate(steps, start=1):
            for index in indexes:
                if isinstance(step, set):
                    index.remove([f"id {number}" for number in step])
                else:
                    index.put(step)
                index.commit(position)
            if isinstance(step, set):
                model = {k: v for k, v in model.items() if int(k.removeprefix("id ")) not in step}
            else:
                model.update((document.id, document) for document in step)
        for index in indexes:
            check(index, model, terms, passing)


def check(
    index: LexicalIndex,
    model: dict[str, LexicalDocument],
    terms: dict[str, int],
    passing: Filter,
) -> None:
    allowed = {name for name, document in model.items() if passes(document, passing)}
    holding = {
        term: {name for name, document in model.items() if holds(document, term)} for term in terms
    }
    matches = index.search(terms, passing, 100)
    assert {match.document_id for match in matches} == set().union(*holding.values()) & allowed
    assert matches == sorted(matches, key=lambda match: (-match.score, match.document_id))
    assert all(match.score > 0 for match in matches)
    assert index.score(terms, sorted(model)).keys() == set().union(*holding.values())
    whole, some = index.statistics(terms), index.statistics(terms, passing)
    assert (whole.documents, some.documents) == (len(model), len(allowed))
    assert whole.frequencies == {term: len(names) for term, names in holding.items()}
    assert some.frequencies == {term: len(names & allowed) for term, names in holding.items()}


def test_both_engines_score_alike() -> None:
    texts = ["red green", "red red blue", "blue " * 9 + "red", "green blue 42", "42 " * 30] * 50
    ids = [str(number) for number in range(len(texts))]
    scores = []
    with both_engines() as indexes:
        for index in indexes:
            index.put(
                [
                    LexicalDocument(id=number, title="", body=text, audience=frozenset({"all"}))
                    for number, text in zip(ids, texts, strict=True)
                ]
            )
            index.commit(1)
            scores.append(index.score({"red": 2, "blue": 1, "42": 1}, ids))
    assert scores[0] == pytest.approx(scores[1], rel=0.02)


def test_an_unknown_engine_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownEngine, match="'lucene': choose one of tantivy and whoosh"):
        open_lexical("lucene", tmp_path)
