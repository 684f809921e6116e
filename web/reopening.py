"""Reopens a read-only base once it can be written or another program wrote to it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from kb.errors import KnowledgeBaseError
from web.logs import kind_of
from web.visit import Visits

LOOK_SECONDS = 2.0
"""How often to check."""

log = logging.getLogger("tributary.web")


@contextmanager
def reopening(visits: Visits) -> Iterator[None]:
    """Watch a read-only base of `visits` while the block runs; close a reopened one at its end."""
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
    closed = False
    while visits.base.unwritable and not ended.wait(LOOK_SECONDS):
        if not (closed or visits.base.outdated()):
            continue
        try:
            visits.reopen()
            visits.base.start_following()
            closed = False
        except KnowledgeBaseError as error:
            # Requests are refused until it can be opened again.
            closed = True
            log.warning("cannot be opened again", extra={"error": kind_of(error)})
