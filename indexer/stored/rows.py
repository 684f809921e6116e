"""Rows that the passage store of a generation takes and returns."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.document import Passage
from indexer.text.passages import EmbeddedPassage


class Known(NamedTuple):
    """Number of a passage, hash of its text, and the share of it that the model reads."""

    number: int
    text_hash: bytes
    share: float


class Fetched(NamedTuple):
    """A passage with the title of its document, the hash of its text as it was embedded, and the
    keys of its terms, in ascending order.
    """

    title: str
    passage: Passage
    text_hash: bytes
    keys: NDArray[np.uint64]


class Line(NamedTuple):
    """The text of a passage, the text after it, its heading and its document's title."""

    number: int
    document_id: str
    title: str
    heading: str
    text: str
    after: str = ""


class StoredDocument(Struct, frozen=True):
    """A document's number, which is never reused, its labels and its passages.

    `unread` are passages that the model does not read, which have no vectors.
    """

    number: int
    id: str
    audience: frozenset[str]
    facets: Mapping[str, frozenset[str]]
    passages: tuple[Known, ...]
    unread: tuple[Known, ...] = ()


class Taken(NamedTuple):
    """A passage to be stored, its terms, and the share of it that the model reads."""

    embedded: EmbeddedPassage
    terms: Iterable[str]
    share: float


class Seen(Struct, frozen=True):
    """How far a reader has loaded documents, removals and erasures."""

    document: int = 0
    removal: int = 0
    cleared: int = 0


class Changes(Struct, frozen=True):
    """Changes committed since an earlier `Seen`, up to `seen` and `position`.

    `terms` are the packed terms of each added document.
    """

    added: tuple[StoredDocument, ...]
    terms: tuple[bytes, ...]
    removed: tuple[int, ...]
    seen: Seen
    position: int
