"""The pages that find: the first one, search, browse, about."""

import pytest

from kb import KnowledgeBase, Session
from kb.errors import InvalidInput, SearchUnavailable
from tests.web.visits import Client, Contribute, page


def test_the_first_page_of_an_empty_community_invites_the_first_entry(client: Client) -> None:
    html = page(client, "/")
    assert "Nothing here yet" in html
    assert 'role="search"' in html


def test_the_first_page_shows_what_is_new_kinds_and_tags(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute("Bedside handover")
    html = page(client, "/")
    assert f'href="/entries/{entry_id}"' in html
    assert "Case-clinic" in html
    assert 'href="/entries?tag=handover"' in html


def test_a_question_finds_the_passage_and_marks_its_words(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute(does="Both nurses walk from bed to bed if 5 < 6 & say what changed.")
    html = page(client, "/search?q=nurses+walk+bed")
    assert f'href="/entries/{entry_id}"' in html
    assert "<mark>nurses</mark>" in html
    assert "Found by" in html
    assert "5 &lt; 6 &amp; say" in html
    assert f'href="/entries/{entry_id}#at-2"' in html


def test_a_question_waits_for_nothing_that_others_bring(
    client: Client, base: KnowledgeBase, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute()
    base.catch_up()
    follower, waited = base.parts.worker, list[float]()
    ensure = follower.ensure

    def noted(position: int, lane: str = "views", *, timeout: float = 30.0) -> None:
        if lane == "index":
            waited.append(timeout)
        ensure(position, lane, timeout=timeout)

    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    monkeypatch.setattr(follower, "ensure", noted)
    for path in ("/search?q=bed", "/search/results?q=bed", "/api/search?q=bed"):
        assert client.get(path).status_code == 200
    assert waited == [0.0] * 3


def test_a_property_that_is_found_leads_to_where_the_page_has_it(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    html = page(client, "/search?q=easy")
    assert f'<a href="/entries/{entry_id}#at-properties">Properties</a>' in html
    assert "difficulty: <mark>easy</mark>" in html
    assert 'id="at-properties"' in page(client, f"/entries/{entry_id}")


def test_a_long_passage_is_shown_by_its_best_part(client: Client, contribute: Contribute) -> None:
    text = "Plain words without any bearing. " * 8 + "A zebra hides here. " + "More of it. " * 20
    contribute("Where a zebra hides", does=text)
    html = page(client, "/search?q=Where+a+zebra+hides")
    assert "<mark>zebra</mark>" in html
    assert "…" in html


def test_where_filters_leave_nothing_it_is_not_said_of_all_entries(
    client: Client, contribute: Contribute
) -> None:
    contribute("Bedside handover")
    html = page(client, "/search?q=handover&tag=nosuch")
    assert "None of the entries that you narrowed it down to shares a word" in html
    assert "No entry shares" not in html


def test_without_any_entry_ways_on_are_offered(client: Client) -> None:
    html = page(client, "/search?q=quantum+lattice&kind=practice")
    assert "Nothing close to that yet" in html
    assert 'href="/search?q=quantum+lattice"' in html
    assert 'href="/entries/new"' in html


def test_the_nearest_are_shown_where_nothing_matches_closely(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    html = page(client, "/search?q=quantum+lattice+of+nurses&kind=practice")
    assert "Nothing matches closely. Nearest:" in html
    assert f'href="/entries/{entry_id}"' in html
    assert 'href="/search?q=quantum+lattice+of+nurses"' in html
    assert 'href="/entries/new"' in html


def test_what_is_less_close_is_folded_away(client: Client, contribute: Contribute) -> None:
    for number in range(7):
        contribute(f"Handover {number}")
    html = page(client, "/search?q=handover")
    assert "5 answers" in html
    before, folded = html.split('<details class="less-close">')
    assert "2 less close" in folded
    assert (before.count("Found by"), folded.count("Found by")) == (5, 2)


def test_a_search_without_a_question_only_asks(client: Client) -> None:
    html = page(client, "/search")
    assert "What are you trying to solve?" in html
    assert "Nothing close" not in html


def test_filters_stay_chosen(client: Client, contribute: Contribute) -> None:
    contribute()
    html = page(
        client, "/search?q=handover&kind=practice&tag=handover&group=Elsewhere&archived=all"
    )
    assert '<option value="practice" selected>' in html
    assert 'name="group" value="Elsewhere"' in html
    assert "checked" in html


@pytest.mark.parametrize(
    "question",
    [
        "a" * 200_0,
        "word " * 1_000,
        "?!.,",
        'title:"x" AND (-y OR *)',
        "null\x00byte",
        "שלום עולם",
        "'",
    ],
)
def test_any_question_gets_an_answer_or_a_sentence(
    client: Client, contribute: Contribute, question: str
) -> None:
    contribute()
    for path in ("/search", "/search/results"):
        response = client.get(path, params={"q": question})
        assert response.status_code in (200, 400)
        assert any(
            word in response.text for word in ("Nothing close", "Nearest", "answer", "problem")
        )


def test_a_refused_question_is_explained_at_the_box(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InvalidInput("The question is too long; leave something out.", "question")

    monkeypatch.setattr(Session, "search", refuse)
    html = page(client, "/search?q=words", 400)
    assert 'id="q-error"' in html
    assert "leave something out" in html
    assert 'value="words"' in html


def test_the_results_alone_are_a_piece_of_the_page(
    client: Client, base: KnowledgeBase, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute()
    whole = page(client, "/search?q=bed+nurses")
    for name in ("browse", "groups", "tags"):  # what every keystroke would ask for in vain
        monkeypatch.delattr(type(base.session.catalogue), name)
    html = page(client, "/search/results?q=bed+nurses")
    assert "<html" not in html
    assert "1 answer" in html
    assert "1 answer" in whole


def test_half_a_question_is_not_counted_as_one(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    contribute()
    for typed in ("bed", "bed+nur", "bed+nurses"):
        page(client, f"/search/results?q={typed}")
    assert base.session.reports.questions().days == ()
    page(client, "/search/results?q=bed+nurses&settled=yes")
    page(client, "/search?q=bed+nurses")
    assert [day.searches for day in base.session.reports.questions().days] == [2]


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SearchUnavailable("The model is missing; install it."), 503, "The model is missing"),
        (RuntimeError("secret"), 500, "Something went wrong on our side"),
    ],
)
def test_an_error_in_place_of_the_results_alone_is_one_sentence(
    client: Client,
    base: KnowledgeBase,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    sentence: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Session, "search", fail)
    html = page(client, "/search/results?q=words", status)
    assert html.startswith('<p class="problem"')
    assert sentence in html
    assert "<html" in page(client, "/search?q=words", status)


def test_browsing_filters_counts_and_sorts(client: Client, contribute: Contribute) -> None:
    first = contribute("Alpha", tags=("handover", "ward"))
    second = contribute("Beta", tags=("handover",), group="South")
    html = page(client, "/entries?tag=handover&sort=title")
    assert html.index(first) < html.index(second)
    assert 'href="/entries?tag=handover&amp;tag=ward&amp;sort=title"' in html
    assert 'href="/entries?sort=title" aria-current="true"' in html
    only = page(client, "/entries?group=South")
    assert second in only
    assert first not in only
    assert "No entry fits" in page(client, "/entries?tag=unheard-of")


def test_a_list_of_one_is_counted_as_one(client: Client, contribute: Contribute) -> None:
    assert "no entries so far" in page(client, "/about")
    empty = page(client, "/entries")
    assert '<p role="status">No entries yet</p>' in empty
    assert "Contribute the first entry" in empty
    contribute()
    assert '<a href="/entries">Browse</a></p>' in page(client, "/")
    assert '<p role="status">1 entry</p>' in page(client, "/entries")
    contribute()
    assert "All 2 entries" in page(client, "/")


def test_nobody_is_called_local(client: Client, contribute: Contribute) -> None:
    entry_id = contribute()
    for path in ("/about", f"/entries/{entry_id}"):
        html = page(client, path)
        assert "local" not in html.replace("local-time.js", "").replace("data-local", "")
        assert "You act as <strong>the operator of this machine</strong>" in html
    assert "Contributed by the operator of this machine, " in html


def test_a_long_list_has_pages_and_folds_many_tags(client: Client, contribute: Contribute) -> None:
    for number in range(21):
        contribute(f"Entry {number}", tags=(f"tag-{number}",))
    html = page(client, "/entries?sort=title")
    assert "1 to 20 of 21 entries" in html
    assert 'href="/entries?sort=title&amp;page=2"' in html
    assert "9 more" in html
    last = page(client, "/entries?sort=title&page=2")
    assert "21 of 21 entries" in last
    assert 'rel="prev" href="/entries?sort=title"' in last


def test_about_says_what_this_is(client: Client, contribute: Contribute) -> None:
    contribute()
    assert "1 entry so far, from 1 group" in page(client, "/about")
