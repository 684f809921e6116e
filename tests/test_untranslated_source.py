"""Sentences for people stand in Python as messages, so that every language gets them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import EventLogError
from indexer.errors import IndexerError

ROOT = Path(__file__).parents[1]
TAKES_MESSAGES = frozenset({"_", "ngettext", "counted", "Message"})
PUT_IN = "\N{OBJECT REPLACEMENT CHARACTER}"
SENTENCE = re.compile(
    rf"(?:(?:[A-Z]['’a-z]+|A|I|“.+”)[ ,]|{PUT_IN},? [a-z]{{2}}).*[.:?!…]", re.DOTALL
)

ENGLISH = {
    "kb/accounts/small_answers.py": "errors that are caught where the provider is asked",
    "kb/accounts/times.py": "for programmers",
    "kb/cli/words.py": "sentences of click, which the catalogues have",
    "kb/demo/build.py": "errors in the content of the sample community, which tests find",
    "kb/demo/__main__.py": "the sample community, whose entries are English",
    "kb/entries/catalogue_view.py": "kept with a parked event",
    "kb/own_data/markdown.py": "a file that is taken along, with the names of fields",
    "kb/projections/background.py": "kept in a file, for `kb status`",
    "kb/reuse/reuse_view.py": "kept with a parked event",
    "kb/search/documents.py": "kept with a parked event",
    "kb/storage/settings.py": "descriptions, of which a page of the reference is made",
    "kb/views/parked.py": "kept with a parked event",
    "kb/views/snapshot.py": "for programmers",
    "kb/views/view_set.py": "for programmers",
    "web/api/curation.py": "the JSON interface is English",
    "web/api/entries.py": "the JSON interface is English",
    "web/api/given.py": "the JSON interface is English",
    "web/api/reuse.py": "the JSON interface is English",
    "web/cli.py": "a question that warms the model",
    "web/openapi.py": "the JSON interface is English",
    "web/requests.py": "the JSON interface is English",
}
"""Modules whose sentences stay English, each with why."""

PLACES = ("web", "kb")
NAMES = sorted(
    path.relative_to(ROOT).as_posix() for place in PLACES for path in (ROOT / place).rglob("*.py")
)


def escaped(source: str) -> list[str]:
    """The sentences of a module that no catalogue gets."""
    tree = ast.parse(source)
    taken = {id(each) for node in ast.walk(tree) for each in _taken(node)}
    texts = (_text(each) for each in ast.walk(tree) if id(each) not in taken)
    return [text for text in texts if SENTENCE.fullmatch(text.strip())]


def _text(node: ast.AST) -> str:
    """The text of a literal, with a sign for each expression in it; empty for all else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) or PUT_IN for each in node.values)
    return ""


def _taken(node: ast.AST) -> Iterator[ast.AST]:
    """What below `node` is a message, or for those who read the source."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.keyword) and node.arg == "help":
        yield from ast.walk(node)  # of the shell, where tests go over all commands
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in TAKES_MESSAGES
    ):
        yield from ast.walk(node)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NAMES)
def test_sentences_in_a_module_are_messages(name: str) -> None:
    found = escaped((ROOT / name).read_text(encoding="utf-8"))
    assert bool(found) == (name in ENGLISH), found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise NotFound("There is no entry.")', ["There is no entry."]),
        ('raise NotFound(f"There is none called {name}.")', [f"There is none called {PUT_IN}."]),
        ('raise NotFound(_("There is no entry."))', []),
        ('"""A module."""\nNAME = 1\n"""What it is called."""', []),
        ('READ = "SELECT name FROM entry WHERE id = ?"', []),
        ('HEADER = "Content-Type: application/json"', []),
    ],
)
def test_a_sentence_that_no_catalogue_gets_is_found(source: str, found: list[str]) -> None:
    assert escaped(source) == found


def errors_of(base: type[Exception]) -> set[str]:
    return {base.__name__} | {n for each in base.__subclasses__() for n in errors_of(each)}


BELOW = sorted(path for room in ("events", "indexer") for path in (ROOT / room).rglob("*.py"))
ERRORS = errors_of(EventLogError) | errors_of(IndexerError)


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_error_of_log_or_index_has_its_sentence_apart_from_paths_and_names(path: Path) -> None:
    calls = (
        each
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.args
    )
    built = [
        ast.unparse(each.args[0])
        for each in calls
        if isinstance(each.func, ast.Name)
        and each.func.id in ERRORS
        and isinstance(each.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
    ]
    assert built == [], "put what is said of into arguments, so that only operators read paths"
