"""Whatever goes wrong, a person sees one sentence and a script an exit code."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from events.errors import LogUnavailable
from indexer.errors import ModelUnavailable
from kb.cli import cli, main
from kb.cli.commands import COMMANDS, LazyGroup
from kb.cli.failures import DEBUG, exit_code, explain
from kb.cli.invocation import Invocation
from kb.cli.once import Command, Emptying, Group
from kb.errors import DataDirectoryError, NotFound
from kb.messages import _
from tests.worlds.shell import CommandLine


def test_an_error_is_told_in_the_language_that_the_shell_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = NotFound(_("There is no entry {id}.", id="x"))
    monkeypatch.setenv("KB_LANG", "de_AT.UTF-8")
    assert explain(error) == "Es gibt keinen Eintrag x."
    monkeypatch.setenv("KB_LANG", "fr")
    assert explain(error) == "There is no entry x."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound("There is no entry x."), "There is no entry x."),
        (LogUnavailable("The log\nis locked."), "The log is locked."),
        (ModelUnavailable("No model."), "No model."),
        (KeyboardInterrupt(), "Stopped."),
        (click.Abort(), "Stopped."),
        (MemoryError(), "The memory of this machine is used up."),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/y"),
            "/x/y cannot be used because the disk is full: free some space.",
        ),
        (
            OSError(errno.EDQUOT, "Disk quota exceeded"),
            "A file cannot be used because the disk is full",
        ),
        (
            OSError(errno.ENOENT, "No such file or directory", "/x/y"),
            "The system refused /x/y: No such file or directory.",
        ),
        (sqlite3.OperationalError("disk I/O error"), "A database of the data directory"),
        (
            UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
            "Some of the text given is not UTF-8",
        ),
        (ValueError("odd"), "Something went wrong that should not (ValueError: odd); set KB_DEBUG"),
    ],
)
def test_every_error_is_one_sentence(error: BaseException, sentence: str) -> None:
    said = explain(error)

    assert said.startswith(sentence)
    assert "\n" not in said


def test_a_word_that_nobody_reads_to_its_end_is_cut(kb: CommandLine) -> None:
    for path in ("x" * 5_000, "/none/" + "y/" * 2_500):
        for command in (("show",), ("contribute",), ("--data",), ("list", "--kind"), ("status",)):
            ran = kb.run(*command, path)
            assert ran.code in (1, 2), command
            assert len(ran.err) < 600, command
            assert "Traceback" not in ran.err, command


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("list", "--limit", "1", "--limit", "2"), "--limit"),
        (("contribute", "-", "--group", "A", "--group", "B"), "--group"),
        (("endorse", "x", "--reason", "One", "--reason", "Two"), "--reason"),
        (("group", "change", "A", "--name", "B", "--name=C"), "--name"),
        (("--data", "elsewhere", "list"), "--data"),
    ],
)
def test_an_option_given_twice_is_refused_where_one_would_be_dropped(
    kb: CommandLine, command: tuple[str, ...], option: str
) -> None:
    ran = kb.run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} is there 2 times; give it once." in ran.err


def test_what_narrows_or_changes_nothing_may_be_given_again(kb: CommandLine) -> None:
    kb.ok("list", "--tag", "a", "--tag", "b", "--json", "--json")


def test_every_command_refuses_an_option_given_twice() -> None:
    found = [*every(cli, "kb")]
    assert len(found) > 40
    for path, command in found:
        assert isinstance(command, Command | Group), path


def every(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """`command` and all commands in it, but those of other packages."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in COMMANDS if isinstance(command, LazyGroup) else command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from every(found, f"{path} {name}")


