"""Brings the catalogue of each language up to date with the messages in the source.

A message that is gone leaves the catalogue, a new or changed one stands there without translation.
"""

import tomllib
from collections.abc import Iterator
from inspect import cleandoc
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

from events.errors import EventLogError
from indexer.errors import IndexerError
from kb.cli import cli
from kb.cli.words import SENTENCES
from kb.messages.catalogues import catalogue, languages
from kb.messages.message import ENGLISH

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "counted": (2, 3)}
"""The functions whose arguments are messages; `counted` has a count before its nouns."""

KINDS = "kb/entries/kinds"
"""What their files say is shown in other languages, but for headings: entries have these."""

TEMPLATES = {"newstyle_gettext": "true", "silent": "false", "trim_blocks": "true"}


def subclasses(base: type) -> Iterator[type]:
    """`base` and all below it."""
    yield base
    for each in base.__subclasses__():
        yield from subclasses(each)


BELOW = ("events/", "indexer/")
"""What stands below kb and knows no messages, but gives errors their sentences in parts."""

ERRORS = {each.__name__ for base in (EventLogError, IndexerError) for each in subclasses(base)}
"""Whose first argument is such a sentence; in their own constructors `__init__`'s is."""


def source() -> Iterator[tuple[str, Path]]:
    """The files that may have messages, each with the method of Babel that reads it."""
    for folder in ("kb", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "kb.messages" in path.read_text(encoding="utf-8"):
                yield "python", path
    for folder in ("events", "indexer"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.relative_to(ROOT).as_posix().startswith(BELOW):
                yield "python", path
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        yield "jinja2", path


def of_shell(command: click.Command = cli) -> Iterator[tuple[str, str]]:
    """The help of a command, of its options and of all below it, each with its module."""
    place = getattr(command.callback, "__module__", "kb.cli").replace(".", "/") + ".py"
    for each in (command, *command.params):
        if told := getattr(each, "help", None):
            yield cleandoc(told), place
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if below := command.get_command(context, name):
                yield from of_shell(below)


def extracted() -> Catalog:
    """All messages in the source, with the files that they stand in."""
    found = Catalog()
    for method, path in source():
        options = TEMPLATES if method == "jinja2" else {}
        name = path.relative_to(ROOT).as_posix()
        below = name.startswith(BELOW)
        for line, message, _comments, context in extract_from_file(
            method,
            path,
            dict.fromkeys({*ERRORS, "__init__"}) if below else KEYWORDS,
            options=options,
        ):
            found.add(message, None, [(name, line)], context=context)
    for sentence in SENTENCES:
        found.add(sentence, None, [("kb/cli/words.py", 0)])
    for told, place in of_shell():
        found.add(told, None, [(place, 0)])
    for path in sorted((ROOT / KINDS).glob("*.toml")):
        kind = tomllib.loads(path.read_text(encoding="utf-8"))
        prompts = [section["prompt"] for section in kind["sections"] if section.get("prompt")]
        for text in (kind["name"], kind["description"], *prompts):
            found.add(text, None, [(f"{KINDS}/{path.name}", 0)])
    return found


def brought_up(language: str, messages: Catalog) -> str:
    """The catalogue of `language` as it is to be, with its header and translations as they are."""
    before = catalogue(language).read_bytes()
    known = read_po(BytesIO(before), language)
    known.update(messages, no_fuzzy_matching=True, update_creation_date=False)
    written = BytesIO()
    write_po(
        written,
        known,
        width=100,
        omit_header=True,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    header = before.decode().partition("\n\n")[0].strip()
    return f"{header}\n\n{written.getvalue().decode().strip()}\n"


def main() -> None:
    """Write the catalogues of all languages but English."""
    messages = extracted()
    for language in languages():
        if language != ENGLISH:
            catalogue(language).write_text(brought_up(language, messages), encoding="utf-8")
            print(f"{language}: {len(messages)} messages")


if __name__ == "__main__":
    main()
