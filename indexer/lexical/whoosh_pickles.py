"""Restricts Whoosh's unpickling to the few classes that our indexes use.

Whoosh keeps its table of contents, stored fields and some postings as pickles, and a pickle can
call any function while it is read. Opening a data directory must not run code that someone else put
there, so an index that names anything else is refused.
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
"""Old pickles encode bytes this way."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """One of the few; raises `UnpicklingError` for every other name."""
        try:
            return _CLASSES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None


def load(file: IO[bytes]) -> Any:
    """The object pickled at the position of `file`."""
    return _Unpickler(file).load()


def loads(data: bytes) -> Any:
    """The object pickled in `data`."""
    return load(BytesIO(data))


class _Pickles:
    """Stand-in for the module pickle in `whoosh.index`."""

    dumps = staticmethod(pickle.dumps)
    loads = staticmethod(loads)
    PicklingError = pickle.PicklingError


def restrict() -> None:
    """Replace Python's unpickler wherever Whoosh reads an index.

    Formats older than Whoosh 2.7, which have their own unpickler, are refused.
    """
    whoosh.index.pickle = _Pickles
    whoosh.index.toc_loaders = {}
    whoosh.filedb.structfile.load_pickle = load
    for module in (whoosh.codec.whoosh3, whoosh.columns, whoosh.formats):
        module.loads = loads