def test_input_that_never_ends_is_bounded(kb: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.importers.files.LARGEST_FILE", 1_000)
    for command in (("contribute", "-"), ("revise", kb.practice(), "-")):
        ran = kb.run(*command, stdin="x" * 1_001)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == "What was given is more than the 12 MB that are taken; split it up.\n"


def test_an_error_is_exit_code_1_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> None:
        raise ValueError("odd")

    assert exit_code(run) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_traceback_is_there_for_those_who_ask(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEBUG, "1")

    def run() -> None:
        raise ValueError("odd")

    assert exit_code(run) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = []
    monkeypatch.setattr(os, "dup2", lambda *arguments: replaced.append(arguments))

    def run() -> None:
        raise BrokenPipeError

    assert exit_code(run) == 0
    assert len(replaced) == 1


@pytest.mark.process
def test_a_command_into_a_pipe_that_nobody_reads_ends_with_code_0() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "kb.cli", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.process
@pytest.mark.parametrize(
    ("closed", "command", "code", "said"),
    [
        (">&-", ("list",), 0, b""),
        ("2>&-", ("list",), 0, b""),
        ("<&-", ("contribute", "-"), 1, b"The file is empty.\n"),
    ],
)
def test_a_command_whose_streams_are_closed_ends_as_usual(
    kb: CommandLine, closed: str, command: tuple[str, ...], code: int, said: bytes
) -> None:
    words = [sys.executable, "-m", "kb.cli", "--data", str(kb.data), *command]
    ended = subprocess.run(
        ["/bin/sh", "-c", f'"$0" "$@" {closed}', *words], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (code, said)


def test_main_ends_with_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code in ((["--help"], 0), (["nonsense"], 2)):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == code
    assert "Usage: kb" in capsys.readouterr().out


def test_the_data_directory_is_found_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataDirectoryError, match="no data directory here"):
        _ = Invocation().directory
    (tmp_path / "kb-data").mkdir()
    (tmp_path / "kb-data" / "log.sqlite").touch()
    assert Invocation().directory == Path("kb-data")
    (tmp_path / "log.sqlite").touch()
    assert Invocation().directory == Path()


def test_a_member_or_a_directory_that_is_set_to_nothing_means_nobody_and_nowhere(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.practice()
    monkeypatch.setenv("KB_MEMBER", "")
    refused = kb.run("list")
    assert (refused.code, refused.out) == (1, "")
    assert (
        refused.err == "The variable KB_MEMBER is set to nothing: give it a value, or unset it.\n"
    )
    monkeypatch.delenv("KB_MEMBER")
    monkeypatch.chdir(kb.data)
    monkeypatch.setenv("KB_DATA", "")
    with pytest.raises(DataDirectoryError, match="KB_DATA is set to nothing"):
        _ = Invocation().directory


def test_a_member_who_has_not_joined_acts_as_nobody(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.practice()
    invited = kb.ok("member", "invite", "--json").json["id"]
    for name in ("nobody", invited, invited[:8]):
        monkeypatch.setenv("KB_MEMBER", name)
        refused = kb.run("list")
        assert (refused.code, refused.out) == (1, "")
        assert "to the full id of one who has joined" in refused.err


def options(command: click.Command, *names: str) -> Iterator[tuple[list[str], str]]:
    """The words of each command below `command`, with each of its options that takes a text."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from options(below, *names, name)
    for each in command.params if names else ():
        if isinstance(each, click.Option) and not (each.is_flag or isinstance(each, Emptying)):
            yield [*names, each.opts[0]], each.opts[0]


@pytest.mark.parametrize("blank", ["", " "])
def test_an_option_that_is_given_as_nothing_is_refused_by_every_command(
    kb: CommandLine, blank: str
) -> None:
    found = list(options(cli))
    assert len(found) > 40
    for words, option in found:
        refused = kb.run(*words, blank)
        assert (refused.code, refused.out) == (2, ""), words
        assert f"{option} is given as nothing: give it a value, or leave it out." in refused.err
    with pytest.raises(click.UsageError, match="--data is given as nothing"):
        cli.main(["--data", blank, "list"], standalone_mode=False)


@pytest.mark.parametrize("command", ["init", "import", "export", "contribute"])
def test_a_folder_or_file_that_is_given_as_nothing_is_not_the_one_that_one_is_in(
    kb: CommandLine, command: str
) -> None:
    refused = kb.run(command, "")
    assert (refused.code, refused.out) == (2, "")
    assert "is given as nothing: give it a value." in refused.err


def test_a_word_that_begins_like_an_option_is_told_how_to_be_asked(kb: CommandLine) -> None:
    refused = kb.run("search", "--force")
    assert refused.code == 2
    assert "put -- before it: kb search -- --force\n" in refused.err
    assert kb.run("search", "--", "--force").code == 0
    assert "put --" not in kb.run("list", "--force").err


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_a_command_whose_output_goes_nowhere_says_that_it_did_what_it_was_to_do(
    kb: CommandLine,
) -> None:
    entry = kb.practice("Bedside handover")
    file = str(kb.file("Quiet hours", name="new.md"))
    for command in (
        ("contribute", file),
        ("tag", entry, "night"),
        ("archive", entry, "--reason", "x"),
    ):
        with Path("/dev/full").open("w") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "kb.cli", "--data", str(kb.data), *command],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert ran.returncode == 1
        assert "where its output goes: No space left on device. Only that failed, " in ran.stderr
        assert "again. It says: " in ran.stderr
        assert ran.stderr.count("\n") == 1
    assert "Quiet hours" in kb.ok("list").out
    assert "night" in kb.ok("show", entry).out
