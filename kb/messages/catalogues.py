"""Catalogues of translations: a .po file for each language, loaded at first use.

English is the language of the source, so it has none and loads nothing.
"""

import string
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from kb.messages.formats import number
from kb.messages.message import ENGLISH, Message

LOCALE = Path(__file__).parent / "locale"


@lru_cache(1)
def languages() -> tuple[str, ...]:
    """The codes (BCP 47) of all languages with a catalogue, after English."""
    return (ENGLISH, *sorted(path.name for path in LOCALE.iterdir() if path.is_dir()))


@lru_cache(1)
def names_of_languages() -> dict[str, str]:
    """The name of each of `languages` in itself, by its code."""
    from babel import Locale

    return {each: Locale.parse(each, sep="-").display_name or each for each in languages()}


def catalogue(language: str) -> Path:
    """The file with the translations into `language`."""
    return LOCALE / language / "LC_MESSAGES" / "tributary.po"


@lru_cache
def translations(language: str) -> NullTranslations:
    """The translations into `language`; untranslated messages come back in English."""
    if language == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with catalogue(language).open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def render(text: str, language: str) -> str:
    """`text` in `language`, if it is a message; any other text as it stands."""
    # The empty string is not looked up: a catalogue has its header under it.
    if not isinstance(text, Message) or not text.source or language == ENGLISH:
        return str(text)
    known = translations(language)
    if text.many:
        pattern = known.ngettext(text.source, text.many, text.number)
    else:
        # Before Python 3.13 `gettext` does not find a singular that also has a plural.
        pattern = known.ngettext(known.gettext(text.source), "", 1)
    return _Formatter(language).vformat(pattern, (), text.arguments) if text.arguments else pattern


class _Formatter(string.Formatter):
    """As `str.format`, with messages and numbers as the language writes them."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return format(render(value, self._language), format_spec)
        return number(value, format_spec, self._language)
