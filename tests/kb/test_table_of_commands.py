"""What the program lets people do is in `tests/commands.py`: all of it, and nothing else."""

import inspect
from unittest.mock import MagicMock

import pytest

from kb import access
from kb.access import Role, Visibility
from kb.errors import Forbidden, NotFound
from kb.knowledge_base import KnowledgeBase
from tests import access_tables
from tests.allowed import MAY
from tests.commands import COMMANDS, LINES, READING, WARD, Asked, Command
from tests.web import routes
from tests.worlds.log import some_draft
from tests.worlds.shell import leaves

SERVICES = ("entries", "endorsements", "reuses", "drafts", "people", "erasure", "credentials")
NO_COMMANDS = {
    *("entries.prepare", "entries.is_known", "entries.audience_after"),  # asked by importers
    *("people.refuse_erasing", "credentials.tokens"),  # change nothing
    *("drafts.list", "drafts.get", "drafts.own"),
    "drafts.used",  # called when a form was sent
    *("entries.erase", "people.erase"),  # called by those of `erasure`, also by the next two
    *("erasure.begin_entry", "erasure.begin_member"),
}
CALLS = {name: each for name, each in COMMANDS.items() if each.call and name not in READING}


def assert_none_missing(there: set[str], told: set[str]) -> None:
    missing = sorted(there - told)
    assert not missing, f"write these into tests/commands.py: {', '.join(missing)}"


def called(command: Command) -> str:
    """The method of a service that the command calls."""
    base = MagicMock()
    command.ask(base, Asked())
    [name] = {call[0] for call in base.method_calls} - {"accounts.passkeys"}
    return str(name)


def test_every_method_that_changes_something_is_called_by_a_command_of_the_table(
    base: KnowledgeBase,
) -> None:
    there = {
        f"{service}.{method}"
        for service in SERVICES
        for method, _ in inspect.getmembers(getattr(base.session, service), inspect.ismethod)
        if not method.startswith("_")
    }
    told = set(map(called, CALLS.values()))
    assert_none_missing(there, told | NO_COMMANDS)
    assert told | NO_COMMANDS == there


def test_every_route_that_changes_something_is_in_the_table() -> None:
    # Of the page that has each route of the application, as tests/web/test_matrix.py sees to.
    there = {f"{route.method} {route.path}" for route in routes.routes()}
    told = set(routes.EXAMPLES)
    assert_none_missing({route for route in there if not route.startswith("GET ")}, told)
    assert told <= there


def test_every_command_of_the_shell_is_in_the_table() -> None:
    there = set(leaves())
    told = {name: [leaf for leaf in there if f"{name} ".startswith(f"{leaf} ")] for name in LINES}
    assert_none_missing(there, {leaf for found in told.values() for leaf in found})
    assert all(told.values())


ROLES: dict[str, tuple[Role, ...]] = {
    "anybody": (),
    "member": ("member",),
    "curator": ("member", "curator"),
    "steward": ("member", "steward"),
    "reporter": ("reporter",),  # who sees no entry
}


def needed(command: Command) -> str:
    """The rule of its routes: of the last, which is about others where one is about oneself."""
    rules = {f"{method} {path}": rule for method, path, rule in access_tables.routes()}
    return [rules.get(each.partition("?")[0], "") for each in ("", *command.page, *command.api)][-1]


@pytest.mark.parametrize("who", ROLES)
def test_each_command_in_python_is_refused_to_those_to_whom_the_page_of_the_rules_does_not_allow_it(
    base: KnowledgeBase, who: str
) -> None:
    base.session.people.open_to_world(True)
    base.session.people.form_group(WARD, open=True)
    member, entry = (
        base.session.people.invite().id,
        base.session.entries.contribute(some_draft()).id,
    )
    base.session.entries.show(entry, Visibility("world"))
    reuse = base.session.reuses.record(entry, group=WARD, context="Nights", outcome="adopted").id
    asked = Asked(entry=entry, other=entry, reuse=reuse, member=member)
    principal = (
        access.of_member("mara", ROLES[who], ()) if ROLES[who] else access.anonymous(world=True)
    )
    acting, before = base.as_(principal), base.head()
    for command in CALLS.values():
        rule = needed(command)
        unallowed = rule in MAY and not access_tables.allowed(ROLES[who], rule)
        if unallowed or not ROLES[who]:
            with pytest.raises((Forbidden, NotFound) if who == "reporter" else Forbidden):
                command.ask(acting, asked)
    assert base.head() == before
