"""Finds links to other files in Markdown, and tells which imported file a link means."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from kb.entries.relation import LONGEST_LINK, WIKI
from kb.importers.body import definitions
from kb.importers.code import prose
from kb.importers.languages import Languages
from kb.importers.naming import same, without_date, without_suffix

_INLINE = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*(<[^<>\n]*>|[^\s()<>]++)[^()\n]*\)")
_WIKI = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")
_PAGE = re.compile(r"\.html?$", re.IGNORECASE)
_POST = re.compile(r"(?:^|/)(\d{4})([-/])(\d\d)\2(\d\d)\2(.+)$")
_NUMBER = re.compile(r"(\d{12,14})(?=[ _-])")
"""The moment by which notes of a slip box are known, before their titles."""
_GLOSSARY = re.compile(r"(?:^|/)_?(?:glossary|glossaries|terms)/", re.IGNORECASE)
_ROOTS = ("docs", "content", "versioned_docs")
_LEAST_VERSIONED = 3
"""Parts of the address of a page of one version: "docs", its version, its name."""

_FRONT = ("index", "_index")
_INDEXES = ("", *(f"/{name}" for name in (*_FRONT, "readme")))
"""What the file of a page's address ends in: its name, or one that stands for its folder."""


def links_in(text: str) -> Iterator[str]:
    """The targets of the links in `text` that may mean another file; links in code are none."""
    if "[" not in text:
        return
    defined = [one["href"] for one in definitions(text).values()]
    text = prose(text) if "`" in text or "~~~" in text else text
    for found in _WIKI.finditer(text):
        name = found[1].split("|")[0].split("#")[0].strip(" \\")
        if name:
            yield WIKI + name
    written = (found[1].strip("<>\ufeff ") for found in _INLINE.finditer(text))
    yield from filter(is_local, [*written, *defined])


