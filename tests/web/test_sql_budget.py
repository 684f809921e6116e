"""How many SQL statements each page, answer and reading command takes, however long its lists are.

Counted is all that runs on views and accounts, with the beginning and the end of transactions.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import pytest

from kb import KnowledgeBase, Session
from kb.access import Visibility
from kb.cli.invocation import Invocation
from kb.entries.content import Relation
from tests import access_tables
from tests.statements import noted, watch_connections
from tests.worlds.base import END, id_of, joined
from tests.worlds.log import some_content
from tests.worlds.shell import CommandLine
from tests.worlds.web import Browsers, Client, Community, community_at

pytestmark = pytest.mark.exhaustive

FEW, MANY = 5, 25

PAGES: Mapping[str, int] = {
    "/": 12,
    "/search?q=slow": 12,
    "/search?q=slow&tag=other+1&group=Slow+1": 12,
    "/search/results?q=slow": 12,
    "/entries": 12,
    "/entries/new": 12,
    "/entries/new?kind=practice": 12,
    "/drafts": 10,
    "/entries/{entry_id}": 20,
    "/entries/{archived_id}": 20,
    "/entries/{entry_id}/revisions": 15,
    "/entries/{entry_id}/revisions/{version}": 16,
    "/entries/{entry_id}/compare": 16,
    "/entries/{entry_id}/revise": 20,
    "/entries/{entry_id}/erase": 15,
    "/reuses/{reuse_id}": 15,
    "/reuse": 12,
    "/about": 12,
    "/data": 10,
    "/sign-in": 10,
    "/sign-in/openid": 12,
    "/sign-in/openid/back": 12,
    "/enter/{secret}": 15,
    "/join/{secret}": 15,
    "/welcome/{secret}": 15,
    "/account": 20,
    "/account/data.json": 25,
    "/account/data.md": 25,
    "/account/leave": 10,
    "/account/erase": 10,
    "/people": 15,
    "/people/{member_id}": 15,
    "/groups": 16,
    "/groups/{group_id}": 18,
    "/audit": 10,
    "/api/search?q=slow": 12,
    "/api/entries": 12,
    "/api/names?of=tag": 10,
    "/api/names?of=member-group": 10,
    "/api/entries/{entry_id}": 12,
    "/api/entries/{entry_id}/endorsements": 12,
    "/api/entries/{entry_id}/reuses": 12,
    "/api/entries/{entry_id}/history": 12,
    "/api/entries/{entry_id}/lineage": 12,
    "/api/entries/{entry_id}/revisions": 12,
    "/api/entries/{entry_id}/revisions/{version}": 12,
    "/api/entries/{entry_id}/differences": 14,
    "/api/drafts": 8,
    "/api/drafts/{draft_id}": 8,
    "/api/reuses/{reuse_id}": 10,
    "/api/reports/reuse": 12,
    "/api/kinds": 8,
    "/api/status": 20,
    "/api/openapi.json": 8,
    "/api/docs": 12,
    "/api": 12,
    "/static/{file_path}": 0,
    "/favicon.ico": 0,
}
"""The most statements of each address that is read, asked by one who has much of everything."""

COMMANDS: Mapping[str, int] = {
    "list": 6,
    "show {entry_id}": 10,
    "history {entry_id}": 10,
    "history {entry_id} --revisions": 10,
    "show {entry_id} --revision 1": 10,
    "diff {entry_id}": 12,
    "search slow": 6,
    "member list": 6,
    "member show {member_id}": 6,
    "member history {member_id}": 8,
    "group list": 8,
    "group list --json": 6,
    "audit": 8,
    "audit --about {member_id}": 8,
    "report reuse": 6,
    "report questions": 0,
    "token list": 6,
}
"""The most statements of each reading command, beside those that open the data directory."""

AFTER_A_CHANGE = 2
"""What the first read after a change takes more: a connection looks anew at what its file says."""


class Crowd:
    """A community with `size` of everything that some page lists; Stella has most of it."""

    def __init__(self, community: Community, size: int) -> None:
        self.community, self.steward = community, community.base.session
        stella = community.ids["Stella"]
        self.steward.people.change_roles(stella, ["member", "curator", "steward"])
        self.stella = community.acting("Stella")
        self.groups = [self.form(f"Ward {number}") for number in range(size)]
        self.entry = self.contribute("The one", tuple(f"tag {number}" for number in range(size)))
        for number in range(size):
            self.add(number)
        self.stella.entries.archive(self.other, "Old", self.entry)
        community.base.catch_up()
        self.ids = {
            **{"entry_id": self.entry, "archived_id": self.other, "reuse_id": self.reuse},
            **{"group_id": self.groups[0], "member_id": stella},
            **{"version": "1", "draft_id": self.draft},
            **{"secret": "x" * 43, "file_path": "style.css"},
        }

    def form(self, name: str) -> str:
        """The id of a new group, which Stella is in."""
        group = self.steward.people.form_group(name, open=True).id
        self.steward.people.join_group(group, self.community.ids["Stella"])
        return group

    def contribute(self, title: str, tags: tuple[str, ...]) -> str:
        """An entry of Stella's, for all groups."""
        shown = Visibility("groups", tuple(self.groups))
        return self.community.contribute("Stella", title, tags=tags, group=title, visibility=shown)

    def add(self, number: int) -> None:
        """One more of each."""
        base, stella = self.community.base, self.community.ids["Stella"]
        base.accounts.sessions.begin(stella, "password")
        base.accounts.tokens.make(stella, ("search",), "test", END)
        member = joined(base, groups={self.groups[0], self.groups[number]}, name=f"Anna {number}")
        member = base.as_member(id_of(member))
        member.endorsements.endorse(self.entry, "Good.")
        text, version = some_content(f"The one, {number}"), self.stella.catalogue.get(self.entry)
        self.stella.entries.revise(self.entry, text, version=version.version)
        self.reuse = member.reuses.record(
            self.entry, group=f"Ward {number}", context="Nights", outcome="adopted"
        ).id
        self.other = self.contribute(f"Slow {number}", (f"other {number}",))
        self.draft = str(uuid4())
        self.stella.drafts.save(self.draft, {"title": "Begun"}, number=0, kind="practice")
        self.stella.entries.relate(self.other, Relation("IsDerivedFrom", self.entry))

    def change(self, name: str) -> None:
        """Change something in each part of many pages."""
        member = self.community.base.as_member(
            id_of(joined(self.community.base, groups=self.groups[:1], name=name))
        )
        member.endorsements.endorse(self.entry, name)
        self.form(name)
        self.stella.entries.tag(self.entry, [name])

    def taken(self, client: Client, address: str) -> list[str]:
        """The statements of an address, when it is asked once more."""
        path = address.format(**self.ids)
        client.get(path)
        with noted() as found:
            answer = client.get(path)
        assert answer.status_code < 500, answer.text
        return found


