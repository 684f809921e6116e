"""Erasing oneself or an entry: pages that say what goes and what stays, and ask first."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Literal

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from kb import Session
from kb.access import require
from kb.entries.actions import ERASE_ENTRY
from kb.entries.results import EntryPage
from kb.erasure.erase import Unfinished
from kb.errors import InvalidInput, Mistakes, Refused, StillErasing
from kb.messages import _
from web.errors import status_of
from web.logs import kind_of
from web.pages.forms import Form, FormBody, Posted, small_form
from web.pages.shell import Pages, see_other
from web.pages.sign_in import forget_session, own_session
from web.visit import Visit

Fate = Literal["kept", "erased"]
FATES: tuple[Fate, ...] = ("kept", "erased")

LOOK_SECONDS = 0.1
"""How often to check whether the erasure is complete."""

log = logging.getLogger("tributary.web")


class EraseMePage(Struct, frozen=True):
    """Asks what is to happen to one's entries, and for confirmation."""

    form: Form


class ErasedPage(Struct, frozen=True):
    """Confirmation of a member's erasure."""

    entries: Fate
    finished: bool


class EraseEntryPage(Struct, frozen=True):
    """Asks for confirmation."""

    entry: EntryPage
    form: Form


@get("/account/erase", sync_to_thread=True, rule="self")
def erase_me_form(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """Ask for confirmation before erasing oneself."""
    own_session(visit)
    form = Form({"entries": "", "sure": ""})
    return pages.render("erase_me.html", EraseMePage(form), at="account")


@post("/account/erase", rule="self")
async def erase_me(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], data: FormBody
) -> Response[str]:
    """Erase oneself."""
    member, form = own_session(visit).member, small_form(data, "entries", "sure")
    try:
        entries = fate(data)
        finished = await erased(
            partial(visit.session.erasure.begin_member, member, entries=entries)
        )
    except (InvalidInput, Refused) as error:
        page = EraseMePage(form.with_error(error))
        return await sync_to_thread(
            pages.render, "erase_me.html", page, at="account", status=status_of(error)
        )
    return await sync_to_thread(_forgotten, visit, pages, ErasedPage(entries, finished))


def _forgotten(visit: Visit, pages: Pages, page: ErasedPage) -> Response[str]:
    nobody = Visit(visit.base, visit.base.as_(visit.session.directory.anonymous()))
    answer = pages.for_visit(nobody).render("erased.html", page)
    forget_session(answer, visit.base, for_good=True)
    return answer


@get("/entries/{entry_id:str}/erase", sync_to_thread=True, rule=ERASE_ENTRY)
def erase_entry_form(
    session: NamedDependency[Session], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str]:
    """Ask for confirmation before erasing an entry."""
    page = EraseEntryPage(_erasable(session, entry_id), Form({"sure": ""}))
    return pages.render("erase_entry.html", page, at="browse")


@post("/entries/{entry_id:str}/erase", rule=ERASE_ENTRY)
async def erase_entry(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Erase an entry for good."""
    entry, form = await sync_to_thread(_erasable, session, entry_id), small_form(data, "sure")
    try:
        require_sure(data)
    except InvalidInput as error:
        page = EraseEntryPage(entry, form.with_error(error))
        return await sync_to_thread(
            pages.render, "erase_entry.html", page, at="browse", status=status_of(error)
        )
    finished = await erased(partial(session.erasure.begin_entry, entry.id))
    return see_other("/", "entry-erased" if finished else "erasing")


async def erased(begin: Callable[[], Unfinished]) -> bool:
    """Erase, and wait until it is complete; that may take long, so no thread is held.

    False if it is recorded, but something keeps it from being finished.
    """
    unfinished = await sync_to_thread(begin)
    try:
        while await sync_to_thread(unfinished):
            await asyncio.sleep(LOOK_SECONDS)
    except StillErasing as error:
        log.warning("an erasure cannot be finished", extra={"error": kind_of(error)})
        return False
    return True


def fate(posted: Posted) -> Fate:
    """What is to happen to the entries of an erased member. Raises `InvalidInput`."""
    chosen = small_form(posted, "entries").values["entries"]
    wrong = Mistakes()
    with wrong:
        if chosen not in FATES:
            raise InvalidInput(_("Choose whether the entries stay or are erased too."), "entries")
    wrong.of(require_sure, posted)
    wrong.refuse()
    return "erased" if chosen == "erased" else "kept"


def require_sure(posted: Posted) -> None:
    """Raise `InvalidInput` unless the box was ticked."""
    if not small_form(posted, "sure").values["sure"]:
        raise InvalidInput(_("Nobody can undo this: tick the box if you mean it."), "sure")


def _erasable(session: Session, entry_id: str) -> EntryPage:
    """The entry, if the principal sees it and may erase it. Raises `NotFound` or `Forbidden`."""
    entry = session.catalogue.get(entry_id)
    require(session.principal, ERASE_ENTRY, entry.contributed_by)
    return entry
