"""Field values and query tokens that both engines share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from indexer.document import Filter
from indexer.lexical import LexicalDocument
from indexer.text import analysis

T = TypeVar("T")

MADE_WITH = f"5.{analysis.VERSION}"
"""Version of these fields and of the terms in them; an index made with another must be rebuilt."""

_LEVELS = {2: 0.375, 4: 0.317, 8: 0.22}
"""Weight that a term adds at 2, 4 and 8 occurrences: the steps of BM25."""

_WHOLE = 2**22
"""The sum of all weights of a question: whole numbers far below 2**24 add up exactly in float32."""


def text_tokens(document: LexicalDocument) -> list[str]:
    """The terms of the document, and extra tokens for repeated ones.

    Forms of words are left out, as they are never scored.
    """
    forms = analysis.FORM + analysis.OTHER
    terms = {term: count for term, count in document.terms.items() if term[0] not in forms}
    repeated = [
        f"{term}+{level}" for term, count in terms.items() for level in _LEVELS if count >= level
    ]
    return [*terms, *repeated]


def token_weights(weights: Mapping[str, float]) -> dict[str, int]:
    """The weight of each token of a question, an integer above 0."""
    gains = dict(weights)
    for level, gain in _LEVELS.items():
        gains.update((f"{term}+{level}", weight * gain) for term, weight in weights.items())
    unit = _WHOLE / sum(gains.values())
    return {token: max(1, round(gain * unit)) for token, gain in gains.items()}


def clear_of_ties(found: Sequence[tuple[float, T]], limit: int) -> list[T]:
    """The documents of `found`, (weight, document) best first and at most `limit` + 1.

    If there is one too many, it is left out with all of the same weight.
    """
    least = found[limit][0] if len(found) > limit else 0.0
    return [document for weight, document in found if weight > least]


def name_values(document: LexicalDocument) -> list[str]:
    """The keys of the names that find the document exactly."""
    keys = (analysis.name_key(name) for name in document.names)
    return sorted({key for key in keys if key})


def facet_values(facets: Mapping[str, Iterable[str]]) -> list[str]:
    """Every (name, value) pair as one exact value; no two pairs give the same one."""
    return sorted(
        f"{len(name)}:{name}:{value}" for name, values in facets.items() for value in values
    )


def allowed_values(filter: Filter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each field of the filter the values of which a document must have one."""
    facets = tuple(
        ("facet", tuple(facet_values({name: values}))) for name, values in filter.facets.items()
    )
    every = (("facet", (value,)) for value in facet_values(filter.every))
    return (("audience", tuple(sorted(filter.audience))), *facets, *every)
