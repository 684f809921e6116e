"""Versions, dates, identifiers and numbers are found in each of their spellings, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.document import Document, Filter, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.text.sayings import ELSE, RESPELLED, other_version
from indexer.text.wanted import wanted

pytestmark = pytest.mark.exhaustive

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
WORDS = "Version 1, 2 and 0 of 4 to 9; rope 16 and 21, RFC of 5, a deck badge number. Rope is it?"
TEXTS = {
    **{f"words{n}": f"{WORDS} " * (n + 1) for n in range(5)},
    "v4.6.14": "The deck is new.",
    "4.6.15": "The deck is old.",
    "release": "Since v2.0.3 and since 2.1.3 badges are kept.",
    "table": "| 3 | 7 | 5 |\n\nand 2031, 11, 05",
    "logged": f"{WORDS} At 2031-11-03T15:59:00Z the gate was shut, not 03 11 2031.",
    "memo": f"{WORDS} RFC167 and 21 GB of rope; ISO-9 and 640px, item AC1357, half of 2.5 TB.",
    "spaced": "Each member badge number is stamped.",
    "asks": f"{WORDS} Ready, rope? Go on.",
    "mail": "Write to anna@boats.example and bert@ropes.example; see https://boats.example/deck/new.",
    "snake": "Set `boat_rope_length` to 4.",
    "camel": "Then deckBadgeCount is read, and `moorBoat()`.",
    "brand": "Charts in PowerChart, and Wi-Fi; a Ph.D. is no help.",
    "cost": "It costs 3 204,50 a month, 7204.50 a year and 5\u202f204,75 \u20ac in all; 6,204.25.",
    "thai": "\u0e41\u0e1c\u0e19\u0e1b\u0e35\u0e52\u0e55\u0e56\u0e57",
}


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        index.put(
            Document(id=name, title=name, sections=(Section("", text),), audience=ALL)
            for name, text in TEXTS.items()
        )
        index.commit(1)

    place = tmp_path_factory.mktemp("index")
    with HybridIndex.build(place, HashEmbedder(), fill, engine=request.param) as index:
        yield index


def close(index: HybridIndex, question: str) -> list[str]:
    return [hit.document_id for hit in index.search(question, EVERYONE) if hit.close]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("4.6.14", "v4.6.14"),
        ("v4.6.15", "4.6.15"),
        ("V4.6.15", "4.6.15"),
        ("2.0.3", "release"),
        ("v2.1.3", "release"),
        ("what is in 2.0.3?", "release"),
        ("2031-11-03", "logged"),
        ("gate on 2031-11-03", "logged"),
        ("RFC-167", "memo"),
        ("RFC 167", "memo"),
        ("21GB", "memo"),
        ("ISO9", "memo"),
        ("640 px", "memo"),
        ("AC 1357", "memo"),
        ("AC-1357", "memo"),
        ("2.5TB", "memo"),
    ],
)
def test_another_spelling_of_a_version_a_date_or_letters_beside_digits_is_found(
    index: HybridIndex, question: str, name: str
) -> None:
    hit = index.search(question, EVERYONE)[0]
    assert (hit.document_id, hit.close) == (name, True)
    assert hit.score.words


def test_the_spelling_of_a_version_that_was_asked_for_is_before_the_other(tmp_path: Path) -> None:
    texts = {"with": "Rope v5.2.0, rope v5.2.0.", "without": "A longer text of rope 5.2.0 alone."}

    def fill(index: HybridIndex) -> None:
        index.put(
            Document(id=name, title=name, sections=(Section("", text),), audience=ALL)
            for name, text in texts.items()
        )
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        assert close(index, "5.2.0") == ["without", "with"]
        assert close(index, "v5.2.0") == ["with", "without"]


@pytest.mark.parametrize(("text", "other"), [("v1.2", "1.2"), ("1.2.3", "v1.2.3"), ("12", "")])
def test_a_version_has_one_other_spelling(text: str, other: str) -> None:
    assert other_version(text) == other


def test_within_longer_words_a_version_comes_after_the_pages_that_say_all() -> None:
    levels = {each.level for each in wanted("new in 4.6.14").sayings if "v4" in each.pattern}
    assert levels == {ELSE}
    assert RESPELLED in {each.level for each in wanted("4.6.14").sayings}


@pytest.mark.parametrize("question", ['"rope?"', "`rope?`", '"ready, rope?"', "`Rope?`"])
def test_in_quotes_or_backticks_the_last_sign_counts_too(index: HybridIndex, question: str) -> None:
    assert index.search(question, EVERYONE)[0].document_id == "asks"


@pytest.mark.parametrize(
    "question",
    [
        *("0.4.9", "v0.4.9", "3.7.5", "2031-11-05", "4711", "21.16", "rope-21", "21-16-0"),
        *("deck_rope_number", "number.badge_deck", "`deck_rope_number`", "(deck.number.rope)"),
        *("anna@ropes.example", "https://boats.example/rope/new", "deck/rope/number"),
        *("deckRopeNumber", "`ropeDeck`", "RopeMember", "badge_rope_count", "ropeIt", "rowBoat()"),
        *("rope_deck()", "unmoor()", "3204.51", "204,51", "5204,7"),
    ],
)
def test_of_a_name_that_stands_nowhere_scattered_parts_are_no_answer(
    index: HybridIndex, question: str
) -> None:
    assert index.search(question, EVERYONE)
    assert close(index, question) == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("member_badge_number", "spaced"),
        ("boat_rope_length", "snake"),
        ("`boat_rope_length`", "snake"),
        ("rope_length", "snake"),
        ("anna@boats.example", "mail"),
        ("boats.example/deck/new", "mail"),
        ("https://boats.example/deck/new/", "mail"),
        ("http://boats.example/deck/new", "mail"),
        *((each, "camel") for each in ("deckBadgeCount", "DeckBadgeCount", "deck_badge_count")),
        *((each, "camel") for each in ("deck-badge-count", "deckBadge_Count", "DECK_BADGE_COUNT")),
        *((each, "camel") for each in ("moorBoat", "moor_boat", "moorBoat()", "moor_boat()")),
        *((each, "snake") for each in ("boatRopeLength", "BoatRopeLength", "boat_ropeLength")),
        *((each, "spaced") for each in ("memberBadgeNumber", "member-badge-number")),
        *((each, "brand") for each in ("PowerChart", "power_chart", "WiFi", "PhD")),
        *((each, "cost") for each in ("3204,50", "3204.50", "3,204.50", "3 204,50", "3.204,50")),
        *((each, "cost") for each in ("7 204,50", "7,204.50", "5204,75", "5204.75", "6204,25")),
        ("2567", "thai"),
        ("\u0e52\u0e55\u0e56\u0e57", "thai"),
    ],
)
def test_who_has_all_words_of_a_name_together_is_an_answer(
    index: HybridIndex, question: str, name: str
) -> None:
    assert close(index, question) == [name]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        *((each, True) for each in ("a_b1", "1.2.0", "2031-11-03", "47", "x@y.example", "/de/x")),
        *((each, True) for each in ("'boat_rope'", "boat::rope()", "COVID-19", "boat.rope?")),
        *((each, True) for each in ("boatRope", "`BoatRope`?", "boat()", "(boat())", "v2Boat")),
        *((each, False) for each in ("Boat", "BOATs", "McO'Hara boatRope", "RopeBoat/DeckBoat")),
        *((each, False) for each in ("boat", "front-end", "and/or", "U.S.", "C++", "#rope", "50%")),
        *((each, False) for each in ("boat rope_x", "第3.5章", "rope?", "Rope16")),
    ],
)
def test_a_name_has_several_words_without_a_space_or_is_a_number(
    question: str, named: bool
) -> None:
    assert wanted(question).named is named
