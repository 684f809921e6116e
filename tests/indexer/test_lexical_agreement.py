"""Both engines propose the same documents, whatever came before."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Filter
from indexer.errors import UnknownEngine
from indexer.lexical import ENGINES, LexicalDocument, LexicalIndex, open_lexical
from indexer.text.analysis import all_terms
from tests.examples import costly

WORDS = ["red", "green", "blue", "grün", "赤", "42"]
TERMS = ["red", "green", "blue", "grun", "赤", "42"]

bodies = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
labels = st.frozensets(st.sampled_from(["all", "board"]), min_size=1)
kinds = st.frozensets(st.sampled_from(["practice", "note", "a b"]), max_size=2)
documents = st.builds(
    lambda number, body, audience, kind: LexicalDocument(
        id=f"id {number}",
        terms=Counter(all_terms(body)),
        audience=audience,
        facets={"kind": kind},
    ),
    st.integers(0, 7),
    bodies,
    labels,
    kinds,
)
steps = st.lists(
    st.one_of(st.lists(documents, max_size=5), st.sets(st.integers(0, 7), max_size=3)), max_size=4
)
questions = st.dictionaries(st.sampled_from(TERMS), st.floats(0.1, 9.0), min_size=1)
filters = st.builds(
    lambda audience, kind: Filter(audience=audience, facets={"kind": kind} if kind else {}),
    labels,
    kinds,
)


def passes(document: LexicalDocument, passing: Filter) -> bool:
    return bool(document.audience & passing.audience) and all(
        values & document.facets.get(name, frozenset()) for name, values in passing.facets.items()
    )


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


@costly(5)
@given(steps=steps, weights=questions, passing=filters)
def test_after_any_steps_both_engines_propose_the_same_and_all_that_is_there(
    steps: list[list[LexicalDocument] | set[int]], weights: dict[str, float], passing: Filter
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
        allowed = {name for name, document in model.items() if passes(document, passing)}
        holding = {name for name in allowed if model[name].terms.keys() & weights.keys()}
        for limit in range(10):
            tantivy, whoosh = (set(each.propose(weights, passing, limit)) for each in indexes)
            assert tantivy == whoosh
            assert tantivy <= holding
            assert len(tantivy) <= limit
        assert tantivy == holding


def test_an_unknown_engine_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownEngine, match="'lucene': choose one of tantivy and whoosh"):
        open_lexical("lucene", tmp_path)
