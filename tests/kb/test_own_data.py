"""Members take along all that is theirs, and nothing of others."""

import msgspec
import pytest
from msgspec import structs

from kb import access
from kb.access import Visibility
from kb.areas import EVENT_TYPES, OWN
from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Relation, Source
from kb.errors import Forbidden, NotFound
from kb.ids import entry_id_for
from kb.knowledge_base import KnowledgeBase
from kb.own_data.markdown import as_markdown
from kb.own_data.read import OwnData, as_json
from kb.people.member import Profile
from kb.session import Session
from tests.worlds.base import (
    END,
    ISSUER,
    LABEL,
    NAME,
    PASSWORD,
    SUBJECT,
    add_passkey,
    id_of,
    joined,
    operators,
    practice,
    regroup,
    revise,
)


@pytest.fixture
def her(base: KnowledgeBase) -> Session:
    """The session of a member who did a few things."""
    return joined(base, name="Hana Kovář", languages=("cs", "en"), help="Nights.")


def say_all(base: KnowledgeBase, her: Session) -> tuple[str, str]:
    """Her entry and the one of the member who has `base`; each says all in both of them.

    In every text of hers is the word Hers, in every one of the other the word Foreign.
    """
    mine, other = (
        practice(her, "Hers A", group="Hers B"),
        practice(base.session, "Foreign A", group="Foreign B"),
    )
    revise(base, her, mine, "Hers C")
    revise(base, base.session, mine, "Foreign C")
    revise(base, her, other, "Hers E")
    revise(base, base.session, other, "Foreign E")
    for who, word in ((her, "Hers"), (base.session, "Foreign")):
        who.entries.tag(mine, [f"{word} F"])
        who.entries.untag(mine, [f"{word} F"])
        who.entries.archive(mine, f"{word} G", other)
        who.entries.restore(mine)
        others = other if who is her else mine
        who.endorsements.endorse(others, f"{word} H")
        who.endorsements.endorse(others, f"{word} I")
        who.endorsements.withdraw(others)
        who.people.form_group(f"{word} J")
        _reuse(who, word, other, base, her)
    base.session.reuses.record(other, group="Foreign K", context="Foreign Q", outcome="adopted")
    her.entries.relate(mine, Relation("Cites", other))
    her.entries.unrelate(mine, Relation("Cites", other))
    base.session.entries.relate(mine, Relation("Requires", other))
    her.entries.show(mine, Visibility("groups", (her.directory.group("Hers J").id,)))
    her.people.change_profile(Profile(name="Hers O", address="Hers P"))
    return mine, other


def _reuse(who: Session, word: str, entry: str, base: KnowledgeBase, her: Session) -> None:
    """A reuse that `who` records, and both update."""
    link = f"https://{word.lower()}.example/"
    reuse = who.reuses.record(
        entry, group=f"{word} K", context=f"{word} L", outcome="adopted", evidence=link
    ).id
    others = f"https://foreign.example/{word}"
    base.session.reuses.update_outcome(reuse, "adapted", "Foreign M", evidence=others)
    her.reuses.update_outcome(reuse, "tried-and-stopped", f"Hers N of {word[0]}")
    who.reuses.withdraw(reuse, f"{word} R")


def read_back(own: OwnData) -> OwnData:
    """What a program makes of the data that it is given."""
    given = msgspec.json.decode(as_json(own))
    said = {
        name: tuple(
            msgspec.convert(value, type=type(known))
            for value, known in zip(given.pop(name), values, strict=True)
        )
        for name, values in own.said.items()
    }
    return structs.replace(msgspec.convert({**given, "said": {}}, type=OwnData), said=said)


def test_it_holds_profile_entries_endorsements_reuses_and_changes(
    base: KnowledgeBase, her: Session
) -> None:
    mine, other = practice(her, "Mine"), practice(base.session, "Of others")
    her.entries.show(mine, Visibility("author"))
    her.endorsements.endorse(other, "It works.")
    base.session.endorsements.endorse(mine, "For us too.")
    her.reuses.record(other, group="Ward 3", context="Nights", outcome="adopted")

    own = her.own_data()

    assert own.member.name == "Hana Kovář"
    assert [entry.id for entry in own.said["entries"]] == [mine]
    assert [each.reason for each in own.said["endorsements"]] == ["It works."]
    assert [each.context for each in own.said["reuses"]] == ["Nights"]
    changed = ["Invited as member.", "Joined.", "Showed an entry to its author."]
    assert [change.detail for change in own.changes] == changed
    assert read_back(own) == own
    told = (
        "Hana Kovář",
        "cs, en",
        "### Mine",
        "It works.",
        "Nights",
        "Joined.",
        f"author. It was about {mine}.",
    )
    for part in told:
        assert part in as_markdown(own, OWN)
    assert "For us too." not in as_markdown(own, OWN)


