"""Documents as Tantivy stores them: indexed, and as a row from which to add them again."""

import msgspec
import tantivy
from msgspec import Struct

from indexer.lexical import LexicalDocument
from indexer.lexical.fields import facet_values, name_values, text_tokens


class Row(Struct, frozen=True, array_like=True):
    """A document as added, stored so that it can be added again when its segment is removed."""

    number: int
    id: str
    text: str
    audience: tuple[str, ...]
    facets: tuple[str, ...]
    names: tuple[str, ...]


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
    builder.add_bytes_field("row", stored=True)
    return builder.build()


def row_of(document: LexicalDocument, number: int) -> Row:
    """The row of a document, with a number that is never reused."""
    return Row(
        number=number,
        id=document.id,
        text=" ".join(text_tokens(document)),
        audience=tuple(document.audience),
        facets=tuple(facet_values(document.facets)),
        names=tuple(name_values(document)),
    )


def to_document(row: Row) -> tantivy.Document:
    """The Tantivy document of a row, with the row stored in it."""
    document = tantivy.Document()
    document.add_unsigned("number", row.number)
    document.add_text("id", row.id)
    document.add_text("text", row.text)
    for field, values in (("audience", row.audience), ("facet", row.facets), ("name", row.names)):
        for value in values:
            document.add_text(field, value)
    document.add_bytes("row", msgspec.msgpack.encode(row))
    return document


def unpacked(packed: bytes) -> Row:
    """The row that `to_document` stored."""
    return msgspec.msgpack.decode(packed, type=Row)
