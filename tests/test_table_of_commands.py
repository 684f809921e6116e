"""What the program lets people do is in `tests/commands.py`: all of it, and nothing else."""

import inspect
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from indexer.testing import HashEmbedder
from kb import access
from kb.access import Visibility
from kb.endorsements.service import Endorsements
from kb.entries.service import Entries
from kb.erasure import Erasure
from kb.errors import Forbidden
from kb.knowledge_base import KnowledgeBase
from kb.people.credentials import Credentials
from kb.people.service import People
from kb.reuse.service import Reuses
from tests import made
from tests.commands import COMMANDS, READING, WARD, Asked, Command
from tests.kb.cli_matrix_world import EXAMPLES, leaves
from tests.kb.domain_world import some_draft
from tests.web import matrix_world

HERE = "is missing in tests/commands.py"
SERVICES = {
    "entries": Entries,
    "endorsements": Endorsements,
    "reuses": Reuses,
    "people": People,
    "erasure": Erasure,
    "credentials": Credentials,
}
NO_COMMANDS = {
    *("entries.prepare", "entries.is_known", "entries.audience_after"),  # asked by importers
    *("people.refuse_erasing", "credentials.tokens"),  # change nothing
    *("entries.erase", "people.erase"),  # called by those of `erasure`, also by the next two
    *("erasure.begin_entry", "erasure.begin_member"),
}
CALLS = {name: each for name, each in COMMANDS.items() if each.call and name not in READING}


def called(command: Command) -> str:
    """The method of a service that the command calls."""
    base = MagicMock()
    command.ask(base, Asked())
    [name] = {call[0] for call in base.method_calls} - {"accounts.passkeys"}
    return str(name)


def test_every_method_that_changes_something_is_called_by_a_command_of_the_table() -> None:
    there = {
        f"{name}.{method}"
        for name, service in SERVICES.items()
        for method, _ in inspect.getmembers(service, inspect.isfunction)
        if not method.startswith("_")
    }
    told = set(map(called, CALLS.values()))
    assert not there - told - NO_COMMANDS, HERE
    assert told | NO_COMMANDS == there


def test_every_route_that_changes_something_is_in_the_table() -> None:
    # Of the page that has each route of the application, as tests/web/test_matrix.py sees to.
    there = {f"{route.method} {route.path}" for route in matrix_world.routes()}
    told = matrix_world.EXAMPLES.keys()
    assert not {route for route in there if not route.startswith("GET ")} - told, HERE
    assert told <= there


def test_every_command_of_the_shell_is_in_the_table() -> None:
    there = set(leaves())
    told = {
        name: [leaf for leaf in there if f"{name} ".startswith(f"{leaf} ")] for name in EXAMPLES
    }
    assert not there - {leaf for found in told.values() for leaf in found}, HERE
    assert all(told.values())


def test_no_row_of_the_table_names_one_that_is_not_there() -> None:
    assert {each.after for each in COMMANDS.values()} <= {"", *COMMANDS}


def test_each_command_in_python_is_refused_to_who_has_not_signed_in(tmp_path: Path) -> None:
    with KnowledgeBase.open(made.created(tmp_path / "data"), embedder=HashEmbedder()) as base:
        base.people.open_to_world(True)
        base.people.form_group(WARD, open=True)
        member, entry = base.people.invite().id, base.entries.contribute(some_draft()).id
        base.entries.show(entry, Visibility("world"))
        reuse = base.reuses.record(entry, group=WARD, context="Nights", outcome="adopted").id
        asked = Asked(entry=entry, other=entry, reuse=reuse, member=member)
        nobody, before = base.acting_for(access.anonymous(world=True)), base.head()
        for command in CALLS.values():
            with pytest.raises(Forbidden):
                command.ask(nobody, asked)
        assert base.head() == before