def test_what_was_said_of_an_entry_that_is_hidden_by_now_is_still_theirs(
    base: KnowledgeBase, her: Session
) -> None:
    other = practice(base.session, "Of others")
    her.endorsements.endorse(other, "It works.")
    base.session.entries.show(other, Visibility("author"))
    with pytest.raises(NotFound):
        her.catalogue.get(other)
    assert [each.reason for each in her.own_data().said["endorsements"]] == ["It works."]


def test_what_others_said_of_their_entries_is_not_theirs_and_a_lost_role_takes_nothing_away(
    base: KnowledgeBase, her: Session
) -> None:
    mine = practice(her, "Mine")
    base.session.endorsements.endorse(mine, "We use it too.")
    assert her.principal.member
    base.session.people.change_roles(her.principal.member, ["reporter"])
    reporter = base.as_member(her.principal.member)
    own = reporter.own_data()
    assert [entry.id for entry in own.said["entries"]] == [mine]
    assert "We use it too." not in as_json(own).decode() + as_markdown(own, OWN)


def test_it_tells_reporters_of_nobody_with_a_name_like_theirs(
    base: KnowledgeBase, her: Session
) -> None:
    me = her.principal.member or ""
    base.session.people.change_roles(me, ["reporter"])
    reporter = base.as_member(me)
    alone = reporter.own_data().member
    twin = id_of(joined(base, name="Hana Kovář"))
    assert reporter.own_data().member == alone
    base.session.people.leave(twin)
    assert reporter.own_data().member == alone


def test_nobody_else_may_take_it(base: KnowledgeBase) -> None:
    with pytest.raises(Forbidden, match="Sign in"):
        base.as_(access.anonymous(world=True)).own_data()
    with pytest.raises(NotFound):
        base.session.own_data()


def both_forms(session: Session) -> tuple[str, str]:
    own = session.own_data()
    assert read_back(own) == own
    return as_json(own).decode(), as_markdown(own, OWN)


def test_all_that_they_said_anywhere_is_in_both_forms_and_nothing_that_others_said(
    base: KnowledgeBase,
) -> None:
    her = joined(base, "member", "curator", "steward")
    say_all(base, her)
    words = [f"hers {each}" for each in "abceghijklop"]
    words += [f"hers {each}" for each in ("c note", "e note", "a lost.", "c done.", "e level")]
    words += ["hers a tag", "hers f", "hers n of h", "hers n of f", "https://hers.example/", "mara"]
    for form in both_forms(her):
        assert [word for word in words if word not in form.lower()] == []
        assert "foreign" not in form.lower()


def test_the_test_above_has_every_event_about_entries_that_a_member_can_cause(
    base: KnowledgeBase,
) -> None:
    her = joined(base, "member", "curator", "steward")
    say_all(base, her)
    caused = {event.type for event in base.parts.log.read(0, 1_000) if event.actor == id_of(her)}
    kinds = ("entry-", "endorsement-", "reuse-")
    known = {each.name for each in EVENT_TYPES if each.name.startswith(kinds)}
    assert known - caused == {"entry-erased"}


def test_what_was_given_and_taken_back_is_told_with_its_time_and_place(
    base: KnowledgeBase,
) -> None:
    her = joined(base, "member", "curator", "steward")
    mine, other = say_all(base, her)
    own = her.own_data()
    first, second = own.said["entries"]
    assert (first.id, first.contributed, first.kind) == (mine, True, "practice")
    assert (second.id, second.contributed, second.kind) == (other, False, None)
    assert [(text.group, text.note) for text in first.texts] == [
        ("Hers B", None),
        ("Hers B", "Hers C note"),
    ]
    assert [(text.version, text.group) for text in second.texts] == [(3, None)]
    assert [(each.tag, each.given) for each in first.tags] == [
        ("Hers A tag", True),
        ("Hers F", True),
        ("Hers F", False),
    ]
    cites = Relation("Cites", other)
    assert [(each.relation, each.stated) for each in first.relations] == [
        (cites, True),
        (cites, False),
    ]
    assert [(each.reason, each.successor) for each in first.archived] == [("Hers G", other)]
    assert len(first.restored) == 1
    one, two = own.said["endorsements"]
    assert (one.reason, one.ended_at, two.reason) == ("Hers H", two.endorsed_at, "Hers I")
    assert two.ended_at
    assert [
        (each.context, [told.note for told in each.outcomes]) for each in own.said["reuses"]
    ] == [
        ("Hers L", [None, "Hers N of H"]),
        (None, ["Hers N of F"]),
    ]
    assert [each.name for each in own.groups] == ["Hers J"]
    assert [each.profile.name for each in own.profiles] == ["Mara", "Hers O"]
    assert [each.what for each in own.changed] == ["group-formed"]


