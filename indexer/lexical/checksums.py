"""Checksums of the files of a Tantivy index.

Every file of a segment ends in a footer: JSON with the CRC-32 of all before it, the length of that
JSON and a magic number. Tantivy's Python package lacks the library's own check, and reading damaged
files gives wrong answers or a panic on standard error.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from indexer.errors import IndexOutdated

_END = struct.Struct("<II")
_MAGIC = 1337


def check(directory: Path) -> None:
    """Raise `IndexOutdated` if a file of the commit in `directory` is damaged."""
    for file in _committed(directory):
        if not _is_sound(file):
            raise IndexOutdated(
                "The index file {file} is damaged: rebuild the index.", file=file.name
            )


def _committed(directory: Path) -> Iterator[Path]:
    """The files of the current commit; a writer may have others that are unfinished."""
    for segment in json.loads((directory / "meta.json").read_bytes())["segments"]:
        name, deletes = segment["segment_id"].replace("-", ""), segment["deletes"]
        for file in directory.glob(f"{name}.*"):
            if file.suffix != ".del" or (
                deletes and file.name == f"{name}.{deletes['opstamp']}.del"
            ):
                yield file


def _is_sound(file: Path) -> bool:
    """Also true for a file without a footer, which Tantivy refuses, and for a deleted one."""
    try:
        with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as data:
            length, magic = _END.unpack(data[-_END.size :])
            body = len(data) - _END.size - length
            if magic != _MAGIC or body < 0:
                return True
            footer = json.loads(data[body : body + length])
            with memoryview(data) as view, view[:body] as summed:
                return zlib.crc32(summed) == int(footer["crc"])
    except FileNotFoundError:
        return True
    except (ValueError, KeyError, TypeError, struct.error):
        return False
