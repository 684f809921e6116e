"""Messages are English in the source, and rendered in the language of the reader."""

import copy
import importlib.util
import pickle
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from events.errors import KeyLost
from indexer.errors import QuestionError
from kb.counting import counted, numbers
from kb.errors import said_by
from kb.messages import ENGLISH, Message, _, chosen, languages, ngettext, render, shell_language
from kb.messages.catalogues import catalogue
from kb.messages.message import restored

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in languages() if language != ENGLISH]

COMPLETE = frozenset({"de"})
"""The languages that have every message."""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The program behind `make messages`."""
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / ".ci" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def entries(language: str) -> list[Entry]:
    """What a catalogue has, without its header."""
    with catalogue(language).open("rb") as file:
        return [entry for entry in read_po(file, language) if entry.id]


def texts(entry: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms in English and in the other language."""
    given = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
    made = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
    return given, made


def test_a_message_is_its_english_sentence() -> None:
    assert _("Entry {id} is gone.", id="01") == "Entry 01 is gone."
    assert ngettext("{count} entry", "{count} entries", 1) == "1 entry"
    assert ngettext("{count} entry", "{count} entries", 0) == "0 entries"
    assert _("Braces {stay} where nothing is put in.") == "Braces {stay} where nothing is put in."


def test_what_is_no_message_or_not_translated_is_shown_as_it_stands() -> None:
    assert render("Ward 3", "de") == "Ward 3"
    assert render(Message("Not in any catalogue, {who}.", {"who": "Ada"}), "de") == (
        "Not in any catalogue, Ada."
    )


def test_an_empty_message_is_empty_in_every_language() -> None:
    assert render(Message("", {}), "de") == ""


def test_numbers_and_messages_in_a_message_are_in_its_language() -> None:
    assert render(numbers(1, 1200), "de") == "1 bis 1.200"
    assert render(numbers(1200, 1200), "de") == "1.200"
    assert render(counted(0, "blue moon"), "de") == "keine blue moons"
    assert render(numbers(1, 1200), ENGLISH) == "1 to 1,200"


def test_a_message_is_stored_with_its_arguments_and_comes_back() -> None:
    made = _("{who}, {count}: {words}", who=counted(1, "entry", "entries"), count=3, words="“ä”\n")
    back = restored(made.stored())
    assert (back, back.source, back.arguments) == (made, made.source, made.arguments)
    assert render(restored(numbers(1, 1200).stored()), "de") == "1 bis 1.200"


def test_a_message_whose_source_is_a_message_is_stored_as_any_other() -> None:
    assert restored(Message(_("Gone."), {}).stored()) == "Gone."


def test_a_sentence_that_a_view_of_before_keeps_is_read_as_it_stands() -> None:
    made = restored("Contributed as “The {bed} list”.")
    assert render(made, "de") == made == "Contributed as “The {bed} list”."


@given(st.text(), st.integers())
def test_any_argument_comes_back(words: str, number: int) -> None:
    made = _("{words} {number}", words=words, number=number)
    assert restored(made.stored()).arguments == made.arguments


def test_a_copy_of_a_message_is_one() -> None:
    made = numbers(1, 1200)
    for same in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own
        assert render(same, "de") == "1 bis 1.200"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-ch", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr, de;q=0.5", "de"),
        ("de;q=0.2, en;q=0.7", "en"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("fr, *;q=0.5, de;q=0.1", "en"),
        ("de;q=nan", "en"),
        ("de;q=²", "en"),
        (",;=,de;level=1,", "en"),
        ("../de", "en"),
        ("de" + ",xx" * 100_000, "de"),
    ],
)
def test_the_language_is_the_first_that_a_reader_likes_and_we_have(
    header: str, language: str
) -> None:
    assert chosen(header) == language


@pytest.mark.parametrize(
    ("said", "language"),
    [("", "en"), ("de", "de"), ("de_AT.UTF-8", "de"), ("C.UTF-8", "en"), ("fr", "en")],
)
def test_the_shell_has_the_language_of_its_variable(
    said: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LANG", said)
    assert shell_language() == language


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_the_messages_of_the_source(language: str, tool: ModuleType) -> None:
    made = tool.brought_up(language, tool.extracted())
    assert made == catalogue(language).read_text(encoding="utf-8"), "run `make messages`"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_arguments_of_its_message(language: str) -> None:
    def names(forms: tuple[str, ...]) -> set[str]:
        return {name for form in forms for name in re.findall(r"\{\w+[^}]*\}|%\(\w+\)\w", form)}

    for entry in entries(language):
        given, made = texts(entry)
        for form in filter(None, made):
            assert names((form,)) <= names(given), given
            assert names((given[-1],)) <= names(made), given


@pytest.mark.parametrize("language", sorted(COMPLETE))
def test_a_complete_language_has_every_message(language: str) -> None:
    lacking = [each.id for each in entries(language) if each.fuzzy or not all(texts(each)[1])]
    assert lacking == []


def test_what_log_and_index_say_is_a_message() -> None:
    error = QuestionError(
        "The question has {count:,} characters; ask in at most {most:,}.", count=12_000, most=2
    )
    assert str(error) == "The question has 12,000 characters; ask in at most 2."
    assert render(said_by(error), "de").startswith("Die Frage hat 12.000 Zeichen;")
    assert render(said_by(KeyLost("member-7")), "de").startswith("Dem Tresor fehlt der Schlüssel")
