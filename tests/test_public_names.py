"""Tests and benchmarks use what programs may use: what they promise holds however it is made.

That no private attribute is read or set is a rule of ruff (SLF001). It sees no names in strings, as
`setattr` has them, and no imports.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for top in ("tests", "benchmarks") for path in (ROOT / top).rglob("*.py"))
OURS = ("events", "indexer", "kb", "web", "tests", "benchmarks")
BY_NAME = frozenset({"getattr", "setattr", "delattr", "object", "attrgetter"})
"""What takes names of attributes as strings: of Python, of pytest and of `unittest.mock.patch`."""

INSIDES = frozenset({"__closure__", "__code__", "__defaults__", "__dict__", "__kwdefaults__"})
"""What Python keeps of how something is made."""


def private_names(source: str) -> Iterator[str]:
    """The private names in strings for `BY_NAME`, and those that are imported from us."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Call):
            called = node.func
            called_as = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
            if called_as in BY_NAME:
                strings = (one.value for one in node.args[:2] if isinstance(one, ast.Constant))
                names = [one for one in strings if isinstance(one, str)][:1]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if any(map(is_private, name.split("."))))


def is_private(name: str) -> bool:
    """Whether it is told as nobody else's business; Python's own are not, but for `INSIDES`."""
    # `_` alone is what makes a message (kb/messages).
    return name in INSIDES or (name != "_" and name.startswith("_") and not name.endswith("__"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('monkeypatch.setattr(base.log, "_writer", 1)', ["_writer"]),
        ('patch.setattr("kb.search.search._lack", None)', ["kb.search.search._lack"]),
        ('setattr(build, "__defaults__", ())', ["__defaults__"]),
        ("from kb.search.search import _lack", ["kb.search.search._lack"]),
        ("from kb.messages import _", []),
        ('getattr(handler, "__name__", "")', []),
        ("from kb.demo import __main__ as program", []),
        ('monkeypatch.setattr("kb.search.search.NEAREST", "_none")', []),
    ],
)
def test_a_private_name_in_a_string_or_an_import_is_found(source: str, found: list[str]) -> None:
    assert [*private_names(source)] == found


def test_no_test_and_no_benchmark_names_what_is_private() -> None:
    named = {
        str(file.relative_to(ROOT)): [*private_names(file.read_text(encoding="utf-8"))]
        for file in FILES
    }
    assert {file: names for file, names in named.items() if names} == {}
