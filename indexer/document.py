"""Documents and filters that the index takes, and the hits that it returns."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from indexer.text.letters import composed

PROPERTIES = "properties"
"""The place of the properties of a document, which are in no section."""


class Section(Struct, frozen=True):
    """A heading (may be empty) and the Markdown under it."""

    heading: str
    text: str


class Document(Struct, frozen=True, kw_only=True):
    """A document to be indexed.

    `identifiers` are further names that find it exactly, as its title does. `keywords` are words
    that are scored though they are in no section (tags). `properties` are lines of a name and a
    value, which find it by exact words but do not score. `audience` holds the labels of those who
    may find it, never empty. `facets` are for filters, e.g. {"kind": {"practice"}}.
    """

    id: str
    title: str
    sections: tuple[Section, ...]
    audience: frozenset[str]
    identifiers: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    facets: Mapping[str, frozenset[str]] = {}

    def composed(self) -> "Document":
        """The document in NFC, see `indexer.text.letters.composed`."""
        return replace(
            self,
            title=composed(self.title),
            sections=tuple(
                Section(composed(one.heading), composed(one.text)) for one in self.sections
            ),
            audience=frozenset(map(composed, self.audience)),
            identifiers=tuple(map(composed, self.identifiers)),
            keywords=tuple(map(composed, self.keywords)),
            properties=tuple(map(composed, self.properties)),
            facets=_composed(self.facets),
        )


class Filter(Struct, frozen=True, kw_only=True):
    """Which documents may be found: part of every query, never applied to results afterwards.

    A document passes if it shares a label with `audience` and has, for every name in `facets`, one
    of the values, and for every name in `every` all of them.
    """

    audience: frozenset[str]
    facets: Mapping[str, frozenset[str]] = {}
    every: Mapping[str, frozenset[str]] = {}

    def composed(self) -> "Filter":
        """As `Document.composed`."""
        audience = frozenset(map(composed, self.audience))
        return Filter(audience=audience, facets=_composed(self.facets), every=_composed(self.every))


def _composed(values: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {composed(name): frozenset(map(composed, each)) for name, each in values.items()}


class Part(Struct, frozen=True, array_like=True):
    """The characters from `start` to `end` of a passage, which are under one heading.

    `place` locates that heading in the document: "2" is the second section, "2.3" the third heading
    in its text; `PROPERTIES` stands for the document's properties, which have no heading. A heading
    without text of its own has an empty part; deeper headings and their text extend to `beneath`.
    """

    start: int
    end: int
    heading: str
    place: str
    beneath: int = 0


class Passage(Struct, frozen=True, kw_only=True):
    """A piece of a document: at most 256 tokens with its title as context.

    `id` is stable for the same text at the same place; `heading` is the nearest one above its
    beginning; `text` is plain text made from the Markdown, with further headings on lines of their
    own. `parts` is the text under each of these, in order. `after` is the beginning of the text
    that follows in the same section, with the space between, so that phrases across the cut are
    found; "" at the end of a section.
    """

    id: str
    document_id: str
    heading: str
    text: str
    parts: tuple[Part, ...]
    after: str = ""


class ScoreParts(Struct, frozen=True, kw_only=True):
    """Components of a score.

    `lexical` is the BM25 score of the document (0.0 where no word matched), `cosine` that of its
    best passage, `met` the word-by-word similarity of one passage and the question (0 to 1; 0.0
    beyond the first fifty), `fused` the score that ranked it, `exact` whether the question is its
    title or an identifier, and `words` the words in title, heading or passage that match the
    question, as written there. `level` is that of its exact matches, see
    `indexer.ranking.evidence`.
    """

    lexical: float
    cosine: float
    met: float
    fused: float
    exact: bool
    words: tuple[str, ...]
    level: int = 0


class Hit(Struct, frozen=True, kw_only=True):
    """A document found, with the passage that answers and, of that, the part to show.

    `heading` and `place` are those of the part, `text` its characters. `marks` are (start, end)
    character ranges of `text` to highlight; `snippet_range` is the (start, end) to show when space
    is short. `close` says whether it counts as an answer: near enough to the question, or related
    to it when another hit is.
    """

    document_id: str
    title: str
    passage: Passage
    heading: str
    place: str
    text: str
    marks: tuple[tuple[int, int], ...]
    snippet_range: tuple[int, int]
    close: bool
    score: ScoreParts
