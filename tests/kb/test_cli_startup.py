"""What `kb` costs before it does anything, and what it never loads for help."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import click
import pytest

from kb.cli.commands import ENTRY_POINTS
from tests.worlds.shell import CommandLine

pytestmark = pytest.mark.process

HEAVY = (
    "torch", "sentence_transformers", "transformers", "faiss", "litestar", "numpy", "tantivy",
    "whoosh", "sqlite_utils", "markdown_it", "yaml", "tabulate", "argon2", "cryptography",
    "webauthn", "authlib", "structlog",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """The top packages in sys.modules after running `code` in a new process."""
    program = f"{code}\nimport sys; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import kb.cli",
        "from kb.cli import cli; cli.main(['--help'], standalone_mode=False)",
    ],
)
def test_importing_the_command_line_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code).isdisjoint(HEAVY)


def test_reading_commands_load_no_model_and_no_web() -> None:
    code = "import kb.cli.show, kb.cli.curate, kb.knowledge_base"

    assert loaded_by(code).isdisjoint(
        {"torch", "transformers", "faiss", "litestar", "tantivy", "cryptography"}
    )


READING = ("list", "show {id}", "history {id}", "status", "member list", "group list", "audit")


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_writes_to_no_file_and_loads_no_library_of_writing(
    kb: CommandLine, command: str
) -> None:
    entry = kb.practice()
    arguments = ["--data", str(kb.data), *command.format(id=entry).split()]
    before = {path: path.read_bytes() for path in kb.data.rglob("*") if path.is_file()}
    loaded = loaded_by(f"from kb.cli import cli; cli.main({arguments}, standalone_mode=False)")
    assert loaded.isdisjoint({*HEAVY} - {"tabulate"})
    after = {path: path.read_bytes() for path in kb.data.rglob("*") if path.is_file()}
    assert {path.name for path in before | after if before.get(path) != after.get(path)} <= SHARED


SHARED = {f"{name}.sqlite-shm" for name in ("log", "vault", "views")}
"""In these SQLite notes who reads."""


def test_help_that_lists_what_may_be_chosen_loads_nothing_heavy() -> None:
    modules = ("show", "report", "reuse", "member", "group", "token", "visibility")
    code = f"import {', '.join(f'kb.cli.{module}' for module in modules)}"

    assert loaded_by(code).isdisjoint(HEAVY)


@click.command()
def print_answers() -> None:
    """Print all answers on paper."""
    click.echo("Printed.")


def test_a_command_of_another_package_is_listed_with_its_own_help(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = (EntryPoint("print_answers", "tests.kb.test_cli_startup:print_answers", ENTRY_POINTS),)
    monkeypatch.setattr("importlib.metadata.entry_points", EntryPoints(group).select)

    said = " ".join(kb.ok("--help").out.split())
    assert "print_answers Print all answers on paper." in said
    assert kb.ok("print_answers").out == "Printed.\n"
