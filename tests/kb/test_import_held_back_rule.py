"""A field says that a page is not for everybody by its words, in whatever way they are put."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.importers.markdown import ParsedFile, parse_markdown
from kb.importers.seen_rule import closes


def parsed(says: str) -> ParsedFile:
    return parse_markdown(f"---\ntitle: T\n{says}\n---\nText".encode(), "a.md")


@pytest.mark.parametrize(
    "says",
    [
        *("not_for_publication: true", "notForPublication: true", "notforpublication: yes"),
        *("not_for_distribution: true", "do_not_distribute: true", "not_for_release: true"),
        *("not_for_public: true", "not_for_sharing: true", "not_released: true", "unreleased: on"),
        *("not_ready: true", "embargoed: true", "under_review: true", "awaiting approval: yes"),
        *("for_internal_use: true", "internal-use-only: 1", "sensitive: true", "classified: yes"),
        *("not_draft: false", "not_private: false", "nodraft: false", "notNotDraft: true"),
        *("not_draft: perhaps", "publish_never: true", "not_for_customers: true", "nda: true"),
        *("do_not_circulate: true", "don't share: true", "dont_disclose: true", "undisclosed: yes"),
        *("do_not: share", "not_for: publication", "not_for: [sale, publication]"),
        *("for_partners_only: true", "restricted_distribution: true", "sharing_restricted: true"),
        *("to_be_published: true", "pending_release: true", "ready_for_review: true"),
        *("do_not_publish_until: 2999-01-01", "private until: 2999-01-01", "shareable: no"),
        *("for_release: false", "cleared_for_publication: not yet", "nicht_veröffentlichen: ja"),
        *("status: embargoed", "status: not for sharing", "classification: internal use only"),
        *("meta: {not_for_release: true}", "under_embargo: true", "incomplete: true"),
    ],
)
def test_a_name_is_read_by_its_words_and_those_that_deny(says: str) -> None:
    page = parsed(says)

    assert page.visible_to in (("draft",), ("author",))
    assert "shows it to its author alone" in " ".join(page.remarks)


@pytest.mark.parametrize(
    "says",
    [
        *("published: true", "share: true", "reviewed: 2024-01-01", "review_in: 6 months"),
        *("last_reviewed_on: 2024-01-01", "reviewers: [anna]", "public: true", "ready: true"),
        *("hide_title: true", "hide_table_of_contents: true", "sidebar_hidden: true"),
        *("internal_links: [a, b]", "not_draft: true", "nodraft: true", "unreleased: false"),
        *("unrestricted: true", "not_for_print: true", "do_not_translate: true", "no_show: true"),
        *("neverExpires: true", "noindex: true", "no_comments: true", "open: false"),
        *("embargo: no", "embargoed_until: 2001-01-01", "do_not_share_until: 2001-01-01"),
        *("read_only: true", "text_only: true", "sensitive_to: light", "not_for: children"),
        *("release: 1.2", "distribution: ubuntu", "unlisted: no", "share_count: 0", "shares: 0"),
        *("do_not_forget: milk", "sensitivity: 10 mV", "needs: review", "draft_of: The oven"),
    ],
)
def test_a_name_with_words_of_something_else_or_that_opens_holds_nothing_back(says: str) -> None:
    assert parsed(says).visible_to == ()


DENY = ("not", "no", "never", "without", "non")
CLOSED = ("draft", "private", "confidential", "secret", "internal", "sensitive", "restricted")
OPEN = ("publish", "published", "public", "share", "distribute", "release", "approved", "ready")
BETWEEN = ("_", "-", " ", "")


@given(
    denials=st.lists(st.sampled_from(DENY), max_size=4),
    word=st.sampled_from(CLOSED + OPEN),
    between=st.sampled_from(BETWEEN),
)
def test_whatever_is_put_before_a_word_one_answer_alone_keeps_the_page_from_nobody(
    denials: list[str], word: str, between: str
) -> None:
    name = between.join([*denials, word])
    open_if_so = (word in OPEN) == (len(denials) % 2 == 0)
    kept, shown = ("no", "yes") if open_if_so else ("yes", "no")

    assert closes(name, kept), (name, kept)
    assert not closes(name, shown), (name, shown)
    if denials or word in CLOSED:
        assert closes(name, "ask Anna")


@pytest.mark.parametrize(
    "says",
    [
        *("flags: [draft]", "flags: draft", "markers: [private]", "attributes: [private, foo]"),
        *("options: [unlisted]", "badges: [wip]", "marks: [confidential]", "flag: private"),
        *("properties: {flags: draft}", "flags: {Draft: , Foo: }", "flags: 'foo, draft'"),
        *("flags: [[draft]]", "flags: ['#draft']", "meta: {marks: [foo, Entwurf]}"),
        *("flags: [under review]", "tags: [do-not-publish]", "keywords: [embargoed]"),
        *("note: not for publication", "warning: internal use only", "flags: [tlp-red]"),
    ],
)
def test_whatever_ends_as_a_tag_or_a_short_value_is_judged_as_tags_are(says: str) -> None:
    page = parsed(says)

    assert page.visible_to in (("draft",), ("author",))
    assert "shows it to its author alone" in " ".join(page.remarks)


def test_a_list_that_holds_the_page_back_keeps_its_other_tags() -> None:
    assert parsed("flags: [draft, foo]").tags == ("draft", "foo")


@pytest.mark.parametrize(
    "says",
    [
        *("parent: Private", "up: '[[Draft]]'", "slug: draft", "url: /draft/", "group: Private"),
        *("aliases: [draft]", "sidebar_label: Private", "description: Draft", "author: Secret"),
        *("resources: [{title: Draft, url: /a}]", "horses: [draft horses]", "cssclass: private"),
        *("colours: [hidden, internal]", "process: 'First draft, then publish.'"),
        *("tags: [internal, personal, sensitive, hidden]", "job: scheduled", "flags: {a: }"),
    ],
)
def test_names_addresses_and_prose_are_no_marks(says: str) -> None:
    assert parsed(says).visible_to == ()


def test_an_export_says_who_sees_its_entry_in_visibility_alone() -> None:
    head = "tributary: 1\nkind: practice\ngroup: Private\ntags: [draft]\nproperties: {flags: draft}"
    related = "relations: [{type: References, target: draft}]"

    assert parsed(f"{head}\n{related}").visible_to == ()
