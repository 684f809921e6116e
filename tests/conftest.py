"""What the whole suite shares: how many examples are drawn, and which tests run on one worker."""

import gc
import os
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from indexer.embedding.model_files import PACKAGE

GROUPS = ("browser", "kill")
"""Tests that share something costly or crowd each other out stay on one worker, and come first."""

SPREAD = ("test_attacks_bombs.py", "test_schema.py")
"""Files with many tests that share nothing: each test may run on any worker."""

LAST = "test_browser_logs.py"
"""Reads what all tests with a server have logged."""

LONG = frozenset(
    f"test_{name}.py"
    for name in (
        *("account_pages", "api", "api_given", "asked_tags", "attacks", "attacks_bombs"),
        *("audit_pages", "bodies", "cases", "cli", "cli_erasing", "cli_exchange", "cli_people"),
        *("cli_pieces", "cli_sharing", "cuts", "demo", "erased_views", "erasing_pages"),
        *("erasure", "erasure_stores", "exact_words", "follower", "following_lifecycle"),
        *("forgetting", "forms_at_once", "frozen", "generations", "given_twice", "hybrid_index"),
        *("identifiers", "languages_of_arguments", "lexical_tantivy", "lexical_whoosh", "logs"),
        *("markdown_readers", "messages", "model", "older_accounts", "openid_pages"),
        *("pages_finding", "pages_offered", "pages_writing", "people_pages", "protocol"),
        *("public_names", "questions", "roles", "safety", "scripts", "search", "serve"),
        *("serve_members", "settled", "signing_in", "sql_budget", "stale_tabs", "token_scopes"),
        *("tokens", "tries", "turns", "untranslated_source", "accounts_oidc", "answer"),
        *("attacks_network", "cli_curating", "emptied_gaps", "found_words"),
        *("head", "joining", "languages", "mistakes_told", "older_copies", "own_data"),
        *("pages_entry", "places", "sayings", "unsent"),
    )
)
"""Files that take seconds each, as they start servers, open many bases or have very many tests."""

UNTRACED = ("exhaustive", "hypothesis", "browser")
"""Marks of tests that run the same lines very often, or those that cheaper tests run as well."""

SHARED = pytest.StashKey[str]()
LONGEST_NAME = 80
"""Characters of an argument that stand in the name of its test."""

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder there that is its own
ENOUGH = 4 << 30
"""Where files wait for no disk, and the bytes that must be free there to use it."""

if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

ALIKE = settings(deadline=None, derandomize=True)
"""The same examples each time."""

settings.register_profile("dev", ALIKE, max_examples=25, stateful_step_count=12)
settings.register_profile("ci", ALIKE, max_examples=32, stateful_step_count=16)
settings.register_profile("fuzz", max_examples=2_000, stateful_step_count=50, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--take-over` writes the files of tests/snapshots anew."""
    parser.addoption("--take-over", action="store_true", help="write tests/snapshots anew")


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text is named by its beginning, as each worker and each report sends names."""
    if not isinstance(val, str | bytes) or len(val) <= LONGEST_NAME:
        return None
    return ascii(val[:LONGEST_NAME]).removeprefix("b")[1:-1] + "..."


def pytest_itemcollected(item: pytest.Item) -> None:
    """Group the tests for `--dist loadgroup`: by what they share, else by file.

    xdist asks for the groups before anything here is asked about the whole collection.
    """
    if item.path.name in LONG:
        item.add_marker("long")
    item.stash[SHARED] = shared = _shared(item)
    if item.path.name not in SPREAD or shared:
        item.add_marker(pytest.mark.xdist_group(shared or item.path.stem))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is shared comes first, then long files, so that no worker is left with one at the end.

    Of what runs the same lines again and again no coverage is taken. This comes last, as Hypothesis
    sets its mark where pytest calls it for the same.
    """
    costly = set()
    for item in items:
        if any(map(item.get_closest_marker, UNTRACED)):
            item.add_marker("no_cover")
        if any(map(item.get_closest_marker, ("exhaustive", "long"))):
            costly.add(item.path)
    order = {name: place for place, name in enumerate(GROUPS)}

    def place(item: pytest.Item) -> tuple[int, bool, bool]:
        group = order.get(item.stash[SHARED], len(GROUPS))
        return group, item.path.name == LAST, item.path not in costly

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was collected stays to the end, so nothing looks through it for what could go."""
    gc.freeze()


def _shared(item: pytest.Item) -> str:
    """The group of `GROUPS` that a test belongs to, or nothing.

    Those with the model are with those of the browser, of which one needs it too: to load it and
    all that computes it takes ten seconds of a process.
    """
    if any(map(item.get_closest_marker, ("browser", "model"))):
        return "browser"
    if "session_log" in getattr(item, "fixturenames", ()):
        return "browser"
    return "kill" if item.path.name == "test_kill.py" else ""


BEGAN = pytest.StashKey[float]()
BUDGET = 10.0
"""Processor seconds that a file of tests may take; what takes more is told at the end."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which files take longest, so that it is seen when one grows."""
    spent: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":
                file = report.nodeid.partition("::")[0]
                spent[file] += dict(report.user_properties).get("processor", 0.0)
    over = [(file, seconds) for file, seconds in spent.most_common() if seconds > BUDGET]
    total = sum(spent.values())
    terminalreporter.section(f"{total:.0f} processor seconds in tests; files over {BUDGET:.0f}")
    for file, seconds in over:
        terminalreporter.line(f"{seconds:6.1f} {file}")


def _processor() -> float:
    """Seconds that this process has computed so far, with its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


WEIGHTS = f"{PACKAGE}/model/model.safetensors"


class _Watch:
    """Notes what a test may do only with a mark: start a process, load the model."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"):
            self.seen.add("process")
        elif event == "open" and str(arguments[0]).endswith(WEIGHTS):
            self.seen.add("model")


_watch = _Watch()
sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """What is seen and spent from here on is this test's."""
    _watch.seen.clear()
    item.stash[BEGAN] = _processor()
    with _traced_as(item):
        return (yield)


@contextmanager
def _traced_as(item: pytest.Item) -> Iterator[None]:
    """Take no coverage of the fixtures of a test of which none is taken; else nothing."""
    plugin: Any = item.config.pluginmanager.get_plugin("_cov")
    coverage = plugin and plugin.cov_controller
    if not coverage or item.get_closest_marker("no_cover") is None:
        yield
        return
    coverage.pause()
    try:
        yield
    finally:
        coverage.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that starts a process or loads the model and has no mark that says so."""
    result = yield
    marks = {mark.name for mark in item.iter_markers()}
    missing = _watch.seen - marks - ({"process"} if "browser" in marks else set())
    assert not missing, f"mark this test: {', '.join(sorted(missing))}"
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Note what a test has spent, with its fixtures."""
    yield
    item.user_properties.append(("processor", _processor() - item.stash[BEGAN]))
