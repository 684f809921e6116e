"""What keeps the leading process from going on, in a file that other processes read."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec


class Troubles:
    """The file at `path`; there is none while all is well. What it says is true while one leads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tell(self, errors: Mapping[str, str]) -> None:
        """Say what goes wrong now, a sentence each; the disk may have no room for it."""
        with suppress(OSError):
            if not errors:
                self._path.unlink(missing_ok=True)
                return
            new = self._path.with_name(self._path.name + ".new")
            new.write_bytes(msgspec.json.encode([*errors.values()]))
            new.replace(self._path)

    def told(self) -> tuple[str, ...]:
        """What was told last; nothing where that cannot be read."""
        try:
            return tuple(msgspec.json.decode(self._path.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return ()
