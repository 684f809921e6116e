"""What the report says of who sees the entry of a file, where that is not what the file says."""

from collections.abc import Iterator, Mapping

from kb.access import Visibility, narrower_of, narrows
from kb.entries.bring import Brought
from kb.importers.remarks import Why
from kb.visibility_words import words


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
        if brought.outcome != "contributed" and now.sight in ("author", "draft"):
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
