"""Brings the catalogue of each language up to date with the messages in the source.

A message that is gone leaves the catalogue, a new or changed one stands there without translation.
"""

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

from kb.messages.catalogues import catalogue, languages
from kb.messages.message import ENGLISH

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "counted": (2, 3)}
"""The functions whose arguments are messages; `counted` has a count before its nouns."""

KINDS = "kb/entries/kinds"
"""What their files say is shown in other languages, but for headings: entries have these."""

TEMPLATES = {"newstyle_gettext": "true", "silent": "false", "trim_blocks": "true"}


def source() -> Iterator[tuple[str, Path]]:
    """The files that may have messages, each with the method of Babel that reads it."""
    for folder in ("kb", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "kb.messages" in path.read_text(encoding="utf-8"):
                yield "python", path
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        yield "jinja2", path


def extracted() -> Catalog:
    """All messages in the source, with the files that they stand in."""
    found = Catalog()
    for method, path in source():
        options = TEMPLATES if method == "jinja2" else {}
        name = path.relative_to(ROOT).as_posix()
        for line, message, _comments, context in extract_from_file(
            method, path, KEYWORDS, options=options
        ):
            found.add(message, None, [(name, line)], context=context)
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
