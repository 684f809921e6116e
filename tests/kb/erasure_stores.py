"""What the stores of a data directory hold, each read through its own reader, and what to look for.

Full-text engines compress and vectors are numbers: in their files as they lie no text is found.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import tantivy
import whoosh.index

from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from indexer.document import Document, Section
from indexer.embedding.testing import WORD_DIMENSION, HashEmbedder
from indexer.resident.postings import keys
from indexer.stored import generation
from indexer.stored.generation import VECTORS
from indexer.stored.vector_store import VectorStore
from indexer.text.analysis import name_key, terms
from indexer.text.passages import split
from kb.access import Role
from kb.accounts.schema import MEMBER_TABLES
from kb.areas import build_codec
from kb.ids import group_id
from kb.knowledge_base import KnowledgeBase
from kb.session import Session
from tests.worlds.base import joined

Traces = dict[str, tuple[str | bytes, ...]]
"""By store, what it holds of someone or something."""

NAME, ADDRESS = "Xanthippe Quillfeather", "xanthippe@quillfeather.example"
HELP, REASON, CONTEXT = "zymurgyhelp", "velleityreason", "quodlibetcontext"
TITLE, TEXT = "Tatterdemalion", "borborygmus callipygian"
GROUP = f"{TITLE} group"
SECRETS = (NAME, ADDRESS, HELP, REASON, CONTEXT)
WORDS = terms(TEXT)
LONG = 15
"""Shorter values of a table, such as how someone signed in, are nobody's own."""


def xanthippe(base: KnowledgeBase, *roles: Role) -> Session:
    """The session of a new member with much to hide."""
    return joined(base, *roles, name=NAME, address=ADDRESS, help=HELP)


def stores(data: Path, engine: str) -> dict[str, bytes]:
    """By name of the store, all its values: the full-text index, the log opened, each database."""
    lexical = generation.current(data / "index") / "lexical"
    values = _tantivy(lexical) if engine == "tantivy" else _whoosh(lexical)
    held = {"lexical": _together(values), "log": _together(_log(data))}
    for path in data.rglob("*.sqlite"):
        held[path.name] = _together(value for row in _rows(path) for value in row)
    return held


def traces_of_entry(data: Path) -> Traces:
    """Of the entry with TITLE and TEXT, by words, texts, hashes and vectors."""
    embedded = HashEmbedder().encode([embedded_text()])[0]
    places = [embedded.terms.index(word) for word in WORDS]
    return {
        "lexical": (*WORDS, name_key(TITLE), group_id(GROUP)),
        "passages.sqlite": (
            TITLE,
            TEXT,
            text_hash(data),
            *(key.tobytes() for key in keys(WORDS)),
        ),
        "vectors.sqlite": (
            text_hash(data),
            embedded.vector.tobytes(),
            *(embedded.words[place].tobytes() for place in places),
        ),
        "views.sqlite": (TITLE, TEXT, GROUP),
        "log": (TITLE, TEXT, GROUP),
    }


def traces_of_principal(data: Path, member: str) -> Traces:
    """Of a member, the only one who asked: hashes of that, and all that they sign in with."""
    [asked] = _select(data / "questions.sqlite", "SELECT question, member FROM asked")
    accounts = data / "accounts.sqlite"
    kept = [
        value
        for table in MEMBER_TABLES
        for row in _select(accounts, f"SELECT * FROM {table} WHERE member = ?", member)
        for value in row
        if isinstance(value, str | bytes) and len(value) > LONG and value != member
    ]
    return {"questions.sqlite": asked, "accounts.sqlite": tuple(kept)}


def embedded_text() -> str:
    """What the vector of the entry is made from."""
    sections = (Section("The problem", TEXT), Section("What we do", TEXT))
    document = Document(id="", title=TITLE, sections=sections, audience=frozenset())
    [[passage]] = split([document], HashEmbedder())
    return passage.embedded_text


def text_hash(data: Path) -> bytes:
    """What the store of vectors calls that text."""
    with closing(
        VectorStore(data / "index" / VECTORS, 96, WORD_DIMENSION, writable=False)
    ) as store:
        return store.text_hash(embedded_text())


def _tantivy(path: Path) -> list[object]:
    searcher = tantivy.Index.open(str(path)).searcher()
    found = searcher.search(tantivy.Query.all_query(), searcher.num_docs).hits
    stored = [searcher.doc(address).to_dict() for _, address in found]
    fields = ("id", "text", "audience", "facet", "name", "record")
    return [*stored, *(searcher.terms_with_prefix(field, "") for field in fields)]


def _whoosh(path: Path) -> list[object]:
    with closing(whoosh.index.open_dir(str(path))) as index, closing(index.reader()) as reader:
        return [*reader.all_stored_fields(), *(term for _, term in reader.all_terms())]


def _log(data: Path) -> list[object]:
    with (
        SqliteEventLog(data / "log.sqlite") as log,
        SqliteVault(data / "vault.sqlite") as vault,
    ):
        codec = build_codec(vault)
        return [codec.decode(event) for event in log.read(0, log.head())]


def _rows(path: Path) -> list[tuple[Any, ...]]:
    tables = _select(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [row for (table,) in tables for row in _select(path, f'SELECT * FROM "{table}"')]


def _select(path: Path, query: str, *parameters: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(query, parameters).fetchall()


def _together(values: Iterable[object]) -> bytes:
    each = (value if isinstance(value, bytes) else str(value).encode() for value in values)
    return b"\0".join(each)


def left_in(data: Path, secrets: Iterable[str | bytes]) -> list[tuple[str | bytes, str]]:
    """Which of the secrets stand in which files, as they lie."""
    secrets = list(secrets)
    while True:
        files = [path for path in data.rglob("*") if path.is_file()]
        try:
            return [
                (secret, str(path.relative_to(data)))
                for path in files
                for secret in holding(path.read_bytes(), secrets)
            ]
        except FileNotFoundError:
            continue  # the index took something in meanwhile, and has other files by now


def holding(held: bytes, secrets: Iterable[str | bytes]) -> list[str | bytes]:
    """Which of the secrets these bytes hold, text also in small letters."""
    return [secret for secret in secrets if any(one in held for one in _written(secret))]


def _written(secret: str | bytes) -> tuple[bytes, ...]:
    return (secret,) if isinstance(secret, bytes) else (secret.encode(), secret.lower().encode())
