"""Makes hits of a ranking, and judges which of the first are close enough to call them answers."""

import math
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec.structs import replace

from indexer.document import Hit, Part, ScoreParts
from indexer.embedding.calibration import Calibration
from indexer.embedding.embedder import Words
from indexer.ranking.answering_part import Meeting, answering, gone_on, said, shown
from indexer.ranking.evidence import EXACT, NOTHING, RARE
from indexer.ranking.ranking import Question, Ranked, Ranking
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text import snippets
from indexer.text.analysis import OTHER, PAIR, STOP, all_terms
from indexer.text.snippets import Range, Span
from indexer.text.wanted import Wanted

JUDGED = 10
"""How many of the first are asked whether there is an answer, however few are wanted."""

ANSWERS = 5
"""How many hits are close at most: what comes later is less so, however near by itself."""


def answer(
    question: Question,
    ranking: Ranking,
    stored: Mapping[int, Fetched],
    texts: Mapping[bytes, Words],
    limit: int,
) -> list[Hit]:
    """The first `limit` hits in the order of `ranking`.

    `stored` has passages by their numbers, `texts` the words of those by the hashes of their texts.
    Those that are `close` come first: up to the last of the first `ANSWERS` that is near, or
    related when one of the first `JUDGED` is near and none of them has exactly what was asked for,
    or one of the words that few have.
    What the ranking put between them counts as well: it knows more than the cosine of one passage.
    Where none has what is quoted, only what is named so is close. A name of several words, or a
    number, is no more than scattered parts to what does not have all of it together.
    """
    ranked = ranking.documents
    wanted = question.wanted
    words = snippets.spellings(question.text, question.terms)
    marked = {*words, *(term for term in wanted.spelled if term[0] != STOP)}
    passages = [gone_on(wanted, one.level, stored[one.passage]) for one in ranked[:limit]]
    phrases = wanted.phrases
    spans = [
        _spans(wanted, one.level, each.passage.text, _phrases(wanted, each), marked)
        for one, each in zip(ranked[:limit], passages, strict=True)
    ]
    meeting = Meeting(question.read.words, ranking.gains, texts)
    levels = [one.level for one in ranked[:limit]]
    parts = answering(question, levels, passages, spans, marked, meeting)
    found = zip(ranked[:limit], passages, spans, parts, strict=True)
    sayings = {saying.pattern: saying.place for saying in wanted.sayings}
    places = {**_spelled(question), **words, **phrases, **sayings}
    hits = [_hit(question, places, marked, *each) for each in found]
    exactly = any(one.level >= EXACT for one in ranked[:1])
    apart = max((one.level for one in ranked[:ANSWERS]), default=NOTHING) == RARE
    settled = (exactly or apart) and _asks_exactly(question, words)
    near = [
        one.exact or one.level >= EXACT
        if wanted.named or (wanted.quoted and not exactly)
        else _near(
            one, question.calibration, not wanted.quoted and _is_whole(words, stored[one.passage])
        )
        and (one.lexical > 0 or one.exact or one.level > NOTHING or not settled)
        for one in ranked[:JUDGED]
    ]
    offered = any(near) and not settled
    close = _close(ranked, near, question.calibration.related if offered else math.inf)
    return [replace(hit, close=place < close) for place, hit in enumerate(hits)]


def _phrases(wanted: Wanted, stored: Fetched) -> list[str]:
    """The phrases that a passage may say: to look for one takes far longer than to see this."""
    if not wanted.phrased:
        return []
    terms = list(dict.fromkeys(chain.from_iterable(wanted.phrased.values())))
    held = np.isin(keys(terms), stored.keys)
    there = {term for term, inside in zip(terms, held, strict=True) if inside}
    return [phrase for phrase, each in wanted.phrased.items() if there.issuperset(each)]


def _spans(
    wanted: Wanted, level: int, text: str, phrases: Iterable[str], marked: Container[str]
) -> list[Span]:
    """Where a text has what is asked for, and says it as far as its document does."""
    found = snippets.spans(text, marked, phrases)
    inside = said(wanted.sayings, level, text)
    return sorted([*found, *inside]) if inside else found


def _asks_exactly(question: Question, words: Collection[str]) -> bool:
    """Whether all that is asked for, or a phrase, is meant as it is written."""
    wanted = question.wanted
    return bool(wanted.phrases) or wanted.spelled.keys() >= set(words)


def _spelled(question: Question) -> dict[str, Range]:
    """Where the question has those of its words that do in another spelling, by this one."""
    others = {
        other: form
        for other, form in question.wanted.spelled.items()
        if other[0] == OTHER or form[0] in PAIR + OTHER
    }
    places = snippets.spellings(question.text, set(others.values()))
    return {other: places[form] for other, form in others.items() if form in places}


def _close(ranked: Sequence[Ranked], near: Sequence[bool], related: float) -> int:
    """How many of the first are close: those that are near, and others from this cosine on."""
    last = 0
    for place, (one, by_itself) in enumerate(zip(ranked, near, strict=False), 1):
        if place <= ANSWERS and (by_itself or one.cosine >= related):
            last = place
    return last


def _hit(
    question: Question,
    words: Mapping[str, Range],
    marked: Container[str],
    ranked: Ranked,
    stored: Fetched,
    spans: Sequence[Span],
    part: Part,
) -> Hit:
    """A hit not judged yet; `words` are those of the question, by term, where they stand in it.

    So are phrases, and the words within one that is found are not told apart from it.
    """
    passage = stored.passage
    found = {term for _, _, term in spans}
    for name in (stored.title, passage.heading):
        found.update(all_terms(name))
        found.update(term for _, _, term in snippets.spans(name, (), question.wanted.phrases))
    told = sorted(place for term, place in words.items() if term in found)
    text, wanted = shown(passage, part, spans), question.wanted
    inside = (
        snippets.within(spans, (part.start, part.end))
        if part.start < part.end
        else _spans(wanted, ranked.level, text, wanted.phrases, marked)
    )
    return Hit(
        document_id=ranked.document_id,
        title=stored.title,
        passage=passage,
        heading=part.heading,
        place=part.place,
        text=text,
        marks=snippets.marks(inside),
        snippet_range=snippets.snippet_range(text, inside),
        close=False,
        score=ScoreParts(
            lexical=ranked.lexical,
            cosine=ranked.cosine,
            met=ranked.met,
            fused=ranked.fused,
            exact=ranked.exact,
            level=ranked.level,
            words=snippets.written(question.text, told),
        ),
    )


def _near(ranked: Ranked, known: Calibration, whole: bool) -> bool:
    """Whether it is an answer by itself; `whole` says that it has every word of the question."""
    by_words = ranked.cosine >= known.nearly and ranked.met >= known.met
    wanted = ranked.level >= EXACT
    return ranked.exact or ranked.cosine >= known.near or by_words or whole or wanted


def _is_whole(words: Collection[str], stored: Fetched) -> bool:
    """Whether all are in the passage, its heading or the title."""
    titled = all_terms(stored.title)
    inside = np.isin(keys(words), stored.keys)
    return bool(words) and all(
        each or term in titled for term, each in zip(words, inside, strict=True)
    )
