"""Who sees the entries of imported files, and so what of one may be said in another."""

from collections.abc import Callable, Mapping
from functools import partial

from kb.access import Visibility, covers
from kb.errors import InvalidInput, NotTaken
from kb.ids import as_uuid, group_id
from kb.importers.markdown import ParsedFile
from kb.importers.shown import bounded
from kb.visibility_words import visibility

After = Callable[[str, Visibility | None], frozenset[str]]
"""The labels of those who see an entry once it is brought with what its source says."""


class Sight:
    """What files say of who sees them, and never more people than `most`.

    `groups` has the id of each group by the id that its present name gives, `names` its name by
    its id.
    """

    def __init__(
        self,
        most: Visibility | None,
        groups: Mapping[str, str],
        names: Mapping[str, str],
        after: After,
    ) -> None:
        self._most = most
        self._groups = groups
        self._names = names
        self._after = after
        self._said: dict[str, ParsedFile] = {}
        self._labels: dict[str, frozenset[str]] = {}

    def add(self, entry_id: str, parsed: ParsedFile) -> None:
        """Let `parsed` be the file of the entry."""
        self._said[entry_id] = parsed

    def said(self, parsed: ParsedFile, told: list[str]) -> Visibility | None:
        """The narrower of what the file says and `most`, None where neither is said.

        Raises `NotTaken` or `InvalidInput`.
        """
        if not parsed.visible_to:
            return self._most
        said = visibility(parsed.visible_to, partial(self._group, exact=parsed.exact))
        return bounded(said, self._most, self._names, told)

    def may_tell(self, entry_id: str, other: str) -> bool:
        """Whether all who will see the first entry see the other as well."""
        return entry_id == other or covers(self._seen_by(other), self._seen_by(entry_id))

    def _seen_by(self, entry_id: str) -> frozenset[str]:
        if entry_id not in self._labels:
            try:
                labels = self._after(entry_id, self.said(self._said[entry_id], []))
            except (InvalidInput, NotTaken):  # it is not taken, and nobody is told of it
                labels = frozenset()
            self._labels[entry_id] = labels
        return self._labels[entry_id]

    def _group(self, name: str, *, exact: bool) -> str:
        """The id of a group by its name or id. That of an export may be formed later."""
        if exact and (known := as_uuid(name)):
            return known
        meant = group_id(name)
        if meant not in self._groups and not exact:
            raise NotTaken(f"It is for the group “{name[:80]}”, which there is not: form it first.")
        return self._groups.get(meant, meant)
