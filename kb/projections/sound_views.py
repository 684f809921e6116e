"""Work on sound views: missing, damaged or foreign ones are rebuilt first."""

import sqlite3
from collections.abc import Callable
from threading import RLock
from typing import TypeVar

from events.log import EventLog
from events.sqlite_files.errors import is_damage
from kb.errors import DataDirectoryError, NotYetSearchable
from kb.messages import _
from kb.projections.views import Views
from kb.views.file import File

T = TypeVar("T")


class SoundViews:
    """Serialises the leading process's work on the views. Usable from any thread."""

    def __init__(self, log: EventLog, views: Views) -> None:
        self._log = log
        self._views = views
        self._writing = RLock()
        self._closed = False

    def __call__(self, work: Callable[[], T], patience: float = -1) -> T:
        """Do `work` on the views; on new ones if they are missing, damaged or of another log.

        Raises `NotYetSearchable` if another thread is at work for longer than `patience` seconds.
        """
        if not self._writing.acquire(timeout=patience):
            raise NotYetSearchable(_("The views are being written at this moment: try again soon."))
        try:
            self.refuse_closed()
            try:
                if self._views.missing() and self._log.head():
                    self._views.discard("their file is missing")
                elif why := self._views.misfit():
                    self._views.discard(why)
                self._views.verify()
                return work()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self._views.discard(f"their file is damaged ({error})")
                return work()
        finally:
            self._writing.release()

    def repair(self, damage: str, file: File, refill: Callable[[], object]) -> None:
        """Replace the views if the damaged `file` is still in place."""
        with self._writing:
            self.refuse_closed()
            if self._views.file() == file:
                self._views.discard(f"their file is damaged ({damage})")
                refill()

    def close(self) -> None:
        """Refuse all further work."""
        with self._writing:
            self._closed = True

    def refuse_closed(self) -> None:
        """Raise `DataDirectoryError` once closed."""
        if self._closed:
            raise DataDirectoryError(_("The data directory was closed meanwhile: open it again."))
