"""Reads Whoosh's pickles with no class but the few that an index of ours is made of.

Whoosh keeps its table of contents, stored fields and some postings as pickles, and a pickle may
name any function to be called as it is read. Opening a data directory must not run what
someone else has put into it, so an index that names anything else cannot be read.
"""

import builtins
import collections
import pickle  # nosec B403
import re
from io import BytesIO
from typing import IO, Any

import whoosh.analysis.tokenizers
import whoosh.codec.whoosh3
import whoosh.columns
import whoosh.fields
import whoosh.filedb.structfile
import whoosh.formats
import whoosh.index

_KNOWN = {
    builtins: ("int",),
    collections: ("defaultdict",),
    re: ("_compile",),
    whoosh.analysis.tokenizers: ("IDTokenizer", "RegexTokenizer"),
    whoosh.codec.whoosh3: ("W3Codec", "W3Segment"),
    whoosh.fields: ("ID", "KEYWORD", "STORED", "Schema"),
    whoosh.formats: ("Existence", "Frequency"),
}
_CLASSES: dict[tuple[str, str], Any] = {
    (module.__name__, name): getattr(module, name)
    for module, names in _KNOWN.items()
    for name in names
}
_CLASSES["_codecs", "encode"] = lambda text, _: text.encode("latin-1")
"""How old pickles hold bytes."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """One of the few; raises `UnpicklingError` for every other name."""
        try:
            return _CLASSES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None


def load(file: IO[bytes]) -> Any:
    """The object pickled at the place where `file` stands."""
    return _Unpickler(file).load()


def loads(data: bytes) -> Any:
    """The object pickled in `data`."""
    return load(BytesIO(data))


class _Pickles:
    """What `whoosh.index` uses of the module pickle."""

    dumps = staticmethod(pickle.dumps)
    loads = staticmethod(loads)
    PicklingError = pickle.PicklingError


def restrict() -> None:
    """Put these in the place of Python's own, wherever Whoosh reads an index.

    Formats older than Whoosh 2.7, which have an unpickler of their own, are not read at all.
    """
    whoosh.index.pickle = _Pickles
    whoosh.index.toc_loaders = {}
    whoosh.filedb.structfile.load_pickle = load
    for module in (whoosh.codec.whoosh3, whoosh.columns, whoosh.formats):
        module.loads = loads
