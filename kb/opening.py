"""Opens the parts of a data directory, up to date with its log, read-only if need be."""

import sqlite3
from collections.abc import Callable

from events.errors import EventLogError
from kb.errors import DataDirectoryError, KnowledgeBaseError, NotYetSearchable
from kb.messages import _
from kb.parts import Parts
from kb.projections.worker import PATIENCE_SECONDS
from kb.search.models import Models
from kb.storage.data_directory import DataDirectory
from kb.storage.frozen import FULL, FrozenDirectory, no_room, remove_left, unwritable
from kb.storage.settings import Settings

Notice = Callable[[str], None]


def open_parts(
    directory: DataDirectory, settings: Settings, models: Models, notice: Notice
) -> Parts:
    """The parts, with views that hold all of the log; read-only if nothing can be written.

    `notice` then gets the reason. Raises the error if the directory cannot be used at all.
    """
    remove_left()
    reason = unwritable(directory.root)
    if not reason:
        try:
            return _brought_up(Parts(directory, settings, models, notice))
        except (KnowledgeBaseError, EventLogError, sqlite3.Error, OSError) as error:
            if not no_room(error):
                raise
            reason = FULL
    frozen = FrozenDirectory(directory, reason)
    try:
        notice(frozen.told)
        return _brought_up(Parts(directory, settings, models, notice, frozen))
    except BaseException:
        frozen.close()
        raise


def _refuse_unhidden(parts: Parts, why: str) -> None:
    """Raise if entries must still be erased with their author: the views do not hide these."""
    if parts.views.entries_of_erased():
        raise DataDirectoryError(
            _("Entries of an erased member cannot be erased with them: {why}", why=why)
        )


def _refuse_other_program(parts: Parts) -> None:
    """Raise if the leading process is of another version: it never makes the views we read."""
    if parts.reader.is_of_this_program():
        return
    with parts.backends.leadership().taken(PATIENCE_SECONDS) as leads:
        if leads or parts.reader.is_of_this_program():
            return
    raise DataDirectoryError(
        _(
            "Another process, e.g. kb serve, keeps {root} up with another version "
            "of Tributary, so nothing was read or written: stop it, then start it "
            "again with this version.",
            root=str(parts.directory.root),
        )
    )


def _wait_for_views(parts: Parts) -> None:
    try:
        parts.worker.ensure(0)
    except NotYetSearchable as error:
        raise DataDirectoryError(
            "Another process is making the views from the log and is not done yet, so nothing was "
            f"read or written: try again later. {' '.join(parts.worker.errors)}".strip()
        ) from error


def _brought_up(parts: Parts) -> Parts:
    try:
        _refuse_other_program(parts)
        if not parts.frozen and parts.reader.settled(parts.log):
            return parts
        _wait_for_views(parts)
        parts.worker.bring_views_up()
        parts.worker.take_in_readable(parts.codec)
        if parts.frozen:
            _refuse_unhidden(parts, parts.frozen.why)
        elif unfinished := parts.worker.unfinished_erasure():
            parts.notice(_("Something erased is not gone yet, or is back from a copy: erasing it."))
            parts.worker.forget(unfinished)
    except BaseException:
        parts.close()
        raise
    return parts
