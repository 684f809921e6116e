"""Help and what is said of a wrong use are in the language that the shell asks for."""

import os
import subprocess
import sys

import pytest

from tests.worlds.shell import CommandLine

ENGLISH_OF_CLICK = ("Usage", "Options", "Error", "Commands", "Show this message")


@pytest.mark.process
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--help", ("Aufruf: kb", "Optionen:", "Befehle:", "Eine Frage stellen.", "Dies zeigen")),
        ("member --help", ("Mitglieder einladen", "language", "In LANGUAGE angesprochen")),
    ],
)
def test_help_is_in_the_language_of_the_shell(line: str, told: tuple[str, ...]) -> None:
    # In a process of its own, as click keeps what it said of --help.
    run = [sys.executable, "-m", "kb.cli", *line.split()]
    german = os.environ | {"KB_LANG": "de"}
    said = subprocess.run(run, check=True, capture_output=True, encoding="utf-8", env=german).stdout
    for words in told:
        assert words in said
    for words in ENGLISH_OF_CLICK:
        assert words not in said


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("serch", ("Aufruf: kb", "Hilfe gibt", "Fehler: Den Befehl 'serch' gibt es nicht.")),
        ("list --nope", ("Die Option '--nope' gibt es nicht.",)),
        ("list --limit 0", ("Unpassender Wert für '--limit'", "liegt nicht im Bereich")),
        ("list --kind x", ("Es gibt keine Art 'x'",)),
        ("revise", ("Es fehlt das Argument 'ID'",)),
        ("list --limit 1 --limit 2", ("--limit kommt 2-mal vor",)),
    ],
)
def test_a_wrong_use_is_told_in_the_language_of_the_shell(
    line: str, told: tuple[str, ...], kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LANG", "de")
    ran = kb.run(*line.split())
    assert ran.code == 2
    for words in told:
        assert words in ran.err
    for words in ENGLISH_OF_CLICK:
        assert words not in ran.err
