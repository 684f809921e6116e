"""However much there is, no page or answer lists more than it pages."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from kb.access import Principal, Sight, Visibility, operator
from kb.entries.content import Content, Draft, Relation, Section
from tests.web.visits import Client
from tests.worlds.web import app_of

pytestmark = pytest.mark.exhaustive

MANY = 230
MOST_BYTES = 150_000


def text(title: str) -> Content:
    sections = (Section("The problem", "Things got lost."), Section("What we do", "We tell them."))
    return Content(title=title, sections=sections)


class Large:
    """A base with many entries of many groups, and one entry with much about it."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self.entry = self.contribute("The one", "Ward 0", ("many hands",))
        for number in range(MANY):
            other = self.contribute(
                f"Entry {number}",
                f"Ward of the people {number}",
                (f"a tag of some length {number}",),
            )
            if number < 40:
                base.session.entries.relate(other, Relation("IsDerivedFrom", self.entry))
        everything = operator()
        for number in range(MANY):
            member = base.as_(Principal(f"m-{number}", everything.roles, everything.labels))
            member.endorsements.endorse(self.entry, f"It has helped us {number} times.")
            member.reuses.record(
                self.entry, group=f"Ward {number}", context=f"In case {number}.", outcome="adopted"
            )

    def contribute(
        self, title: str, group: str, tags: tuple[str, ...], sight: Sight = "members"
    ) -> str:
        draft = Draft(
            kind="practice",
            content=text(title),
            group=group,
            tags=tags,
            visibility=Visibility(sight),
        )
        return self.base.session.entries.contribute(draft).id


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    data = tmp_path_factory.mktemp("large") / "data"
    KnowledgeBase.create(data)
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        yield Large(base)


@pytest.fixture(scope="module")
def visitor(large: Large) -> Iterator[Client]:
    with TestClient(app_of(large.base), base_url="http://127.0.0.1") as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/about",
        "/entries",
        "/entries?tag=many+hands",
        "/entries/{id}",
        "/entries/{id}?history=7",
        "/entries/{id}/revise",
        "/entries/new?kind=practice",
        "/search?q=lost",
        "/reuse?by=tag",
        "/api/entries",
        "/api/entries/{id}",
        "/api/entries/{id}/endorsements",
        "/api/entries/{id}/reuses",
        "/api/entries/{id}/history",
        "/api/entries/{id}/lineage",
        "/api/names?of=tag",
        "/api/names?of=group&limit=100",
    ],
)
def test_no_page_or_answer_weighs_more_than_it_shows(
    large: Large, visitor: Client, path: str
) -> None:
    answer = visitor.get(path.format(id=large.entry))
    assert answer.status_code == 200
    # As many as this stay under the bound of any size only if what is shown has one.
    assert len(answer.content) < MOST_BYTES
    shown = answer.text.count("a-tag-of-some-length") + answer.text.count("It has helped us")
    assert shown <= 3 * 100


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("endorsed", "It has helped us 0 times.", "It has helped us 229 times."),
        ("reuse", "In case 0.", "In case 229."),
        ("history", "Endorsed", "Contributed"),
    ],
)
def test_each_long_list_of_an_entry_is_read_page_by_page(
    large: Large, visitor: Client, name: str, first: str, last: str
) -> None:
    def page(number: int) -> str:
        return visitor.get(f"/entries/{large.entry}?{name}={number}").text

    html, number = page(1), 1
    assert f"?{name}=2#{name}" in html
    while f"?{name}={number + 1}#" in html:
        number += 1
        html = page(number)
    assert number >= MANY // 20
    assert (last in html) or name == "history"
    assert "230 people vouch for this" in html


def test_programs_get_the_rest_of_a_list_by_its_offset(large: Large, visitor: Client) -> None:
    entry = visitor.get(f"/api/entries/{large.entry}").json()
    assert (entry["endorsements"], entry["reuses"]) == (MANY, MANY)
    assert (len(entry["endorsed"]), len(entry["reuse"])) == (100, 100)
    for name in ("endorsements", "reuses"):
        found: list[object] = []
        while more := visitor.get(f"/api/entries/{large.entry}/{name}?offset={len(found)}").json():
            found += more
        assert len(found) == MANY
    history: list[object] = []
    while more := visitor.get(f"/api/entries/{large.entry}/history?offset={len(history)}").json():
        history += more
    assert len(history) >= 2 * MANY


def test_names_are_offered_by_the_beginning_of_a_word(large: Large, visitor: Client) -> None:
    assert visitor.get("/api/names?of=tag&beginning=HAN").json() == ["many hands"]
    assert visitor.get("/api/names?of=tag&beginning=ands").json() == []
    assert visitor.get("/api/names?of=tag&beginning=%25").json() == []
    groups = visitor.get("/api/names?of=group&beginning=people+22&limit=3").json()
    assert groups == ["Ward of the people 22", "Ward of the people 220", "Ward of the people 221"]


def test_no_name_of_what_is_hidden_is_offered(large: Large) -> None:
    large.contribute("Private", "Secret ward", ("secret sign",), "author")
    member = large.base.as_(Principal("m-1", frozenset({"member"}), frozenset({"members"})))
    assert member.catalogue.tags("secret") == ()
    assert member.catalogue.groups("secret") == ()
    assert "secret sign" in large.base.session.catalogue.tags("secret")


def test_a_tag_that_is_not_shown_can_be_typed_without_any_script(
    large: Large, visitor: Client
) -> None:
    html = visitor.get("/entries").text
    assert 'name="tag" list="facet-tag-names"' in html
    found = visitor.get("/entries?archived=&sort=recent&tag=a+tag+of+some+length+7").text
    assert ">1 entry</p>" in found
    asked = visitor.get("/search?q=lost&tag=many+hands").text
    assert 'value="many hands"' in asked
