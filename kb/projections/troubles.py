"""Errors of the leading process, in a file that other processes read."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec


class Troubles:
    """The file at `path`, absent while all is well; valid only while a process leads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tell(self, errors: Mapping[str, str]) -> None:
        """Write the present errors, a sentence each; a full disk is ignored."""
        with suppress(OSError):
            if not errors:
                self._path.unlink(missing_ok=True)
                return
            new = self._path.with_name(self._path.name + ".new")
            new.write_bytes(msgspec.json.encode([*errors.values()]))
            new.replace(self._path)

    def told(self) -> tuple[str, ...]:
        """The errors told last; none if they cannot be read."""
        try:
            return tuple(msgspec.json.decode(self._path.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return ()
