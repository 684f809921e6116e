"""Names of members, groups and audiences in the output of commands."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kb import access
from kb.people.actions import SEE_PEOPLE

if TYPE_CHECKING:
    from kb.access import Visibility
    from kb.entries.results import EntrySummary
    from kb.session import Session


class Names:
    """Names by id; without a name, or one that the principal may know, the id itself."""

    def __init__(self, session: "Session", members: Iterable[str] = ()) -> None:
        known = access.may(session.principal, SEE_PEOPLE)
        self._members = session.directory.names(sorted(set(members)))
        self.groups: Mapping[str, str] = (
            {group.id: group.name for group in session.directory.groups()} if known else {}
        )

    def member(self, member: str) -> str:
        """The name of a member."""
        return self._members.get(member, member)

    def seen_by(self, shown: "Visibility") -> str:
        """Who sees an entry, in the words of files and options."""
        from kb.visibility_words import words

        return ", ".join(words(shown, self.groups))

    def sees(self, entry: "EntrySummary") -> str:
        """Who sees an entry; while it is withheld, only those who still do."""
        left = f"withheld: {entry.withheld} alone"
        return left if entry.withheld else self.seen_by(entry.visibility)
