"""Tags and links of Logseq's that mean pages: #Page is a link as [[Page]] is.

Its pages have the sign of a tag in their own names as well, as in [[#Page]].
"""

import re
from collections.abc import Callable, Iterable

from kb.importers.links import Names
from kb.importers.markdown import ParsedFile
from kb.importers.turned import with_links_changed

_FOLDERS = re.compile(r"(?:^|(.*)/)(journals|pages)/")
_TAG = re.compile(
    r"!?\[(?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,1000}\](?:\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,300}\])"
    r"|\[\[#([^\[\]|#\n]{1,200})\]\]|\[\[[^\[\]\n]{0,300}\]\]"
    r"|(?<![^\s(])#([^\s#,;:!?()\[\]{}<>|\"'`*]{1,100}(?<!\.))"
)
"""A link, in whose words no other can stand, or a tag."""


class TagLinks:
    """Which folders among `paths` are Logseq's: those with both pages and a journal."""

    def __init__(self, paths: Iterable[str]) -> None:
        found = {(each[1] or "", each[2]) for path in paths if (each := _FOLDERS.match(path))}
        self._roots = {root for root, _ in found if {(root, "journals"), (root, "pages")} <= found}

    def has(self, path: str) -> bool:
        """Whether a file lies in such a folder."""
        return (found := _FOLDERS.match(path)) is not None and (found[1] or "") in self._roots

    def led(self, parsed: ParsedFile, names: Names, may_tell: Callable[[str], bool]) -> ParsedFile:
        """`parsed` with its tags leading to the pages that are called so, if it lies in one.

        `may_tell` says of an entry whether all who see this page see it, and so may know of it.
        """
        if not self.has(parsed.path):
            return parsed

        def leads(name: str) -> bool:
            found = names.named(name, parsed.path)
            return found is not None and may_tell(found)

        def changed(text: str, in_table: bool) -> str:
            bar = "\\|" if in_table else "|"

            def link(found: re.Match[str]) -> str:
                name = found[1] or found[2]
                return f"[[{name}{bar}#{name}]]" if name and leads(name) else found[0]

            return _TAG.sub(link, text) if "#" in text else text

        return with_links_changed(parsed, changed)
