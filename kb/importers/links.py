"""Finds links to other files in Markdown, and tells which imported file a link means."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

SUFFIXES = (".md", ".markdown")
"""How the name of a Markdown file ends, in letters of any case."""

_SUFFIX = re.compile(r"\.(md|markdown)$", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r" {0,3}(`+|~+)[ \t]*$")
_TICKS = re.compile(r"`+")
_INLINE = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*(<[^<>\n]*>|[^\s()<>]++)[^()\n]*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n^][^\]\n]*\]:[ \t]*(<[^<>\n]*>|\S+)", re.MULTILINE)
_WIKI = re.compile(r"(?<!!)\[\[([^\[\]\n]{1,300})\]\]")

WIKI = "wiki:"
"""Stands before the name in a link that was written [[name]]."""


def links_in(text: str) -> Iterator[str]:
    """The targets of the links in `text` that may mean another file; links in code are none."""
    if "[" not in text:
        return
    text = _without_code(text) if "`" in text or "~~~" in text else text
    for found in _WIKI.finditer(text):
        name = found[1].split("|")[0].split("#")[0].strip()
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
        self._paths[path] = entry_id
        stem = _without_suffix(path)
        for name in {stem, posixpath.basename(stem), *names}:
            self._names.setdefault(_key(name), {})[path] = entry_id

    def find(self, link: str, path: str) -> str | None:
        """The entry that `link` in the file at `path` leads to."""
        if link.startswith(WIKI):
            name = link.removeprefix(WIKI)
            return self._named(name, path) or self._at(name, path)
        target = unquote(urlsplit(link).path)
        return self._at(target, path) or self._on_site(target, path)

    def named(self, name: str, path: str) -> str | None:
        """The entry that goes by `name`: an id, file name, title or alias."""
        return self._named(name, path)

    def _at(self, target: str, path: str) -> str | None:
        if target.startswith("/"):
            return None
        full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        names = (full, f"{full}/README", f"{full}/index")
        candidates = (full, *(name + suffix for name in names for suffix in SUFFIXES))
        return next((self._paths[c] for c in candidates if c in self._paths), None)

    def _on_site(self, target: str, path: str) -> str | None:
        """Website style: "/practice/slug/" means the file slug, better in a folder practice."""
        if not target.startswith("/"):
            return None
        parts = _without_suffix(target).strip("/").split("/")
        for start in range(len(parts)):
            found = self._named("/".join(parts[start:]), path) or self._ending(parts[start:])
            if found:
                return found
        return None

    def _ending(self, parts: list[str]) -> str | None:
        if len(parts) == 1:
            return None
        ending = "/" + "/".join(parts)
        owners = self._names.get(_key(parts[-1]), {})
        found = {
            owner for path, owner in owners.items() if f"/{_without_suffix(path)}".endswith(ending)
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
            kept.append(_without_spans(line))
    return "\n".join(kept)


def _without_spans(line: str) -> str:
    """`line` without its code spans: each ends at the next run of as many back-ticks."""
    runs = [found.span() for found in _TICKS.finditer(line)]
    following: dict[int, int] = {}
    ends: dict[int, int] = {}
    for begin, end in reversed(runs):
        if end - begin in following:
            ends[begin] = following[end - begin]
        following[end - begin] = end
    kept, at = [], 0
    for begin, _ in runs:
        if begin >= at and begin in ends:
            kept.append(line[at:begin])
            at = ends[begin]
    return "".join([*kept, line[at:]])


def _without_suffix(path: str) -> str:
    return _SUFFIX.sub("", path)


def _key(name: str) -> str:
    return " ".join(name.strip("/ \t\n").casefold().split())
