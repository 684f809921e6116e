"""The small forms on an entry's page: tags, archive, endorsement, visibility."""

from typing import Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from kb import Session
from kb.access import audience, require
from kb.endorsements.actions import ENDORSE
from kb.entries.actions import CURATE, SHOW
from kb.errors import InvalidInput, Mistakes, Refused
from kb.messages import _
from kb.writer import Receipt
from web.pages.entry import FORMS, act
from web.pages.forms import (
    Form,
    FormBody,
    chosen_sight,
    entry_meant,
    posted_version,
    small_form,
    typed,
)
from web.pages.shell import Pages, see_other
from web.pages.sight import ChosenSight, groups_there

UNSEEN: Final = _("You would not see this entry any more: tick the box below if you mean it.")


@post("/entries/{entry_id:str}/tags", sync_to_thread=True, rule=CURATE)
def tag(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Add tags to an entry, separated by commas."""
    form = small_form(data, *FORMS["tag"])
    tags = [form.values["tags"]]
    return act(
        session,
        pages,
        entry_id,
        "tag",
        form,
        "tagged",
        lambda: session.entries.tag(entry_id, tags, entry_version=posted_version(data)),
    )


@post("/entries/{entry_id:str}/untag", sync_to_thread=True, rule=CURATE)
def untag(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Remove a tag from an entry."""
    form = small_form(data, "tag")
    name = form.values["tag"]
    return act(
        session,
        pages,
        entry_id,
        "untag",
        form,
        "untagged",
        lambda: session.entries.untag(entry_id, (name,)),
    )


@post("/entries/{entry_id:str}/archive", sync_to_thread=True, rule=CURATE)
def archive(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Archive an entry with a reason and an optional successor."""
    form = small_form(data, *FORMS["archive"])
    values, wrong = form.values, Mistakes()
    successor = wrong.of(entry_meant, session, values["successor"], "successor")
    return act(
        session,
        pages,
        entry_id,
        "archive",
        form,
        "archived",
        lambda: session.entries.archive(
            entry_id,
            values["reason"],
            successor,
            entry_version=posted_version(data),
            beside=wrong,
        ),
    )


@post("/entries/{entry_id:str}/restore", sync_to_thread=True, rule=CURATE)
def restore(
    session: NamedDependency[Session], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str] | Redirect:
    """Restore an archived entry."""
    return act(
        session,
        pages,
        entry_id,
        "restore",
        Form(),
        "restored",
        lambda: session.entries.restore(entry_id),
    )


@post("/entries/{entry_id:str}/endorse", sync_to_thread=True, rule=ENDORSE)
def endorse(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Vouch for an entry, with a reason."""
    form = small_form(data, *FORMS["endorse"])
    return act(
        session,
        pages,
        entry_id,
        "endorse",
        form,
        "endorsed",
        lambda: session.endorsements.endorse(
            entry_id, form.values["reason"], entry_version=posted_version(data)
        ),
        wait=False,
    )


@post("/entries/{entry_id:str}/withdraw", sync_to_thread=True, rule=ENDORSE)
def withdraw(
    session: NamedDependency[Session], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str] | Redirect:
    """Withdraw one's endorsement."""
    return act(
        session,
        pages,
        entry_id,
        "withdraw",
        Form(),
        "withdrawn",
        lambda: session.endorsements.withdraw(entry_id),
        wait=False,
    )


@post("/entries/{entry_id:str}/show", sync_to_thread=True, rule=SHOW)
def show(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Choose who sees an entry; `unseen` confirms hiding it from oneself."""
    sight = chosen_sight(data).with_named(session)
    form = Form(sight.values(typed(data, "unseen")))

    author = session.catalogue.get(entry_id, most=0).contributed_by
    keeps_sight = True

    def command() -> Receipt:
        nonlocal keeps_sight
        require(session.principal, SHOW, author)
        chosen = sight.visibility()
        keeps_sight = bool(audience(chosen, author) & session.principal.labels)
        if not (form.values["unseen"] or keeps_sight):
            raise InvalidInput(UNSEEN, "visibility")
        try:
            with groups_there():
                return session.entries.show(entry_id, chosen, before=sight.shown_before)
        except Refused:
            now = session.catalogue.get(entry_id, most=0).visibility
            form.values.update(ChosenSight.now(now).values())
            raise

    answer = act(session, pages, entry_id, "show", form, "shown", command)
    if isinstance(answer, Redirect) and not keeps_sight:
        return see_other("/entries", "unseen")
    return answer
