"""What is asked for word for word is found where a passage is cut between its words."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from indexer.document import Document, Filter, Hit, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.text.passages import split
from indexer.text.sayings import MOST, SAID

pytestmark = pytest.mark.exhaustive

EVERYONE = Filter(audience=frozenset({"all"}))
LONG = " ".join(f"plank{number}" for number in range(25))
TEXTS = {
    "words": " ".join(f"oak{number}" for number in range(150)),
    "hindi": " ".join(chr(0x915 + n % 30) + chr(0x915 + n // 30) for n in range(300)),
    "han": "".join(chr(0x4E00 + number) for number in range(900)),
    "sentences": " ".join(f"Elm{number} is tall." for number in range(60)),
    "measures": " ".join(f"{1000 + number} GB" for number in range(300)),
    "paragraphs": "\n\n".join(f"ash{n} stood; {LONG} ivy{n}" for n in range(6)),
}
"""Texts of several passages, of which no two have four words in common."""


class SignBySign(HashEmbedder):
    """Reads each sign as a token, as the model does those of many scripts."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[(place, place + 1) for place in range(len(text))] for text in texts]


def document(name: str, *texts: str) -> Document:
    sections = tuple(Section("", text) for text in texts)
    return Document(id=name, title=name, sections=sections, audience=EVERYONE.audience)


def over_cuts(name: str) -> list[str]:
    """The two words before each cut of a text, and the two behind it."""
    [passages] = split([document(name, TEXTS[name])], SignBySign())
    texts = [each.passage.text for each in passages]
    if name == "han":
        return [before[-2:] + after[:2] for before, after in pairwise(texts)]
    words = [text.split() for text in texts]
    return [" ".join([*before[-2:], *after[:2]]) for before, after in pairwise(words)]


RELEASES = Document(
    id="releases",
    title="Releases",
    sections=(
        Section("0.12", "### Mended\n\n- A leak of tar.\n\n#### Further\n\nSmall things."),
        Section("0.11", ""),
        Section("0.10", f"### Added\n\n{LONG} {LONG} zinc."),
        Section("Pitch", "## Pitch\n\n## Tallow melts\n\n## Wool\n\nLast."),
        Section("Resin", "## Resin in boats\n\n## Row\n\nOf resin."),
    ),
    audience=EVERYONE.audience,
)


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        index.put(document(*each) for each in TEXTS.items())
        index.put([document("apart", f"{LONG} wax", f"rope {LONG}"), RELEASES])
        index.commit(1)

    place = tmp_path_factory.mktemp("index")
    with HybridIndex.build(place, SignBySign(), fill, engine=request.param) as index:
        yield index


def first(index: HybridIndex, question: str) -> Hit:
    return index.search(question, EVERYONE)[0]


@pytest.mark.parametrize("asked", ['"{}"', "{}"])
@pytest.mark.parametrize("name", TEXTS)
def test_what_stands_over_a_cut_is_found_close_shown_and_marked(
    index: HybridIndex, name: str, asked: str
) -> None:
    phrases = over_cuts(name)
    assert len(phrases) > 1
    for phrase in phrases:
        hit = first(index, asked.format(phrase))
        assert (hit.document_id, hit.close) == (name, True), phrase
        assert phrase in [" ".join(hit.text[start:end].split()) for start, end in hit.marks]
        start, end = hit.snippet_range
        assert phrase in " ".join(hit.text[start:end].split())


def test_a_sentence_pasted_over_a_cut_is_said(index: HybridIndex) -> None:
    words = TEXTS["words"].split()
    for start in range(20, 60, 3):
        hit = first(index, " ".join(words[start : start + 20]))
        assert (hit.document_id, hit.score.level) == ("words", SAID)


def test_a_sentence_of_very_many_words_or_signs_is_said_over_a_cut_as_well(
    index: HybridIndex,
) -> None:
    words, signs = TEXTS["words"].split(), TEXTS["han"]
    for start in range(0, 60, 20):
        hit = first(index, " ".join(words[start : start + MOST + 6]))
        assert (hit.document_id, hit.close, hit.score.level) == ("words", True, SAID)
    for start in range(180, 260, 20):
        hit = first(index, signs[start : start + MOST + 20])
        assert (hit.document_id, hit.close) == ("han", True)
        assert hit.score.level >= SAID


@pytest.mark.parametrize("between", [" ", ""])
def test_a_number_over_a_cut_stands_with_its_unit(index: HybridIndex, between: str) -> None:
    cut = [words for words in map(str.split, over_cuts("measures")) if words[1].isdigit()]
    assert cut
    for _, number, unit, _ in cut:
        hit = first(index, number + between + unit)
        assert (hit.document_id, hit.close) == ("measures", True)
        assert {number, unit} <= set(" ".join(hit.text[slice(*one)] for one in hit.marks).split())


def test_what_stands_wholly_behind_a_cut_is_shown_there(index: HybridIndex) -> None:
    for phrase in over_cuts("words"):
        *_, behind = phrase.split()
        hit = first(index, f'"{behind} oak{int(behind[3:]) + 1}"')
        assert hit.passage.text.startswith(f"oak{int(behind[3:]) - 1} {behind}")


def test_the_end_of_a_section_and_the_beginning_of_the_next_are_no_phrase(
    index: HybridIndex,
) -> None:
    assert not any(hit.close for hit in index.search('"wax rope"', EVERYONE))


@pytest.mark.parametrize(
    ("question", "place", "text"),
    [
        ("0.12", "1", "Mended\nA leak of tar.\nFurther\nSmall things."),
        ("Mended", "1.1", "A leak of tar."),
        ("0.10", "3", f"Added\n{LONG}"),
        ("Resin", "5", "Resin in boats\nRow\nOf resin."),
    ],
)
def test_a_heading_over_others_alone_shows_what_is_beneath_it(
    index: HybridIndex, question: str, place: str, text: str
) -> None:
    hit = first(index, question)
    assert (hit.document_id, hit.heading, hit.place) == ("releases", question, place)
    assert hit.text.startswith(text)


def test_what_is_beneath_a_heading_is_marked(index: HybridIndex) -> None:
    hit = first(index, "Resin")
    assert [hit.text[start:end] for start, end in hit.marks] == ["Resin", "resin"]


def test_what_is_said_over_headings_alone_is_shown(index: HybridIndex) -> None:
    hit = first(index, "pitch.tallow")
    assert (hit.text, hit.close) == ("Pitch\nTallow melts", True)
    assert [hit.text[start:end] for start, end in hit.marks] == ["Pitch\nTallow"]


def test_a_heading_beside_others_shows_nothing_of_theirs(index: HybridIndex) -> None:
    hit = first(index, "Resin in boats")
    assert (hit.place, hit.text) == ("5.1", "")
