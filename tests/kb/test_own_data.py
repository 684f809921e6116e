"""Members take along all that is theirs, and nothing of others."""

import msgspec
import pytest

from kb import access
from kb.access import Asker, Visibility
from kb.entries.content import Content, Draft, Section
from kb.errors import Forbidden, NotFound
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.people.own_data import OwnData, as_json, as_markdown


@pytest.fixture
def her(base: KnowledgeBase) -> KnowledgeBase:
    """The base in the hands of a member who did a few things."""
    member = base.people.invite().id
    profile = Profile(name="Hana Kovář", languages=("cs", "en"), help="Nights.")
    base.acting_for(Asker(member, frozenset(), frozenset())).people.join(member, profile)
    return base.acting_for(base.directory.asker(member))


def practice(base: KnowledgeBase, title: str) -> str:
    sections = (Section("The problem", "It got lost."), Section("What we do", "We hand it over."))
    content = Content(title=title, sections=sections)
    return base.entries.contribute(Draft(kind="practice", content=content)).id


def test_it_holds_profile_entries_endorsements_reuses_and_changes(
    base: KnowledgeBase, her: KnowledgeBase
) -> None:
    mine, other = practice(her, "Mine"), practice(base, "Of others")
    her.entries.show(mine, Visibility("author"))
    her.endorsements.endorse(other, "It works.")
    base.endorsements.endorse(other, "For us too.")
    her.reuses.record(other, group="Ward 3", context="Nights", outcome="adopted")

    own = her.own_data()

    assert own.member.name == "Hana Kovář"
    assert [entry.id for entry in own.entries] == [mine]
    assert [each.reason for each in own.endorsements] == ["It works."]
    assert [each.context for each in own.reuses] == ["Nights"]
    assert [change.detail for change in own.changes] == ["Invited as member.", "Joined."]
    assert msgspec.json.decode(as_json(own), type=OwnData) == own
    for part in ("Hana Kovář", "cs, en", "### Mine", "It works.", "Nights", "Joined."):
        assert part in as_markdown(own)
    assert "For us too." not in as_markdown(own)


def test_what_was_said_of_an_entry_that_is_hidden_by_now_is_still_theirs(
    base: KnowledgeBase, her: KnowledgeBase
) -> None:
    other = practice(base, "Of others")
    her.endorsements.endorse(other, "It works.")
    base.entries.show(other, Visibility("author"))
    with pytest.raises(NotFound):
        her.catalogue.get(other)
    assert [each.reason for each in her.own_data().endorsements] == ["It works."]


def test_what_others_said_of_their_entries_is_not_theirs_and_a_lost_role_takes_nothing_away(
    base: KnowledgeBase, her: KnowledgeBase
) -> None:
    mine = practice(her, "Mine")
    base.endorsements.endorse(mine, "We use it too.")
    assert her.asker.member
    base.people.change_roles(her.asker.member, ["reporter"])
    reporter = base.acting_for(base.directory.asker(her.asker.member))
    (entry,) = reporter.own_data().entries
    assert (entry.id, entry.endorsed) == (mine, ())


def test_nobody_else_may_take_it(base: KnowledgeBase) -> None:
    with pytest.raises(Forbidden, match="Sign in"):
        base.acting_for(access.anonymous(world=True)).own_data()
    with pytest.raises(NotFound):
        base.own_data()
