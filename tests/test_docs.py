"""What the documentation promises exists: links, commands, targets, the example in Python."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kb import KnowledgeBase
from kb.cli import cli
from kb.entries.content import Content, Draft, Section
from kb.storage.settings import ENVIRONMENT
from tests.worlds.base import joined

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONSENT = Content(
    title="Deciding by consent",
    sections=(
        Section("The problem", "The team cannot agree, and nobody knows who decides."),
        Section("What we do", "A proposal stands unless somebody has a reasoned objection."),
    ),
)
VARIABLE = re.compile(r"\bKB_[A-Z_]*[A-Z]\b")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    """The relative targets of a page's links and pictures."""
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md", ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / target).resolve() for target in links(page)]
    assert set(PAGES) - reached == set()


def test_the_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"\.venv/bin/kb ([a-z]+)", README))
    assert named
    assert named - set(cli.list_commands(click.Context(cli))) == set()


def test_the_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$ make ([a-z]+)", README)) <= targets


def test_every_variable_of_the_environment_stands_on_the_page_about_settings() -> None:
    rooms = [ROOT / room for room in ("events", "indexer", "kb", "web", "benchmarks")]
    files = [path for room in rooms for path in room.rglob("*.py")] + [ROOT / "Makefile"]
    used = {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}
    used |= ENVIRONMENT.keys()
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    listed = {name for row in page.splitlines() if row[:1] == "|" for name in VARIABLE.findall(row)}
    assert {"KB_DATA", "KB_MEMBER"} <= used
    assert listed == used


def test_every_attack_that_is_named_has_the_tests_that_are_named_with_it() -> None:
    page = (ROOT / "docs" / "developer" / "testing.md").read_text(encoding="utf-8")
    rows = page.split("\n| Attack | Tests |\n|---|---|\n")[1].split("\n\n")[0].splitlines()
    named = [(row, re.findall(r"`([\w/.]+)::(\w+)`", row.split("|")[2])) for row in rows]
    assert len(named) >= 15
    assert [row for row, tests in named if not tests] == []
    for file, test in (one for _, tests in named for one in tests):
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {test}\(", text, re.MULTILINE), f"{file}::{test}"


def test_no_file_that_a_merge_left_behind_is_in_the_tree() -> None:
    rooms = ("events", "indexer", "kb", "web", "tests", "benchmarks", "docs")
    files = [*ROOT.glob("*"), *(path for room in rooms for path in (ROOT / room).rglob("*"))]
    assert [path for path in files if path.suffix in (".orig", ".rej")] == []


def test_every_folder_of_modules_is_a_package_so_that_no_tool_passes_it_over() -> None:
    rooms = ("events", "indexer", "kb", "web")
    folders = {path.parent for room in rooms for path in (ROOT / room).rglob("*.py")}
    assert [each for each in folders if not (each / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    ("page", "begins", "least"),
    [("limits.md", "", 15), ("access.md", "\n## What is missing or wrong\n", 20)],
)
def test_every_row_of_a_promise_names_the_tests_that_hold_it(
    page: str, begins: str, least: int
) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    part = text.partition(begins)[2].partition("\n## ")[0] if begins else text
    lines = part.splitlines()
    rows = [
        row
        for row, below in zip(lines, [*lines[1:], ""], strict=True)
        if row[:1] == "|" and "|-" not in (row[:2], below[:2])  # neither a head nor the rule below
    ]
    named = [re.findall(r"`([\w/.]+)::(\w+)`", row) for row in rows]
    assert len(named) >= least
    assert all(named)
    for file, test in (one for tests in named for one in tests):
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:    )?def {test}\(", source, re.MULTILINE), f"{file}::{test}"


@pytest.mark.parametrize("page", ["architecture.md", "adding.md", "testing.md"])
def test_every_file_that_a_page_for_developers_names_is_there(page: str) -> None:
    text = (ROOT / "docs" / "developer" / page).read_text(encoding="utf-8")
    rooms = "events|indexer|kb|web|tests|benchmarks|docs"
    named = re.findall(rf"`((?:{rooms})/[\w/.-]*(?:/|\.\w+))`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
LAST_WORDS = re.compile(
    r"\*\*Measured again with\*\* (.*`.+`.*); \*\*would change our mind:\*\* .+\.", re.DOTALL
)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: str(page.stem))
def test_every_decision_ends_with_how_it_is_measured_again_and_what_would_change_it(
    page: Path,
) -> None:
    ending = LAST_WORDS.fullmatch(page.read_text(encoding="utf-8").rstrip().split("\n\n")[-1])
    assert ending
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", ending[1])) <= targets
    programs = re.findall(r"-m benchmarks\.(\w+)", ending[1])
    files = [ROOT / "benchmarks" / f"{program}.py" for program in programs]
    files += [ROOT / name for name in re.findall(r"\btests/[\w/]+\.py", ending[1])]
    assert [file for file in files if not file.exists()] == []


def test_every_decision_is_in_the_list_of_them() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\((\d+-[\w-]+\.md)\)", listed) == [page.name for page in DECISIONS]


@pytest.mark.model
def test_the_examples_in_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    KnowledgeBase.create("notes")
    with KnowledgeBase.open("notes") as base:
        entry_id = base.session.entries.contribute(Draft(kind="practice", content=CONSENT)).id
        member_id = joined(base, "member", "curator", name="Ada").principal.member
    architecture = (ROOT / "docs/developer/architecture.md").read_text(encoding="utf-8")
    for page in (README, architecture):
        source = re.search(r"```python\n(.*?)```", page, re.DOTALL)
        assert source
        exec(source[1], {"entry_id": entry_id, "member_id": member_id})
    with KnowledgeBase.open("notes") as base:
        entry = base.session.catalogue.get(entry_id)
        assert (entry.tags, entry.endorsements) == (("facilitation",), 1)
    assert capsys.readouterr().out.startswith("Deciding by consent ")
