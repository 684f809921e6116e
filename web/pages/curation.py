"""What the small forms on an entry's page do: tags, archive, endorsements."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from kb import KnowledgeBase
from web.pages.entry import act
from web.pages.forms import Form, FormBody, entry_meant, small_form
from web.pages.shell import Pages


@post("/entries/{entry_id:str}/tags", sync_to_thread=True)
def tag(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Put tags on, separated by commas."""
    form = small_form(data, "tags")
    tags = [name for name in form.values["tags"].split(",") if name.strip()] or [""]
    return act(
        base, pages, entry_id, "tag", form, "tagged", lambda: base.entries.tag(entry_id, tags)
    )


@post("/entries/{entry_id:str}/untag", sync_to_thread=True)
def untag(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Take one tag off."""
    form = small_form(data, "tag")
    name = form.values["tag"]
    return act(
        base,
        pages,
        entry_id,
        "untag",
        form,
        "untagged",
        lambda: base.entries.untag(entry_id, (name,)),
    )


@post("/entries/{entry_id:str}/archive", sync_to_thread=True)
def archive(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Archive with a reason, and perhaps a successor."""
    form = small_form(data, "reason", "successor")
    values = form.values
    return act(
        base,
        pages,
        entry_id,
        "archive",
        form,
        "archived",
        lambda: base.entries.archive(
            entry_id, values["reason"], entry_meant(base, values["successor"], "successor")
        ),
    )


@post("/entries/{entry_id:str}/restore", sync_to_thread=True)
def restore(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str] | Redirect:
    """Recommend it again."""
    return act(
        base, pages, entry_id, "restore", Form(), "restored", lambda: base.entries.restore(entry_id)
    )


@post("/entries/{entry_id:str}/endorse", sync_to_thread=True)
def endorse(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    entry_id: FromPath[str],
    data: FormBody,
) -> Response[str] | Redirect:
    """Vouch for it, with a reason."""
    form = small_form(data, "reason")
    return act(
        base,
        pages,
        entry_id,
        "endorse",
        form,
        "endorsed",
        lambda: base.endorsements.endorse(entry_id, form.values["reason"]),
        wait=False,
    )


@post("/entries/{entry_id:str}/withdraw", sync_to_thread=True)
def withdraw(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], entry_id: FromPath[str]
) -> Response[str] | Redirect:
    """Take the endorsement back."""
    return act(
        base,
        pages,
        entry_id,
        "withdraw",
        Form(),
        "withdrawn",
        lambda: base.endorsements.withdraw(entry_id),
        wait=False,
    )
