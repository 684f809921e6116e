"""Opens the parts of a data directory and brings them up to its log, or else to read only."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from events.errors import EventLogError
from kb.errors import DataDirectoryError, KnowledgeBaseError
from kb.parts import Parts
from kb.storage.data_directory import DataDirectory
from kb.storage.frozen import FULL, FrozenDirectory, no_room, unwritable
from kb.storage.settings import Settings

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder

Notice = Callable[[str], None]


def open_parts(
    directory: DataDirectory, settings: Settings, embedder: "Embedder", notice: Notice
) -> Parts:
    """The parts, with views that hold all of the log; only to be read where nothing can be written.

    `notice` is then told why. Raises what comes of a directory that cannot be used at all.
    """
    reason = unwritable(directory.root)
    if not reason:
        try:
            return _brought_up(Parts(directory, settings, embedder, notice))
        except (KnowledgeBaseError, EventLogError, sqlite3.Error, OSError) as error:
            if not no_room(error):
                raise
            reason = FULL
    frozen = FrozenDirectory(directory, reason)
    try:
        notice(frozen.told)
        return _brought_up(Parts(directory, settings, embedder, notice, frozen))
    except BaseException:
        frozen.close()
        raise


def _refuse_unhidden(parts: Parts, why: str) -> None:
    """What is erased is hidden by the views; entries that are to go with their author not yet."""
    if parts.views.entries_of_erased():
        raise DataDirectoryError(f"Entries of an erased member cannot be erased with them: {why}")


def _brought_up(parts: Parts) -> Parts:
    try:
        parts.worker.ensure(0)
        parts.worker.bring_views_up()
        parts.worker.take_in_readable(parts.codec)
        if parts.frozen:
            _refuse_unhidden(parts, parts.frozen.why)
        elif unfinished := parts.worker.unfinished_erasure():
            parts.notice("Something erased is not gone yet, or is back from a copy: erasing it.")
            parts.worker.forget(unfinished)
    except BaseException:
        parts.close()
        raise
    return parts
