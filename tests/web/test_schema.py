"""What the OpenAPI document promises, held against what schemathesis makes of it, in every role.

All checks of schemathesis: no 5xx, no status, media type or shape that the document lacks, nothing
taken that does not fit, nothing that needs a token answered without one. By default two roles ask,
one of them little, in CI all five; `make fuzz` asks ten times as often.
"""

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
from schemathesis.python.asgi import shutdown_lifespans

from kb.access import SCOPES, Visibility
from tests.examples import PROFILE
from tests.worlds.web import ROLES, SITE, Community, community_at

EXAMPLES_FOR = {
    "dev": {"nobody": 1, "Cleo": 4},
    "ci": {"nobody": 1, "Mara": 4, "Cleo": 6, "Stella": 4, "Rita": 1},
    "fuzz": dict.fromkeys(["nobody", *ROLES], 120),
}[PROFILE]
"""Who asks, and how many examples an operation gets: fewer where most is refused alike."""

BRIEF = set() if PROFILE == "fuzz" else {"nobody", "Mara", "Stella", "Rita"}
"""Who sends no value at the edges of what fits, nor any beyond: thirteen hundred of fifteen hundred
requests, which are refused alike, or answered as a curator's are."""


REFUSED = {
    # What the document cannot say: which characters are text, that a word is more than blanks,
    # which sections a kind requires, that a sight has groups or not, that a key is a UUIDv7.
    "400",
    "401",  # nobody's run meets operations that need a token
    "403",  # and each role those that others may use
    "404",  # an id is that of nothing, or of what is hidden from the one who asks
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


def settings(name: str, examples: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """Every phase, for `BRIEF` all but one, and every check; the same requests each time."""
    # Ids and errors out of answers would make each run another one: ids are drawn.
    alike = {"extra-data-sources": {"responses": False}}
    return {
        "seed": 1,
        "base-url": f"{SITE}/",
        "headers": dict(headers),
        "continue-on-failure": True,
        "suppress-health-check": ["too_slow"],  # of the machine, and so not the same each time
        "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
        "phases": {
            "coverage": {**alike, "enabled": name not in BRIEF},
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
        config=schemathesis.Config.from_dict(settings(name, examples, headers)),
        headers={"host": SITE.rpartition("/")[2]},
    )
    wrong = [line for event in from_schema(schema).execute() for line in wrong_in(event)]
    shutdown_lifespans()  # or the application, which serves others after this, has two
    return Run(app.statuses, wrong)


def filled(community: Community, name: str) -> dict[str, list[str]]:
    """Entries of each sight, some of `name`'s own if they may write, and a reuse of one."""
    community.base.session.people.open_to_world(True)
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


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", EXAMPLES_FOR)
def test_every_answer_is_as_the_document_says(name: str, tmp_path: Path) -> None:
    with community_at(tmp_path / "community") as community:
        run = run_as(community, name, EXAMPLES_FOR[name])
    assert run.wrong == []
    assert max(run.statuses) < 500, run.statuses
    assert run.statuses.total() >= (30 if name in BRIEF else 100 + 50 * EXAMPLES_FOR[name])
    if "member" in ROLES.get(name, ()):
        assert run.statuses[200] > (20 if name in BRIEF else 50)
        assert run.statuses[201] > 0


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
