"""Opens a base that is only read anew, once it can be written or another program wrote to it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from kb.errors import KnowledgeBaseError
from web.visit import Visits

LOOK_SECONDS = 2.0
"""How often to look whether there is room by now."""

log = logging.getLogger("tributary.web")


@contextmanager
def reopening(visits: Visits) -> Iterator[None]:
    """Look while the block runs, if the base of `visits` is only read; close what was opened."""
    ended, first = Event(), visits.base
    looking = Thread(target=_look, args=(visits, ended), name="reopening", daemon=True)
    if first.unwritable:
        looking.start()
    try:
        yield
    finally:
        ended.set()
        if looking.is_alive():
            looking.join()
        if visits.base is not first:
            visits.base.close()


def _look(visits: Visits, ended: Event) -> None:
    while visits.base.unwritable and not ended.wait(LOOK_SECONDS):
        if not visits.base.outdated():
            continue
        try:
            visits.reopen()
        except KnowledgeBaseError as error:
            # It is closed, and requests are refused until the next look.
            log.warning("not opened again", extra={"error": type(error).__name__})
        else:
            visits.base.start_following()
