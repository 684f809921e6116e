"""Documents as Tantivy has them."""

import tantivy

from indexer.lexical import LexicalDocument
from indexer.lexical.fields import facet_values, name_values, text_tokens


def schema() -> tantivy.Schema:
    """The fields of a document, and those of the stamp of a commit."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="basic")
    for name in ("audience", "facet", "name", "record"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("position", stored=True)
    builder.add_unsigned_field("next_number", stored=True)
    return builder.build()


def to_document(document: LexicalDocument, number: int) -> tantivy.Document:
    """The Tantivy document, with a number that is never reused."""
    made = tantivy.Document()
    made.add_unsigned("number", number)
    made.add_text("id", document.id)
    made.add_text("text", " ".join(text_tokens(document)))
    fields = (
        ("audience", document.audience),
        ("facet", facet_values(document.facets)),
        ("name", name_values(document)),
    )
    for field, values in fields:
        for value in values:
            made.add_text(field, value)
    return made
