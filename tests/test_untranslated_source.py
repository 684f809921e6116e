"""Sentences for people stand in Python as messages, so that every language gets them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TAKES_MESSAGES = frozenset({"_", "ngettext", "counted", "Message"})
SENTENCE = re.compile(r"(?:[A-Z]['’a-z]+|A|I|“.+”)[ ,].*[.:?!…]", re.DOTALL)
PUT_IN = "\N{OBJECT REPLACEMENT CHARACTER}"

NOT_YET = frozenset(
    {
        "kb/accounts/account_file.py",
        "kb/accounts/labels.py",
        "kb/accounts/links.py",
        "kb/accounts/names.py",
        "kb/accounts/oidc.py",
        "kb/accounts/passkeys.py",
        "kb/accounts/password_rules.py",
        "kb/accounts/sessions.py",
        "kb/accounts/small_answers.py",
        "kb/accounts/store.py",
        "kb/accounts/times.py",
        "kb/accounts/tokens.py",
        "kb/backends.py",
        "kb/belonging.py",
        "kb/cli/commands.py",
        "kb/cli/contribute.py",
        "kb/cli/curate.py",
        "kb/cli/endorse.py",
        "kb/cli/erase.py",
        "kb/cli/export.py",
        "kb/cli/failures.py",
        "kb/cli/group.py",
        "kb/cli/import_.py",
        "kb/cli/invocation.py",
        "kb/cli/member.py",
        "kb/cli/operate.py",
        "kb/cli/output.py",
        "kb/cli/pieces.py",
        "kb/cli/report.py",
        "kb/cli/reuse.py",
        "kb/cli/search.py",
        "kb/cli/show.py",
        "kb/cli/token.py",
        "kb/cli/visibility.py",
        "kb/community.py",
        "kb/demo/__main__.py",
        "kb/entries/catalogue_view.py",
        "kb/importers/decoding.py",
        "kb/importers/files.py",
        "kb/importers/front_matter.py",
        "kb/importers/head_toml_json.py",
        "kb/importers/head_yaml.py",
        "kb/importers/markdown.py",
        "kb/importers/naming.py",
        "kb/importers/outcomes.py",
        "kb/importers/own_fields.py",
        "kb/importers/run.py",
        "kb/importers/sight.py",
        "kb/measures/reuse_report.py",
        "kb/measures/search_count_file.py",
        "kb/measures/search_counts.py",
        "kb/opening.py",
        "kb/own_data/markdown.py",
        "kb/own_data/read.py",
        "kb/people/accounts_beside.py",
        "kb/projections/background.py",
        "kb/projections/sound_views.py",
        "kb/projections/view_store.py",
        "kb/projections/worker.py",
        "kb/reuse/reuse_view.py",
        "kb/search/documents.py",
        "kb/search/lazy_embedder.py",
        "kb/search/search_index.py",
        "kb/search/source.py",
        "kb/session.py",
        "kb/storage/data_directory.py",
        "kb/storage/frozen.py",
        "kb/storage/local_socket.py",
        "kb/storage/settings.py",
        "kb/views/guard.py",
        "kb/views/parked.py",
        "kb/views/reader.py",
        "kb/views/snapshot.py",
        "kb/views/view_set.py",
        "kb/views/withheld.py",
        "kb/visibility_words.py",
        "web/api/curation.py",
        "web/api/entries.py",
        "web/api/given.py",
        "web/api/reuse.py",
        "web/bodies.py",
        "web/cli.py",
        "web/openapi.py",
        "web/parts.py",
        "web/protocol.py",
        "web/requests.py",
        "web/security.py",
        "web/server.py",
    }
)
"""Modules in which sentences are not messages yet; one that is brought over leaves the list."""

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


@pytest.mark.parametrize("name", NAMES)
def test_sentences_in_a_module_are_messages(name: str) -> None:
    found = escaped((ROOT / name).read_text(encoding="utf-8"))
    if name in NOT_YET:
        assert found, "take it from the list"
    else:
        assert found == []


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