def test_a_group_is_theirs_only_from_where_they_chose_it(base: KnowledgeBase, her: Session) -> None:
    mine = practice(her, "Mine")
    regroup(base.session, mine, "Others")
    revise(base, her, mine, "Again")
    regroup(her, mine, "Hers")
    (entry,) = her.own_data().said["entries"]
    assert [text.group for text in entry.texts] == [None, None, "Hers"]


def test_what_they_wrote_in_an_entry_that_is_hidden_by_now_is_theirs_and_no_more_of_it(
    base: KnowledgeBase, her: Session
) -> None:
    other = practice(base.session, "Of others")
    revise(base, her, other, "Hers")
    revise(base, base.session, other, "Secret")
    base.session.entries.show(other, Visibility("author"))
    for form in both_forms(her):
        assert "Hers done." in form
        assert "Secret" not in form
        assert "author" not in form


def test_what_was_erased_is_no_longer_there_to_be_taken_along(
    base: KnowledgeBase, her: Session
) -> None:
    mine = practice(her, "Mine")
    her.erasure.entry(mine)
    assert her.own_data().said["entries"] == ()


def test_what_they_sign_in_with_is_told_and_opens_nothing(base: KnowledgeBase) -> None:
    her = joined(operators(base))
    assert not any((her.own_data().sign_in.name, her.own_data().sign_in.password))
    mine, me = her.credentials, id_of(her)
    mine.set_password(PASSWORD, NAME)
    mine.tie_identity(ISSUER, SUBJECT)
    _, secret = mine.make_token(me, ["search", "report"], "Nightly job", END)
    session = base.accounts.sessions.begin(me, "password")
    add_passkey(base, her)
    base.session.credentials.make_token(id_of(joined(base)), ["admin"], "Of others", END)

    own = her.own_data().sign_in
    assert (own.name, own.password, own.other_account) == (True, True, True)
    assert [(each.name, each.expires_at) for each in own.tokens] == [("Nightly job", END)]
    assert [each.via for each in own.sessions] == ["password"]
    markdown = as_markdown(her.own_data(), OWN)
    for line in (
        "- sign-in name: set;",
        "- password: set;",
        "- account elsewhere: set;",
        f"- passkey: {LABEL}, added",
        "- session: with password, began",
        "- token: Nightly job, report, search, made",
        "until 2100-01-01 00:00 UTC, last used never",
    ):
        assert line in markdown
    for form in both_forms(her):
        assert [word for word in (secret, session, PASSWORD, "Of others") if word in form] == []


def test_the_page_for_people_names_groups_and_says_what_stands_beside_the_texts(
    base: KnowledgeBase,
) -> None:
    her = joined(base, "member", "curator", "steward")
    mine, other = say_all(base, her)
    her.people.join_group("Hers J")
    brought = ImportedEntry(
        id=entry_id_for("notes", "a.md", id_of(her)),
        draft=Draft(kind="practice", content=Content(title="Brought", sections=())),
        source=Source("notes", "a.md"),
    )
    base.wait(her.entries.bring(brought).receipt.position)
    base.as_(access.operator()).people.change_roles(id_of(her), ["member", "steward"])
    markdown = as_markdown(her.own_data(), OWN)
    for line in (
        "- groups: Hers J\n",
        f"### Hers C\n\n- id: {mine}\n- kind: practice\n- seen by: group:Hers J\n",
        "UTC: tag Hers F\n",
        "UTC: tag Hers F taken off\n",
        f"UTC: archived: Hers G In its place: {other}\n",
        "UTC: restored\n",
        f"UTC: stated that it cites {other}\n",
        f"UTC: no longer stated that it cites {other}\n",
        "- group: Hers B\n- property Hers A level: 3\n\n##### The problem\n\nHers A lost.\n",
        f"### Hers E\n\n- id: {other}\n- contributed by: another member\n",
        "- imported from: notes, a.md\n",
        "- group: Hers K\n- context: Hers L\n",
        "UTC: adopted\n  - evidence: https://hers.example/\n",
        "UTC: tried-and-stopped\n  - note: Hers N of F\n",
        "Is no longer curator. Done by the operator of this machine.\n",
        f"UTC: Showed an entry to “Hers J”. It was about {mine}. Done by me.\n",
    ):
        assert line in markdown


def test_a_text_of_several_lines_stays_one_point_of_the_list(
    base: KnowledgeBase, her: Session
) -> None:
    her.endorsements.endorse(practice(base.session, "Of others"), "It works.\n\n# By night.")
    assert "It works.\n  \n  # By night." in as_markdown(her.own_data(), OWN)
