"""What programs and people read of the interfaces stays as it is, until a change is meant.

Each file of tests/snapshots holds it as it was last taken over. `pytest tests/test_snapshots.py
--take-over` writes what there is now; the difference is to be looked at in the commit.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kb.access import ROLES, SCOPES
from kb.entries.content import Relation
from tests.commands import WARD
from tests.web.routes import EXAMPLES, Request, filled
from tests.worlds.web import Browsers, Community, community_at

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "snapshots"
Compare = Callable[[str, str], None]
CHANGING = ("POST", "PUT", "PATCH", "DELETE")

QUERIES = {"GET /api/names": "?of=tag", "GET /api/search": "?q=handover&limit=2"}
"""What an operation that only reads has to be asked with."""

VARYING = (
    (re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"'), '"TIME"'),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r'"searchable": false'), '"searchable": true'),
)
"""What differs from run to run, or on a busy machine, and what stands in its place."""


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Compare:
    """Compares a text with a file of the folder, or writes it there with `--take-over`."""

    def compared(name: str, text: str) -> None:
        file = FOLDER / name
        if request.config.getoption("--take-over"):
            file.write_text(text, encoding="utf-8")
        before = file.read_text(encoding="utf-8")
        lines = unified_diff(before.splitlines(), text.splitlines(), "before", "now", lineterm="")
        if found := "\n".join(lines):
            pytest.fail(f"{name} is another; if that is meant, --take-over.\n{found}", False)

    return compared


HELP = """
import click
from docs.tables import contexts
from kb.cli import cli

top = click.Context(cli, info_name="kb", terminal_width=100, **cli.context_settings)
for each in (top, *contexts(top)):
    print(f"$ {each.command_path} --help\\n{each.get_help()}\\n")
"""
"""In a process of its own: click keeps the option of the context that a command was first in."""


@pytest.mark.process
def test_the_help_of_every_command_is_as_it_was(compare: Compare) -> None:
    pages = subprocess.run(
        [sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert pages.count("--help\n") > 40
    compare("help.txt", pages.removesuffix("\n"))


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    with community_at(tmp_path_factory.mktemp("snapshots") / "data") as community:
        community.ids["Alma"] = community.join("Alma", ROLES)
        yield community


@pytest.fixture
def operations(community: Community) -> Mapping[str, Any]:
    """Each operation of the JSON interface, as the OpenAPI document has it."""
    document = Browsers(community)().get("/api/openapi.json").json()
    shapes = document["components"]["schemas"]
    found = {
        f"{method.upper()} {path}": resolved(operation, shapes)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert len(found) > 20
    return found


def resolved(value: Any, shapes: Mapping[str, Any]) -> Any:
    """`value` with the shape itself where the document names one."""
    if isinstance(value, dict):
        if "$ref" in value:
            return resolved(shapes[value["$ref"].rpartition("/")[2]], shapes)
        return {name: resolved(each, shapes) for name, each in value.items()}
    return [resolved(each, shapes) for each in value] if isinstance(value, list) else value


def test_what_each_operation_takes_is_as_it_was(
    operations: Mapping[str, Any], compare: Compare
) -> None:
    taken = {
        name: {
            "parameters": operation.get("parameters", []),
            "body": operation.get("requestBody"),
        }
        for name, operation in operations.items()
    }
    compare("requests.json", written(taken))


def test_what_each_operation_answers_is_as_it_was(
    community: Community, operations: Mapping[str, Any], compare: Compare
) -> None:
    program = Browsers(community)()
    headers = community.token("Alma", *SCOPES)
    ids = some_entry(community)
    answers = {}
    for name in sorted(operations, key=lambda name: name.startswith(CHANGING)):
        method, path = name.split()
        if method in CHANGING:
            ids = some_entry(community)
        if path.endswith("/restore"):
            community.acting("Alma").entries.archive(ids["entry_id"], "Old.")
        example = EXAMPLES.get(name, Request())
        address = filled(path + (QUERIES.get(name) or example.query), ids)
        sent = json.loads(filled(json.dumps(example.sent), ids))
        answer = program.request(method, address, json=sent, headers=headers)
        assert answer.status_code in (200, 201), (name, answer.text)
        answers[name] = {
            "status": answer.status_code,
            "body": answer.json(parse_float=lambda _: 0.5),
        }
    assert len(answers) == len(operations)
    compare("answers.json", written(answers))


def some_entry(community: Community) -> dict[str, str]:
    """The ids of a new entry about which there is something to be said of each kind."""
    member = community.acting("Alma")
    other = community.contribute("Alma", "Another handover")
    entry = community.contribute("Stella", group=WARD, tags=("night",))
    member.entries.relate(entry, Relation("IsDerivedFrom", other))
    member.endorsements.endorse(entry, "It works.")
    reuse = member.reuses.record(entry, group=WARD, context="Nights", outcome="adopted").id
    draft = member.drafts.save(str(uuid4()), {"title": "Begun"}, number=0, kind="practice").id
    community.base.catch_up()
    return {"entry_id": entry, "other_id": other, "reuse_id": reuse, "draft_id": draft}


def written(value: Any) -> str:
    """JSON as it is kept: what varies is replaced."""
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return f"{text}\n"