def is_local(target: str) -> bool:
    """Whether a link's target is a path and not an address or a place on the same page."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and bool(parts.path)


class Names:
    """What imported files go by (path, id, aliases, file name, title), and the entries meant.

    `folder` is the name of the folder that is imported, `present` the paths of its files, also of
    those that are not taken: a link to one of these leads to no other. A name that two files share
    leads nowhere, unless one of them lies in the folder of the link.
    """

    def __init__(self, folder: str = "", present: Iterable[str] = ()) -> None:
        self._folder = _key(folder)
        self._present = {*map(same, present)}
        self._paths: dict[str, str] = {}
        self._folded: dict[str, dict[str, str]] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._last: dict[str, dict[str, str]] = {}
        self._addresses: dict[str, dict[str, str]] = {}
        self._called: dict[str, dict[str, str]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._sites: dict[str, str] = {}
        self._languages = Languages()

    def add(
        self, path: str, entry_id: str, names: Iterable[str], site_folder: str | None = None
    ) -> None:
        """Let `path` (relative, with slashes) and `names` lead to the entry.

        `site_folder` is from where the links of the page lead on its website, if that is known.
        """
        path = same(path)
        self._paths[path] = entry_id
        self._folded.setdefault(path.casefold(), {})[path] = entry_id
        self._languages.add(path)
        if site_folder is not None:
            self._sites[path] = site_folder
        stem = without_suffix(path)
        folder, file_name = posixpath.split(stem)
        self._files.setdefault(_address(stem), {})[path] = entry_id
        self._last.setdefault(posixpath.basename(_page_address(stem)), {})[path] = entry_id
        # Logseq writes the slash of a name so.
        spaced = unquote(file_name).replace("___", "/")
        self._called.setdefault(_key(file_name), {})[path] = entry_id
        number = _NUMBER.match(file_name)
        own = {stem, file_name, without_date(file_name), spaced, number[1] if number else stem}
        for name in {*own, *names}:
            self._names.setdefault(_key(name), {})[path] = entry_id
            address = _address(posixpath.join(folder, same(name)))
            self._addresses.setdefault(address, {})[path] = entry_id

    def is_file(self, name: str) -> bool:
        """Whether a file is called `name`, whatever titles there are."""
        address = _page_address(without_suffix(same(name)))
        return posixpath.basename(address) in self._last

    def find(self, link: str, path: str) -> str | None:
        """The entry that `link` in the file at `path` leads to; an address elsewhere to none."""
        path, link = same(path), link[: 3 * LONGEST_LINK]
        if link.startswith(WIKI):
            name = same(link.removeprefix(WIKI))
            return self._named(name, path) or self._at(name, path) or self._ending(name, path)
        if not is_local(link):
            return None
        target = same(unquote(urlsplit(link).path))
        if target.startswith(":/"):  # so Joplin writes an id
            return self._named(target.removeprefix(":/"), path)
        if target.startswith(("/", "@/")):
            return self._on_site(target.removeprefix("@"), path)
        if target.startswith("@"):  # Hugo's ref: seen from the page, the root, or by its name
            return self._referred(target.removeprefix("@"), path)
        if path in self._sites and without_suffix(target) == target:
            address = posixpath.normpath(posixpath.join(self._sites[path], target))
            return self._on_site(address, path)
        return self._at(target, path) or self._from_root(target, path)

    def named(self, name: str, path: str) -> str | None:
        """The entry that goes by `name`: an id, file name, title or alias."""
        return self._named(name, same(path))

    def term(self, name: str) -> str | None:
        """The one page of that name in a folder that is a glossary, by its path as a name."""
        key = _key(name)
        owners = {**self._called.get(key, {}), **self._names.get(key, {})}
        found = [path for path in owners if _GLOSSARY.search(path)]
        return without_suffix(found[0]) if len(found) == 1 else None

    def _at(self, target: str, path: str) -> str | None:
        """The file at `target`, seen from that at `path`, or else from the page made of it."""
        places = [posixpath.dirname(path), without_suffix(path)]
        places = places[: 1 if without_suffix(target) != target else 2]
        return self._page(posixpath.join(place, target) for place in places)

    def _from_root(self, target: str, path: str) -> str | None:
        """The file at `target`, a path from a folder above, as Docusaurus and Hugo take it."""
        if without_suffix(target) == target or target.startswith("."):
            return None
        roots = (above for above in _above(path) if "/" in target or self._is_root(above))
        return self._page(posixpath.join(above, target) for above in roots)

    def _is_root(self, folder: str) -> bool:
        """Whether a website takes its pages from a folder, so that a name alone is enough there."""
        return (posixpath.basename(folder).casefold() or self._folder) in _ROOTS

    def _referred(self, name: str, path: str) -> str | None:
        found = self._at(name, path) or self._on_site(without_suffix(name), path)
        return found or self._ending(name, path, alone=True)

    def _page(self, places: Iterable[str]) -> str | None:
        """The file at the first of `places` that is one, or the page that a website has there."""
        for place in (posixpath.normpath(each).removeprefix("/") for each in places):
            if found := self._paths.get(place):
                return found
            if place in self._present:
                return None
            if found := _only(self._folded.get(place.casefold(), {})):
                return found
            if without_suffix(place) != place:
                continue
            address = _address("" if place == "." else place)
            files = (self._files.get(f"{address}{index}".lstrip("/"), {}) for index in _INDEXES)
            # Docusaurus: a file that is called like its folder is the page of that.
            name = posixpath.basename(address) or _address(self._folder)
            like_folder = self._files.get(f"{address}/{name}".lstrip("/"), {})
            for owners in (*files, self._addresses.get(address, {}), like_folder):
                if found := _only(owners):
                    return found
        return None

    def _on_site(self, target: str, path: str) -> str | None:
        """Website style: "/practice/slug/" is the page of that whole path from the site's root.

        The root is the folder itself, one that `path` lies in, or another; or the folder is one
        of the site. The last part of a path alone is enough behind the date of a post.
        """
        whole = target.strip("/")
        if not whole:
            roots = (above for above in _above(path) if not above or self._is_root(above))
            return self._page(f"{above}/{name}" for above in roots for name in _FRONT)
        parts = whole.split("/")
        inner = [parts[n:] for n in range(1, len(parts)) if _key(parts[n - 1]) == self._folder]
        return (
            self._page(posixpath.join(above, whole) for above in _above(path))
            or self._ending(whole, path)
            or self._page("/".join(rest) for rest in inner)
            or self._post(whole, path)
            or self._of_version(parts, path)
        )

    def _of_version(self, parts: list[str], path: str) -> str | None:
        """Docusaurus: "/docs/next/x" is docs/x, "/docs/1.2/x" is versioned_docs/version-1.2/x."""
        if len(parts) < _LEAST_VERSIONED:
            return None
        first, version, *rest = parts
        below = "/".join(rest)
        if version == "next":
            places = [f"{first}/{below}", *([below] if _key(first) == self._folder else [])]
        else:
            places = [f"versioned_{first}/version-{version}/{below}", f"version-{version}/{below}"]
        return self._page(
            posixpath.join(above, place) for place in places for above in _above(path)
        )

    def _post(self, whole: str, path: str) -> str | None:
        """The post of a day: other parts of its address follow no folder."""
        found = _POST.search(whole)
        if not found:
            return None
        year, sign, month, day, name = found.groups()
        dated = self._ending(f"{year}-{month}-{day}-{name}", path, alone=True)
        return dated or (self._ending(name, path, alone=True) if sign == "/" else None)

    def _ending(self, name: str, path: str, *, alone: bool = False) -> str | None:
        """The one file of which the path ends in `name`, with its folder or `alone`.

        It is not in another language than that at `path`, unless the name says so.
        """
        address = _page_address(without_suffix(name))
        if "/" not in address and not alone:
            return None
        owners = self._last.get(posixpath.basename(address), {})
        found = {
            each: owner
            for each, owner in owners.items()
            if f"/{_page_address(without_suffix(each))}".endswith(f"/{address}")
            and not self._languages.is_of_another(each, path, address.split("/"))
        }
        return _only(found)

    def _named(self, name: str, path: str) -> str | None:
        # A file of the name comes before titles and aliases of others, as in Obsidian.
        owners = self._called.get(_key(name)) or self._names.get(_key(name), {})
        if len(set(owners.values())) > 1:
            folder = posixpath.dirname(path)
            owners = {p: owners[p] for p in owners if posixpath.dirname(p) == folder}
        return _only(owners)


def _only(owners: Mapping[str, str]) -> str | None:
    found = set(owners.values())
    return found.pop() if len(found) == 1 else None


def _above(path: str) -> Iterator[str]:
    """The folders in which the file at `path` lies, from the root on."""
    parts = posixpath.dirname(path).split("/")
    yield from dict.fromkeys(["", *("/".join(parts[:count]) for count in range(1, len(parts) + 1))])


def _key(name: str) -> str:
    return " ".join(same(name).strip("/ \t\n").casefold().split())


def _address(path: str) -> str:
    """A path as websites write it: in one case, blanks as hyphens, without its ending."""
    return _key(_PAGE.sub("", path)).replace(" ", "-")


def _page_address(path: str) -> str:
    """The address of the page that the file at `path` is: an index is its folder's."""
    address = _address(path)
    folder, _, name = address.rpartition("/")
    return folder if folder and f"/{name}" in _INDEXES else address
