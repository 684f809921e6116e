"""Makes the answer to a question from its ranking, and judges whether there is one at all."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from indexer import snippets
from indexer.document import Hit, Passage, ScoreParts
from indexer.ranking import Question, Ranked

NEAR = 0.34
"""The cosine from which a passage shows that there is an answer: docs/decisions/0003-fusion.md."""

RELATED = 0.2
"""The cosine from which a passage is offered once there is an answer."""

JUDGED = 10
"""How many of the first are asked whether there is an answer, however few are wanted."""


def answer(
    question: Question, ranked: Sequence[Ranked], stored: Mapping[int, tuple[str, Passage]]
) -> list[Hit]:
    """The hits in the order of `ranked`; `stored` has title and passage by passage number.

    When one of the first is near, hits that are only related are close as well: which of them is
    right is for the ranking to say, that knows more than the cosine of one passage.
    """
    hits = [_hit(question, one, *stored[one.passage]) for one in ranked]
    if not any(hit.close for hit in hits[:JUDGED]):
        return hits
    return [replace(hit, close=hit.close or hit.score.cosine >= RELATED) for hit in hits]


def _hit(question: Question, ranked: Ranked, title: str, passage: Passage) -> Hit:
    """A hit that is `close` if it is near by itself."""
    marks = snippets.marks(passage.text, question.terms)
    words = snippets.found_words(question.text, (title, passage.heading, passage.text))
    return Hit(
        document_id=ranked.document_id,
        title=title,
        passage=passage,
        marks=marks,
        snippet_range=snippets.snippet_range(passage.text, marks),
        close=ranked.exact or ranked.cosine >= NEAR or len(words) == len(question.terms) > 0,
        score=ScoreParts(
            lexical=ranked.lexical,
            cosine=ranked.cosine,
            fused=ranked.fused,
            exact=ranked.exact,
            words=words,
        ),
    )