class OpenedBefore(Invocation):
    """A command with a base that is open already."""

    def __init__(self, base: KnowledgeBase) -> None:
        super().__init__()
        self._opened = base

    @contextmanager
    def session(self) -> Iterator[Session]:
        """That of the operator."""
        yield self._opened.session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The same on one snapshot."""
        with self._opened.session.snapshot() as now:
            yield now


@pytest.fixture(scope="module")
def crowds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Crowd]]:
    with pytest.MonkeyPatch.context() as patch:
        watch_connections(patch)
        few, many = (tmp_path_factory.mktemp("budget") / "data" for _ in range(2))
        with community_at(few) as first, community_at(many) as second:
            yield {FEW: Crowd(first, FEW), MANY: Crowd(second, MANY)}


@pytest.mark.parametrize("name", ["Stella", "Mara", ""])
def test_no_address_takes_more_statements_than_its_budget_nor_more_where_lists_are_longer(
    crowds: dict[int, Crowd], name: str
) -> None:
    clients = {size: Browsers(crowd.community)(name) for size, crowd in crowds.items()}
    wrong = {}
    for address, most in PAGES.items():
        few, many = (crowd.taken(clients[size], address) for size, crowd in crowds.items())
        if len(many) > most or len(few) != len(many):
            wrong[address] = (len(few), len(many), "\n".join(many))
    assert not wrong, wrong


def test_every_address_that_is_read_has_a_budget() -> None:
    read = {path for method, path, _ in access_tables.routes() if method == "GET"}
    beside = {"/favicon.ico", "/entries/{archived_id}"}
    assert read == {address.partition("?")[0] for address in PAGES} - beside


@pytest.mark.parametrize(("command", "most"), COMMANDS.items())
def test_no_reading_command_takes_more_statements_than_its_budget(
    crowds: dict[int, Crowd], command: str, most: int
) -> None:
    taken = []
    for crowd in crowds.values():
        base = crowd.community.base
        line = CommandLine(base.settings.data.parent, OpenedBefore(base))
        words = [word.format(**crowd.ids) for word in command.split()]
        line.ok(*words)
        with noted() as found:
            line.ok(*words)
        taken.append(found)
    few, many = taken
    assert len(few) == len(many) <= most, "\n".join(many)


def test_the_first_read_after_a_change_takes_two_more_at_most(crowds: dict[int, Crowd]) -> None:
    crowd = crowds[FEW]
    client = Browsers(crowd.community)("Stella")
    usual = len(crowd.taken(client, "/entries/{entry_id}"))
    crowd.stella.entries.tag(crowd.entry, ["new"])
    with noted() as found:
        client.get(f"/entries/{crowd.entry}")
    assert len(found) <= usual + AFTER_A_CHANGE


def test_a_page_reads_the_views_in_one_transaction(crowds: dict[int, Crowd]) -> None:
    crowd = crowds[FEW]
    client = Browsers(crowd.community)("Stella")
    # One transaction tells who asks. How the base itself is, is told of this moment, not of one.
    for address in PAGES.keys() - {"/api/status"}:
        assert crowd.taken(client, address).count("BEGIN") <= 2, address


CHANGED = ("/entries/{entry_id}", "/people", "/groups", "/")


@pytest.mark.parametrize("address", CHANGED)
def test_a_page_never_mixes_two_states_of_the_views(crowds: dict[int, Crowd], address: str) -> None:
    """Whichever of its statements a change comes before, it shows all of that or nothing."""
    crowd = crowds[FEW]
    client = Browsers(crowd.community)("Stella")
    path = address.format(**crowd.ids)
    statements = len(crowd.taken(client, address))
    after = shown(client, path)
    for number in range(1, statements + 1):
        before = after
        with noted(number, lambda: crowd.change(f"{address} {number}")):  # noqa: B023 - called here
            during = shown(client, path)
        after = shown(client, path)
        assert before != after
        assert during in (before, after), number


def shown(client: Client, path: str) -> str:
    """A page, but for what is drawn anew each time."""
    return re.sub(r'name="command_id" value="[^"]+"', "", client.get(path).text)
