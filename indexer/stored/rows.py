"""What a generation's store of passages takes and answers."""

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
    """What a passage says, how it goes on, its heading and the title of its document."""

    number: int
    document_id: str
    title: str
    heading: str
    text: str
    after: str = ""


class StoredDocument(Struct, frozen=True):
    """A document's number, never used again, its labels, and its passages.

    `unread` are those that the model does not read, which have no vectors.
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
    """How far a reader has taken in documents, removals and erasures."""

    document: int = 0
    removal: int = 0
    cleared: int = 0


class Changes(Struct, frozen=True):
    """What was committed since some moment, up to `seen`, at `position`.

    `terms` are those of each document added, packed.
    """

    added: tuple[StoredDocument, ...]
    terms: tuple[bytes, ...]
    removed: tuple[int, ...]
    seen: Seen
    position: int
