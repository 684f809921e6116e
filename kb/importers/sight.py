"""Who sees the entries of imported files, what one may say of another, and what is told of it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from kb.access import AUTHOR_ONLY, Visibility, covers, narrower_of, narrows
from kb.entries.bring import Brought
from kb.errors import InvalidInput, NotTaken
from kb.ids import as_uuid, group_id
from kb.importers.markdown import ParsedFile
from kb.importers.remarks import Why
from kb.messages import _
from kb.visibility_words import visibility, words

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
            raise NotTaken(
                _(
                    "It is for the group “{name}”, which there is not: form it first.",
                    name=name[:80],
                )
            )
        return self._groups.get(meant, meant)


def bounded(
    said: Visibility, most: Visibility | None, names: Mapping[str, str], told: list[str]
) -> Visibility:
    """What a file says, and no more people than the option says; `told` hears of a difference."""
    if most is None or most == said:
        return said
    shown = narrower_of(said, most)
    told.append(
        f"{Why.SEEN}: the file says {_said(said, names)} and the option {_said(most, names)}, "
        f"so it may be shown to {_said(shown, names)}"
    )
    return shown


def changes(said: Visibility | None, brought: Brought, names: Mapping[str, str]) -> Iterator[str]:
    """What an import did to who sees an entry, or did not do."""
    before, now = brought.before, brought.shown
    if said is None:
        if brought.outcome != "contributed" and now.sight in AUTHOR_ONLY:
            yield (
                f"{Why.SEEN}: it stays shown to {_said(now, names)}, though the file does not say "
                "so: kb visibility shows it to more people, an import never does"
            )
        return
    if brought.outcome == "contributed":
        if now != said:
            yield (
                f"{Why.SEEN}: it is shown to {_said(now, names)}, and not to "
                f"{_said(said, names)}: the community is closed to the world"
            )
    elif now != before:
        yield (
            f"{Why.SEEN}: it was shown to {_said(before, names)}, "
            f"and is shown to {_said(now, names)} from now on"
        )
    elif narrows(now, said):
        yield (
            f"{Why.SEEN}: it stays shown to {_said(now, names)}, and not to {_said(said, names)}: "
            "kb visibility shows it to more people, an import never does"
        )


def _said(shown: Visibility, names: Mapping[str, str]) -> str:
    return ", ".join(words(shown, names))
