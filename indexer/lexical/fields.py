"""What both engines index of a document and ask of a filter, decided in one place."""

from collections.abc import Iterable, Mapping

from indexer import analysis
from indexer.document import Filter
from indexer.lexical import LexicalDocument

MADE_WITH = f"1.{analysis.VERSION}"
"""Version of these fields and of the terms in them; an index made with another must be rebuilt."""


def text_terms(document: LexicalDocument) -> list[str]:
    """All terms of the document: title, body and keywords count alike."""
    return [
        term
        for text in (document.title, document.body, *document.keywords)
        for term in analysis.terms(text)
    ]


def name_values(document: LexicalDocument) -> list[str]:
    """What a name that finds the document exactly is compared with."""
    keys = (analysis.name_key(name) for name in document.names)
    return sorted({key for key in keys if key})


def facet_values(facets: Mapping[str, Iterable[str]]) -> list[str]:
    """Every (name, value) pair as one exact value; no two pairs give the same one."""
    return sorted(
        f"{len(name)}:{name}:{value}" for name, values in facets.items() for value in values
    )


def allowed_values(filter: Filter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each field that the filter asks about the values of which a document must have one."""
    facets = tuple(
        ("facet", tuple(facet_values({name: values}))) for name, values in filter.facets.items()
    )
    return (("audience", tuple(sorted(filter.audience))), *facets)
