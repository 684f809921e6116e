"""The catalogues of translations: one .po file for each language, read where it is first needed.

English is what stands in the source, so it has none and loads nothing.
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
    """The languages that there are, English first, each as BCP 47 writes it."""
    return (ENGLISH, *sorted(path.name for path in LOCALE.iterdir() if path.is_dir()))


@lru_cache(1)
def names_of_languages() -> dict[str, str]:
    """What each of `languages` calls itself, by its code."""
    from babel import Locale

    return {each: Locale.parse(each, sep="-").display_name or each for each in languages()}


def catalogue(language: str) -> Path:
    """The file with the translations into `language`."""
    return LOCALE / language / "LC_MESSAGES" / "tributary.po"


@lru_cache
def translations(language: str) -> NullTranslations:
    """The translations into `language`; what is not translated is answered in English."""
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
    # What is empty stays so: a catalogue has its own header under that.
    if not isinstance(text, Message) or not text.source or language == ENGLISH:
        return str(text)
    known = translations(language)
    if text.many:
        pattern = known.ngettext(text.source, text.many, text.number)
    else:
        # Before Python 3.13 a singular that has a plural elsewhere is not found by itself.
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
