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
        ('if: visitor.claims.groups.includes("staff")', "author"),
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
        ("public: maybe", "author"),
        ("published: maybe", "draft"),
        ("published: almost", "draft"),
        ("go_live: 2999-01-01", "draft"),
        ("launch: 2999-01-01", "draft"),
        ("available: 2999-01-01", "draft"),
        ("valid_from: 2999-01-01", "draft"),
        ("valid_until: 2001-01-01", "draft"),
        ("expires: 2001-01-01", "draft"),
        ("expired: true", "draft"),
        ("not_before: 2999-01-01", "draft"),
        ("approved: false", "draft"),
        ("is_ready: no", "draft"),
        ("ready_for_publication: no", "draft"),
        ("status: not ready", "draft"),
        ("status: awaiting approval", "draft"),
        ("eyes_only: true", "author"),
        ("classification: eyes only", "author"),
        ("tlp: red", "author"),
        ("classification: TLP:AMBER+STRICT", "author"),
        ("tags: [tlp-red]", "author"),
        ("distribution: internal", "author"),
    ],
)
def test_names_and_values_are_compared_by_their_words(says: str, to: str) -> None:
    parsed = parse_markdown(f"---\ntitle: T\n{says}\n---\nText".encode(), "a.md")

    assert parsed.visible_to == (to,)
    assert "shows it to its author alone" in " ".join(parsed.remarks)


@pytest.mark.parametrize(
    "says",
    [
        *(
            "audience: HR only",
            "audience: developers",
            "audience: users",
            "target_audience: HR only",
        ),
        *("access: HR team", "access: {groups: [hr]}", "access_groups: [hr]", "access_level: 3"),
        *("permissions: [hr]", "read_permissions: [hr]", "acl: [anna, bob]", "viewers: [anna]"),
        *("readers: [anna]", "readers: [all, anna]", "allowed_roles: [hr]", "allowedUsers: [anna]"),
        *("restrictions: [anna]", "restricted_to: [anna]", "shared_with: [anna]", "can_view: hr"),
        *(
            "sichtbarkeit: HR",
            "page_visibility: hr",
            "confidentiality: high",
            "privacy: team",
            "readable_by: hr",
            "who_can_see: [hr]",
            "zugriff: nur HR",
            "권한: 인사팀",
            "lecteurs: RH",
        ),
    ],
)
def test_who_reads_a_page_is_everybody_or_its_author_alone(says: str) -> None:
    parsed = parse_markdown(f"---\ntitle: T\n{says}\n---\nText".encode(), "a.md")

    assert (parsed.visible_to, parsed.tags) == (("author",), ())
    assert f"{says.partition(':')[0]}" in " ".join(parsed.remarks)


@pytest.mark.parametrize(
    ("says", "to"),
    [
        *((f"status: {word}", "draft") for word in ("bozza", "rascunho", "черновик", "черновики")),
        *(
            (f"status: {word}", "draft")
            for word in ("草稿", "下書き", "초안", "Brouillon", "kladde")
        ),
        *((f"status: {words}", "draft") for words in ("nicht fertig", "non pubblicato", "未公開")),
        *((f"{name}: ja", "draft") for name in ("Entwurf", "brouillon", "borrador", "下書き")),
        *(
            (f"{name}: true", "author")
            for name in ("confidencial", "Vertraulich", "社外秘", "секретно")
        ),
        ("sichtbarkeit: privat", "author"),
        ("видимость: приватная", "author"),
        ("公開範囲: 社内", "author"),
        ("公开: 否", "author"),
        ("statut: non publié", "draft"),
        ("estado: borrador", "draft"),
        ("tags: [ofen, Entwürfe]", "draft"),
        ("schlagworte: [Entwurf]", "draft"),
    ],
)
def test_names_and_values_of_other_languages_mean_what_the_english_ones_do(
    says: str, to: str
) -> None:
    assert shown(f"---\ntitle: T\n{says}\n---\nText") == (to,)


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
        *("access: public", "access: open access", "audience: everyone", "audience: all users"),
        *("audience: beginners", "audience: [beginner, advanced]", "target_audience: nurses"),
        "audience: This guide is for all who know a bit about ovens and want to bake.",
        *("permissions: public", "readers: all", "zugriff: alle", "öffentlich: ja", "公开: 是"),
        *("restrictions: none", "restricted: no", "vertraulich: nein", "brouillon: non"),
        *("approved: true", "approved: 2020-01-01", "done: false", "complete: true"),
        *("tlp: clear", "distribution: public", "distribution: ubuntu", "rights: CC-BY"),
        *(
            "sensitivity: low",
            "sensitivity: 10 mV",
            "sharing: all",
            "go_live: 2020-01-01",
            "valid_until: 2999-01-01",
            "expires: never",
            "release: 1.2",
        ),
        *("published: A press in Ghent", "build: {render: always}", "access_date: 2020-01-01"),
        *("roles: [dev]", "reviewers: [anna]", "interns: 5", "i18nReady: false", "cache: true"),
        *("estado: publicado", "status: final", "type: concept"),
    ],
)
def test_fields_that_say_nothing_of_who_sees_a_page_hold_none_back(says: str) -> None:
    assert shown(f"---\ntitle: T\n{says}\n---\nText") == ()
