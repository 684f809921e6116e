"""People's commands and questions over a log in memory, for the tests of members and groups."""

from pathlib import Path

from kb import ids
from kb.access import Asker, Role, operator
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.people.directory import Directory
from kb.people.member import Profile
from kb.people.service import People
from tests.kb.viewed_world import ViewedWorld

ADA = Profile(name="Ada", address="ada@example.org", time_zone="Europe/Vienna", languages=("de",))


class PeopleWorld(ViewedWorld):
    """A community in which the operator acts, or the member who is named."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.operator = operator()

    def people(self, asker: Asker | None = None) -> People:
        """The commands, in the hands of `asker`."""
        writer = self.writer.acting_for(asker or self.operator)
        return People(writer, ids.new_id, self)

    def stewards(self) -> list[str]:
        """The ids of those who have joined."""
        return self.directory().stewards()

    def group_called(self, text: str) -> str | None:
        """The id of the group with that name or id."""
        return self.directory().group_called(text)

    def directory(self, asker: Asker | None = None) -> Directory:
        """The questions of `asker`, to views that hold all that happened."""
        self.catch_up()
        return Directory(self.reader, asker or self.operator)

    def entries_of(self, asker: Asker) -> Entries:
        """The commands on entries, in the hands of `asker`."""
        return Entries(self.writer.acting_for(asker), load_kinds(), ids.new_id)

    def invited(self, *roles: Role, groups: tuple[str, ...] = ()) -> str:
        """The id of someone who has not joined yet."""
        return self.people().invite(roles or ("member",), groups).id

    def take(self, member: str, profile: Profile = ADA) -> None:
        """Let someone take their invitation."""
        self.people(Asker(member, frozenset(), frozenset())).join(member, profile)

    def joined(self, *roles: Role, groups: tuple[str, ...] = (), name: str = "Ada") -> Asker:
        """A member as who they ask."""
        member = self.invited(*roles, groups=groups)
        self.take(member, Profile(name=name))
        return self.asker(member)

    def asker(self, member: str) -> Asker:
        """A member as who they ask now."""
        return self.directory().asker(member)

    def group(self, name: str, parent: str | None = None, *, is_open: bool = False) -> str:
        """The id of a new group."""
        return self.people().form_group(name, parent, open=is_open).id
