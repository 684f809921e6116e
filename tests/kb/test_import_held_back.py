"""What a file says of who sees it counts, however its fields are called and its values written."""

import pytest

from kb.importers.markdown import parse_markdown


def shown(text: str, path: str = "a.md") -> tuple[str, ...]:
    return parse_markdown(text.encode(), path).visible_to


@pytest.mark.parametrize(
    ("says", "to"),
    [
        ("publication_status: draft", "draft"),
        ("pageStatus: Draft", "draft"),
        ("post-status: private", "author"),
        ("visibility_level: private", "author"),
        ("page_visibility: private", "author"),
        ("Page visibility: group:Board", "author"),
        ("access_rights: private", "author"),
        ("accessrights: Restricted.", "author"),
        ("accessRights: restricted", "author"),
        ("isHidden: true", "author"),
        ("hide: true", "author"),
        ("Draft status: yes", "draft"),
        ("do_not_publish: true", "draft"),
        ("donotpublish: yes", "draft"),
        ("publishable: false", "author"),
        ("sharing: off", "author"),
        ("public: nope", "author"),
        ("is_public: ask Anna", "author"),
        ('published: "no (see Anna)"', "draft"),
        ("published_at: 2999-01-01", "draft"),
        ("published_on: 2999-01-01", "draft"),
        ("publishedDate: 2999-01-01", "draft"),
        ("pubDate: 2999-01-01", "draft"),
        ("release_date: 2999", "draft"),
        ("status: not published", "draft"),
        ("status: work in progress", "draft"),
        ("workflow_state: draft", "draft"),
        ("stage: draft", "draft"),
        ("scope: private", "author"),
        ("members_only: true", "author"),
        ("only_for: board", "author"),
        ("viewers: [me]", "author"),
        ("visible_for: me", "author"),
        ("login_required: true", "author"),
        ("encrypted: true", "author"),
        ("nonpublic: true", "draft"),
        ("headless: true", "author"),
        ("build: {list: never}", "author"),
        ("permalink: false", "draft"),
        ("work_in_progress: yes", "draft"),
        ("acl: private", "author"),
        ("status: dra\u200bft", "draft"),
        ("dra\u00adft: true", "draft"),
        ("status: ｄｒａｆｔ", "draft"),
    ],
)
def test_names_and_values_are_compared_by_their_words(says: str, to: str) -> None:
    parsed = parse_markdown(f"---\ntitle: T\n{says}\n---\nText".encode(), "a.md")

    assert parsed.visible_to == (to,)
    assert "shows it to its author alone" in " ".join(parsed.remarks)


@pytest.mark.parametrize("wide", ["members", "world", "group:Ward"])
def test_of_what_a_file_says_of_who_sees_it_the_narrowest_counts(wide: str) -> None:
    for text in ("draft: true\n---\nText", "x: y\n---\nText #draft", "tags: [draft]\n---\nText"):
        parsed = parse_markdown(f"---\nvisibility: {wide}\n{text}".encode(), "a.md")

        assert parsed.visible_to == ("draft",)
        assert f"{wide} is not the narrowest that the file says" in " ".join(parsed.remarks)


@pytest.mark.parametrize(
    "says",
    [
        "hide: [navigation, toc]",
        "hide_title: true",
        "sidebar_hidden: true",
        "internal_link: /a",
        "public_url: https://example.org",
        "read_only: true",
        "do_not_translate: true",
        "status: not started",
        "status: published",
        "post_status: publish",
        "status_reason: It was moved out of the private repository last year",
        "scope: Internal communication",
        "published_at: 2019-01-01",
        "published: Journal of Tests",
        "public: 2019-01-01",
        "isPublic: yes",
        "viewers: everyone",
        "is_hidden: no",
        "do_not_publish: false",
        "release_notes: secret sauce",
        "date_of_event: 2999-01-01",
        "state: Vermont",
        "notebook: draft horses",
        "permalink: /never/",
        "list: [oven, no]",
    ],
)
def test_fields_that_say_nothing_of_who_sees_a_page_hold_none_back(says: str) -> None:
    assert shown(f"---\ntitle: T\n{says}\n---\nText") == ()
