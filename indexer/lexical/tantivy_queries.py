"""Tantivy queries, over the fields that every volume has."""

from collections.abc import Mapping, Sequence

from tantivy import Occur, Query

from indexer.document import Filter
from indexer.lexical.fields import allowed_values, token_weights
from indexer.lexical.tantivy_fields import schema

_SCHEMA = schema()


def term(field: str, value: str) -> Query:
    """Documents with this exact value."""
    return Query.term_query(_SCHEMA, field, value, "basic")


def any_of(field: str, values: Sequence[str]) -> Query:
    """Clauses and not a term set, which visits all documents of its values in any query."""
    return Query.boolean_query([(Occur.Should, term(field, value)) for value in values])


def weighed(weights: Mapping[str, float]) -> Query:
    """Documents with any of the terms, scored by the sum of their weights."""
    clauses = [
        (Occur.Should, Query.const_score_query(term("text", token), weight))
        for token, weight in token_weights(weights).items()
    ]
    return Query.boolean_query(clauses)


def passing(filter: Filter, counting: Query) -> Query:
    """Documents that pass `filter` and match `counting`, scored by the latter alone."""
    clauses = [
        (Occur.Must, Query.const_score_query(any_of(field, values), 0.0))
        for field, values in allowed_values(filter)
    ]
    return Query.boolean_query([*clauses, (Occur.Must, counting)])
