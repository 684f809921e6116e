"""Where pages of Jekyll's collections and posts are on their website: no path of a file says it."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kb.errors import NotTaken
from kb.importers.decoding import decoded
from kb.importers.files import read
from kb.importers.head_yaml import load
from kb.importers.naming import without_date, without_suffix
from kb.importers.values import Plain, Value

_SETTINGS = ("_config.yml", "_config.yaml")
_PLACEHOLDER = re.compile(r":([a-z_]{1,20})")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)-")
_INDEX = re.compile(r"(?:^|/)index$", re.IGNORECASE)
_USUAL = "/:collection/:path"
_STYLES = {
    "date": "/:year/:month/:day/:title",
    "pretty": "/:year/:month/:day/:title/",
    "none": "/:title",
}


class Permalinks:
    """The addresses on their website of the files at `paths` below `folder`."""

    def __init__(self, folder: Path, paths: Iterable[str]) -> None:
        self._templates: dict[str, dict[str, str]] = {}
        for within in {above for path in paths for above in PurePosixPath(path).parents}:
            for name in _SETTINGS:
                place = (within / name).as_posix()
                if (folder / place).is_file():
                    with suppress(NotTaken):
                        fields = load(decoded(read(folder, place)))
                        self._templates[within.as_posix()] = dict(_templates(fields))

    def of(self, path: str) -> Iterator[str]:
        """Those of one file, each from the root of the site."""
        if not (place := _place(path)):
            return
        root, collection, within = place
        usual = _filled(_USUAL, collection, within)
        yield usual
        if root:
            yield f"/{root}{usual}"
        if template := self._template(root, collection):
            yield _filled(template, collection, within)

    def folder_of(self, path: str) -> str | None:
        """From where links of a page lead on its website, None where its settings do not say."""
        place = _place(path)
        template = self._template(*place[:2]) if place else None
        if not place or not template:
            return None
        address = _filled(template, *place[1:])
        return address if template.endswith("/") else posixpath.dirname(address)

    def _template(self, root: str, collection: str) -> str | None:
        return self._templates.get(root or ".", {}).get(collection)


def _place(path: str) -> tuple[str, str, str] | None:
    """The folder of the site, the collection there and the name within it of the file at `path`."""
    parts = path.split("/")
    first = next((at for at, name in enumerate(parts[:-1]) if name.startswith("_")), None)
    if first is None:
        return None
    within = without_suffix("/".join(parts[first + 1 :]))
    return "/".join(parts[:first]), parts[first].removeprefix("_"), within


def _templates(fields: dict[str, Value]) -> Iterator[tuple[str, str]]:
    """How the addresses of each collection are made, by its name."""
    posts = _text(fields.get("permalink"))
    if posts:
        yield "posts", _STYLES.get(posts, posts)
    collections = fields.get("collections")
    for name, said in collections.items() if isinstance(collections, dict) else ():
        if template := _text(said.get("permalink")) if isinstance(said, dict) else "":
            yield name, _STYLES.get(template, template)


def _text(value: Value | None) -> str:
    return value.text.strip() if isinstance(value, Plain) else ""


def _filled(template: str, collection: str, within: str) -> str:
    """The address that `template` makes of a file; a placeholder that its name does not say is "".

    The page of a folder has the address of the folder.
    """
    name = posixpath.basename(within)
    date = _DATE.match(name)
    title = without_date(name)
    said = {"collection": collection, "path": within, "name": name, "title": title, "slug": title}
    if date:
        said |= dict(zip(("year", "month", "day"), date.groups(), strict=True))
    address = _PLACEHOLDER.sub(lambda found: said.get(found[1], ""), template)
    return _INDEX.sub("", posixpath.normpath(f"/{address}").replace("//", "/"))
