"""Makes the answer to a question from its ranking, and judges whether there is one at all."""

from collections.abc import Container, Mapping, Sequence

from msgspec.structs import replace

from indexer import snippets
from indexer.analysis import terms
from indexer.document import Hit, Passage, ScoreParts
from indexer.ranking import Question, Ranked

NEAR = 0.34
"""The cosine from which a passage shows that there is an answer: docs/decisions/0003-fusion.md."""

NEARLY, MET = 0.3, 0.45
"""The cosine from which it does so too if the words, one by one, come at least this near."""

RELATED = 0.2
"""The cosine from which a passage is offered once there is an answer."""

JUDGED = 10
"""How many of the first are asked whether there is an answer, however few are wanted."""


def answer(
    question: Question,
    ranked: Sequence[Ranked],
    stored: Mapping[int, tuple[str, Passage]],
    limit: int,
) -> list[Hit]:
    """The first `limit` hits in the order of `ranked`.

    `stored` has title and passage by passage number. When one of the first `JUDGED` is near, hits
    that are only related are close as well: which of them is right is for the ranking to say, that
    knows more than the cosine of one passage.
    """
    words = snippets.spellings(question.text, question.terms)
    hits = [_hit(words, one, *stored[one.passage]) for one in ranked[:limit]]
    near = any(hit.close for hit in hits[:JUDGED]) or any(
        _near(one, words, _found(*stored[one.passage])) for one in ranked[limit:JUDGED]
    )
    if not near:
        return hits
    return [replace(hit, close=hit.close or hit.score.cosine >= RELATED) for hit in hits]


def _hit(words: Mapping[str, str], ranked: Ranked, title: str, passage: Passage) -> Hit:
    """A hit that is `close` if it is near by itself; `words` are the question's by term."""
    marks, marked = snippets.marks(passage.text, words)
    found = marked.union(terms(title), terms(passage.heading))
    return Hit(
        document_id=ranked.document_id,
        title=title,
        passage=passage,
        marks=marks,
        snippet_range=snippets.snippet_range(passage.text, marks),
        close=_near(ranked, words, found),
        score=ScoreParts(
            lexical=ranked.lexical,
            cosine=ranked.cosine,
            met=ranked.met,
            fused=ranked.fused,
            exact=ranked.exact,
            words=tuple(word for term, word in words.items() if term in found),
        ),
    )


def _near(ranked: Ranked, words: Mapping[str, str], found: Container[str]) -> bool:
    every_word = bool(words) and all(term in found for term in words)
    by_words = ranked.cosine >= NEARLY and ranked.met >= MET
    return ranked.exact or ranked.cosine >= NEAR or by_words or every_word


def _found(title: str, passage: Passage) -> set[str]:
    """All terms of a hit that nobody will see, so that needs no marks."""
    return {*terms(title), *terms(passage.heading), *terms(passage.text)}
