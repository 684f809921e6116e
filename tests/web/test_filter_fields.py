"""Each field of the filter of entries is asked for wherever entries are listed or searched."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from kb.cli.invocation import Invocation
from kb.cli.search import from_server, search_command
from kb.cli.show import list_command
from kb.entries.browsing import counted, listed, values_of
from kb.entries.results import PARAMETERS, EntryFilter
from kb.storage import local_socket
from web.api.search import filter_of
from web.pages.browse import browse
from web.pages.search import asked_of

CHOSEN = EntryFilter(kinds=("practice",), tags=("ward",), groups=("Ward 1",), archived=None)
"""A filter that has another value than usual in each field."""

FIELDS = EntryFilter.__struct_fields__
GIVEN: dict[str, Any] = {
    PARAMETERS.get(name, name): "all" if value is None else value
    for name, value in structs.asdict(CHOSEN).items()
}


def test_each_field_has_a_name_in_addresses_and_a_value_here() -> None:
    assert tuple(PARAMETERS) == FIELDS
    usual = EntryFilter()
    assert [name for name in FIELDS if getattr(usual, name) == getattr(CHOSEN, name)] == []


@pytest.mark.parametrize("command", [search_command, list_command], ids=lambda each: each.name)
def test_each_field_is_an_option_of_the_commands_that_ask(command: Any) -> None:
    assert {*FIELDS} <= {option.name for option in command.params}


def test_each_field_is_sent_to_a_running_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(local_socket, "request", lambda *asked: sent.extend(asked[-1]))
    invocation = Invocation()
    invocation.data = tmp_path
    assert from_server(invocation, "handover", CHOSEN, 5) is None
    asked = {name: text for name, text in sent if name not in ("q", "limit")}
    assert asked == {
        name: value if isinstance(value, str) else value[0] for name, value in GIVEN.items()
    }


def test_each_field_is_a_parameter_of_the_json_interface() -> None:
    assert filter_of(**GIVEN) == CHOSEN


def test_each_field_is_a_parameter_of_the_pages() -> None:
    assert asked_of("handover", **GIVEN).filter == CHOSEN
    assert {*PARAMETERS.values()} <= {*inspect.signature(browse.fn).parameters}


def test_each_field_is_compared_by_the_statements_of_lists() -> None:
    chosen = structs.replace(CHOSEN, archived=True)
    assert {*values_of(chosen)} == {*FIELDS}
    for statement in (listed(chosen, "title"), counted(chosen)):
        assert [name for name in FIELDS if f":{name}" not in statement] == []
