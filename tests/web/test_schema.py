"""What the OpenAPI document promises, held against what schemathesis makes of it, in every role.

All checks of schemathesis: no 5xx, no status, media type or shape that the document lacks, nothing
taken that does not fit, nothing that needs a token answered without one. `make fuzz` asks ten times
as often: FUZZ_EXAMPLES says how many examples an operation gets.
"""

import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.testing import TestClient
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct
from schemathesis.engine import events, from_schema

from kb.access import Visibility
from kb.accounts.tokens import SCOPES
from tests.web.community import ROLES, Community, community_at

EXAMPLES_FOR = {"nobody": 1, "Mara": 8, "Cleo": 8, "Stella": 6, "Rita": 1}
"""Who asks, and how many examples an operation gets: fewer where most is refused alike."""

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""So many for each role instead, if not 0."""

REQUESTS = 20_000 if EXAMPLES else 2_000
"""So many requests at least, over all roles."""

REFUSED = {
    # What the document cannot say: which characters are text, that a word is more than blanks,
    # which sections a kind requires, that a sight has groups or not, that a key is a UUIDv7.
    "400",
    "401",  # nobody's run meets operations that need a token
    "403",  # and each role those that others may use
    "404",  # an id is that of nothing, or of what is hidden from whoever asks
    "409",  # a revision on top of another version, a change to what is archived
}
"""What a request that fits its description may still be answered, each for its reason."""

ID = re.compile(r"(?<=^/api/)(entries|reuses)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class Counted:
    """The application with its requests counted; of the ids made up, most become ones that exist.

    `known` has the ids under each first part of an address. Which one it is depends on the id made
    up alone, so the same run sends the same requests.
    """

    def __init__(self, app: ASGIApp, known: Mapping[str, list[str]]) -> None:
        self._app = app
        self._known = known
        self.statuses: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        if scope["type"] == ScopeType.HTTP:
            scope["path"] = ID.sub(self._existing, scope["path"])
            scope["raw_path"] = scope["path"].encode()
        await self._app(scope, receive, counting)

    def _existing(self, found: re.Match[str]) -> str:
        ids = self._known[found[1]]
        chosen = zlib.crc32(found[2].encode()) % (len(ids) + 1)
        return f"{found[1]}/{[*ids, found[2]][chosen]}"


class Run(Struct, frozen=True):
    """What one role was answered: how often each status, and what was wrong."""

    statuses: Counter[int]
    wrong: list[str]


def settings(examples: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """Every phase and every check; the same requests each time."""
    # Ids and errors out of answers would make each run another one: ids are drawn.
    alike = {"extra-data-sources": {"responses": False}}
    return {
        "seed": 1,
        "base-url": "http://127.0.0.1/",
        "headers": dict(headers),
        "continue-on-failure": True,
        "suppress-health-check": ["too_slow"],  # of the machine, and so not the same each time
        "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
        "phases": {
            "coverage": alike,
            "fuzzing": {**alike, "error-feedback": {"enabled": False}},
            "stateful": {"enabled": True, "generation": {"max-examples": examples}},
        },
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", *sorted(REFUSED)]}},
    }


def run_as(community: Community, name: str, examples: int) -> Run:
    """All that schemathesis has to ask, asked by `name`."""
    app = Counted(community.app, filled(community, name))
    headers = community.token(name, *SCOPES) if name in community.ids else {}
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json",
        app,
        config=schemathesis.Config.from_dict(settings(examples, headers)),
        headers={"host": "127.0.0.1"},
    )
    wrong = [line for event in from_schema(schema).execute() for line in wrong_in(event)]
    return Run(app.statuses, wrong)


def filled(community: Community, name: str) -> dict[str, list[str]]:
    """Entries of each sight, some of `name`'s own if they may write, and a reuse of one."""
    community.base.people.open_to_world(True)
    entries = [
        community.contribute(author, f"{author}, {sight.sight}", visibility=sight, tags=("night",))
        for author in dict.fromkeys(["Stella", name])
        if "member" in ROLES.get(author, ())
        for sight in (Visibility("world"), Visibility(), Visibility("author"))
    ]
    reuse = community.acting("Stella").reuses.record(
        entries[0], group="Ward 3", context="Nights", outcome="adopted"
    )
    return {"entries": entries, "reuses": [reuse.id]}


def wrong_in(event: events.EngineEvent) -> Iterator[str]:
    """What went wrong in a part of a run, with a command that shows it."""
    if isinstance(event, events.NonFatalError | events.FatalError):
        yield repr(event)
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            for check in checks:
                if info := check.failure_info:
                    told = info.failure
                    yield f"{check.name}: {told.operation}: {told.message} {info.code_sample}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run of every role, each in a community of its own."""
    made: dict[str, Run] = {}
    for name, examples in EXAMPLES_FOR.items():
        path: Path = tmp_path_factory.mktemp(name) / "community"
        with community_at(path) as community:
            made[name] = run_as(community, name, EXAMPLES or examples)
    return made


@pytest.mark.parametrize("name", EXAMPLES_FOR)
def test_every_answer_is_as_the_document_says(runs: dict[str, Run], name: str) -> None:
    assert runs[name].wrong == []


def test_enough_was_asked_and_nothing_was_a_fault_of_ours(runs: dict[str, Run]) -> None:
    statuses = sum((run.statuses for run in runs.values()), Counter[int]())
    assert statuses.total() >= REQUESTS
    assert max(statuses) < 500, statuses


def test_members_were_asked_what_they_may_do(runs: dict[str, Run]) -> None:
    for name in ("Mara", "Cleo", "Stella"):
        assert runs[name].statuses[200] > 50, name
        assert runs[name].statuses[201] > 0, name


def test_the_document_tells_names_that_are_refused_and_both_forms_of_the_report(
    client: TestClient[Litestar],
) -> None:
    document = client.get("/api/openapi.json").json()
    for item in document["paths"].values():
        for operation in item.values():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                name = body["schema"]["$ref"].rpartition("/")[2]
                assert document["components"]["schemas"][name]["additionalProperties"] is False
    report = document["paths"]["/api/reports/reuse"]["get"]["responses"]["200"]
    assert report["content"].keys() == {"application/json", "text/csv"}
