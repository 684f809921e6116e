"""Finds links to other files in Markdown, and tells which imported file a link means."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from kb.entries.relation import LONGEST_LINK, WIKI
from kb.importers.code import without_code
from kb.importers.naming import SUFFIXES, same, without_suffix

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r" {0,3}(`+|~+)[ \t]*$")
_INLINE = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*(<[^<>\n]*>|[^\s()<>]++)[^()\n]*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n^][^\]\n]*\]:[ \t]*(<[^<>\n]*>|\S+)", re.MULTILINE)
_WIKI = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")


def links_in(text: str) -> Iterator[str]:
    """The targets of the links in `text` that may mean another file; links in code are none."""
    if "[" not in text:
        return
    text = _without_code(text) if "`" in text or "~~~" in text else text
    for found in _WIKI.finditer(text):
        name = found[1].split("|")[0].split("#")[0].strip(" \\")
        if name:
            yield WIKI + name
    for pattern in (_INLINE, _REFERENCE):
        for found in pattern.finditer(text):
            target = found[1].strip("<>\ufeff ")
            if is_local(target):
                yield target


def is_local(target: str) -> bool:
    """Whether a link's target is a path and not an address or a place on the same page."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and bool(parts.path)


class Names:
    """What imported files go by (path, id, aliases, file name, title), and the entries meant.

    A name that two files share leads nowhere, unless one of them lies in the folder of the link.
    """

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._names: dict[str, dict[str, str]] = {}

    def add(self, path: str, entry_id: str, names: Iterable[str]) -> None:
        """Let `path` (relative, with slashes) and `names` lead to the entry."""
        path = same(path)
        self._paths[path] = entry_id
        stem = without_suffix(path)
        file_name = posixpath.basename(stem)
        # Logseq writes the slash of a name so.
        spaced = unquote(file_name).replace("___", "/")
        for name in {stem, file_name, spaced, *names}:
            self._names.setdefault(_key(name), {})[path] = entry_id

    def find(self, link: str, path: str) -> str | None:
        """The entry that `link` in the file at `path` leads to."""
        path, link = same(path), link[: 3 * LONGEST_LINK]
        if link.startswith(WIKI):
            name = same(link.removeprefix(WIKI))
            return self._named(name, path) or self._at(name, path) or self._ending(name)
        target = same(unquote(urlsplit(link).path))
        return self._at(target, path) or self._on_site(target, path)

    def named(self, name: str, path: str) -> str | None:
        """The entry that goes by `name`: an id, file name, title or alias."""
        return self._named(name, same(path))

    def _at(self, target: str, path: str) -> str | None:
        """The file at `target`, seen from that at `path`, or else from the page made of it."""
        if target.startswith("/"):
            return None
        places = (posixpath.dirname(path), without_suffix(path))
        for place in places[: 1 if without_suffix(target) != target else 2]:
            full = posixpath.normpath(posixpath.join(place, target))
            full = full.removesuffix(".html")
            names = (full, *(f"{full}/{name}" for name in ("README", "index", "_index")))
            candidates = (full, *(name + suffix for name in names for suffix in SUFFIXES))
            found = next((self._paths[c] for c in candidates if c in self._paths), None)
            if found:
                return found
        return None

    def _on_site(self, target: str, path: str) -> str | None:
        """Website style: "/practice/slug/" means the file slug, better in a folder practice."""
        if not target.startswith("/"):
            return None
        parts = without_suffix(target).removesuffix(".html").strip("/").split("/")
        for start in range(len(parts)):
            name = "/".join(parts[start:])
            if found := self._named(name, path) or self._ending(name):
                return found
        return None

    def _ending(self, name: str) -> str | None:
        """The one file of which the path ends in `name`, a file with its folder."""
        parts = without_suffix(name).strip("/").split("/")
        if len(parts) == 1:
            return None
        ending = "/" + "/".join(parts)
        owners = self._names.get(_key(parts[-1]), {})
        found = {
            owner for path, owner in owners.items() if f"/{without_suffix(path)}".endswith(ending)
        }
        return found.pop() if len(found) == 1 else None

    def _named(self, name: str, path: str) -> str | None:
        owners = self._names.get(_key(name), {})
        if len(set(owners.values())) > 1:
            folder = posixpath.dirname(path)
            owners = {p: owners[p] for p in owners if posixpath.dirname(p) == folder}
        found = set(owners.values())
        return found.pop() if len(found) == 1 else None


def _without_code(text: str) -> str:
    """`text` without fenced blocks and code spans, in time that grows with its length alone."""
    fence, kept = "", []
    for line in text.split("\n"):
        if fence:
            closing = _CLOSING.match(line)
            fence = "" if closing and closing[1].startswith(fence) else fence
        elif opening := _FENCE.match(line):
            fence = opening[1]
        else:
            kept.append(without_code(line))
    return "\n".join(kept)


def _key(name: str) -> str:
    return " ".join(same(name).strip("/ \t\n").casefold().split())
