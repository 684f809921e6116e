"""Words for who sees an entry, in files and commands."""

from collections.abc import Callable, Iterable, Mapping

from kb.access import SIGHTS, Visibility
from kb.collation import sort_key
from kb.errors import InvalidInput
from kb.messages import _

GROUP = "group:"
"""The prefix of the name of a group."""

WORDS = (*(sight for sight in SIGHTS if sight != "groups"), f"{GROUP}NAME")
"""The words, of which one is given, or several groups."""


def visibility(words: Iterable[str], group_of: Callable[[str], str]) -> Visibility:
    """The visibility in `words`; `group_of` returns the id of a group by name, or raises.

    Raises `InvalidInput` for other words, and for several that are not all groups.
    """
    said = list(spelled(words))
    groups = [word.removeprefix(GROUP).strip() for word in said if word.startswith(GROUP)]
    if groups and len(groups) == len(said):
        return Visibility("groups", tuple(sorted({group_of(name) for name in groups})))
    for sight in SIGHTS:
        if said == [sight] and sight != "groups":
            return Visibility(sight)
    raise InvalidInput(
        _(
            "“{words}” does not say who sees an entry: say {these} or {this}, "
            "groups several times if need be.",
            words=", ".join(said)[:80],
            these=", ".join(WORDS[:-1]),
            this=WORDS[-1],
        ),
        "visibility",
    )


def is_said(words: Iterable[str]) -> bool:
    """Whether `visibility` accepts `words`, which come from `spelled`."""
    said = list(words)
    groups = [word for word in said if word.startswith(GROUP) and word.removeprefix(GROUP).strip()]
    return bool(groups) if len(groups) == len(said) else said[1:] == [] and said[0] in WORDS[:-1]


def spelled(words: Iterable[str]) -> tuple[str, ...]:
    """`words` in lower case, except names of groups."""
    return tuple(map(_spelled, words))


def _spelled(word: str) -> str:
    start, colon, name = word.strip().partition(":")
    low = start.strip().lower()
    return f"{low}{colon}{name.strip()}" if f"{low}{colon}" in {*SIGHTS, GROUP} else word.strip()


def words(shown: Visibility, names: Mapping[str, str]) -> tuple[str, ...]:
    """The words for `shown`; `names` are names of groups by id."""
    if shown.sight != "groups":
        return (shown.sight,)
    groups = sorted((names.get(group, group) for group in shown.groups), key=sort_key)
    return tuple(f"{GROUP}{name}" for name in groups)
