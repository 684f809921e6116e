"""What Logseq calls the pages of its journal, which their files do not say: "May 11th, 2023"."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path, PurePosixPath

from babel.dates import format_date

from kb.errors import NotTaken
from kb.importers.decoding import decoded
from kb.importers.files import read

_SETTINGS = "logseq/config.edn"
_FORMAT = re.compile(r'^[^;"\n]{0,200}:journal/page-title-format[\s,]{1,20}"([^"\n]{1,100})"', re.M)
_USUAL = "MMM do, yyyy"
_ISO = "yyyy-MM-dd"
_PAGE = re.compile(r"(?:^|(.*)/)journals/(\d{4})([-_.]?)(\d\d)\3(\d\d)\.\w{2,8}")
_PIECE = re.compile(r"(do)|yyyy|yy|M{1,4}|dd?|E{1,4}|'[^']{0,100}'")


class Journals:
    """The names of the pages of journals among `paths` below `folder`."""

    def __init__(self, folder: Path, paths: Iterable[str]) -> None:
        self._formats: dict[str, str] = {}
        roots = {found[1] or "" for path in paths if (found := _PAGE.fullmatch(path))}
        for root in sorted(roots):
            place = posixpath.join(root, _SETTINGS)
            if (folder / PurePosixPath(place)).is_file():
                with suppress(NotTaken):
                    if said := _FORMAT.search(decoded(read(folder, place))):
                        self._formats[root] = said[1]

    def of(self, path: str) -> Iterator[str]:
        """Those of one file: as its settings have it, as Logseq does without them, and by ISO."""
        if not (found := _PAGE.fullmatch(path)):
            return
        with suppress(ValueError):  # no day of the calendar
            day = date(int(found[2]), int(found[4]), int(found[5]))
            for each in (self._formats.get(found[1] or "", _USUAL), _USUAL, _ISO):
                yield _written(day, each)


def _written(day: date, form: str) -> str:
    def said(piece: re.Match[str]) -> str:
        return _ordinal(day.day) if piece[1] else format_date(day, piece[0], "en")

    return _PIECE.sub(said, form)


def _ordinal(number: int) -> str:
    last = 0 if number in (11, 12, 13) else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
