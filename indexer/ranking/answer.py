"""Makes hits of a ranking, and judges which of the first are close enough to call them answers."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from indexer.document import Hit, Part, ScoreParts
from indexer.embedding.calibration import Calibration
from indexer.embedding.embedder import Words
from indexer.ranking.answering_part import Meeting, answering, gone_on, said, shown
from indexer.ranking.evidence import ALIKE, EXACT, NOTHING, RARE
from indexer.ranking.found_words import Found, are_all, found_words, written
from indexer.ranking.ranking import Question, Ranked, Ranking
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text import snippets
from indexer.text.analysis import STOP, all_terms, is_plain
from indexer.text.snippets import Range, Span
from indexer.text.wanted import Wanted

JUDGED = 10
"""How many of the first are asked whether there is an answer, however few are wanted."""

ANSWERS = 5
"""How many hits are close at most: what comes later is less so, however near by itself."""


class _Asked(Struct, frozen=True):
    """A question, its words that score, all terms that are marked, and where it has what."""

    question: Question
    words: Mapping[str, Range]
    marked: Collection[str]
    places: Mapping[str, Range]

    def spans(self, level: int, text: str, phrases: Iterable[str]) -> list[Span]:
        """Where a text has what is asked for, and says it as far as its document does."""
        found = snippets.spans(text, self.marked, phrases)
        inside = said(self.question.wanted.sayings, level, text)
        return sorted([*found, *inside]) if inside else found

    def inside(self, level: int, stored: Fetched) -> list[Span]:
        """The same for the text of a passage."""
        return self.spans(level, stored.passage.text, _phrases(self.question.wanted, stored))

    def found(self, level: int, stored: Fetched, inside: Sequence[Span]) -> list[Found]:
        """The words of the question in passage, heading and title."""
        phrases = self.question.wanted.phrases
        names = (stored.passage.heading, stored.title)
        named = ((name, self.spans(level, name, phrases)) for name in names)
        texts = ((stored.passage.text, inside), *named)
        stems = {*filter(is_plain, self.marked)}
        return found_words(self.question.text, self.places, stems, texts)


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
    asked = _asked(question)
    passages = [gone_on(wanted, one.level, stored[one.passage]) for one in ranked[:limit]]
    levels = [one.level for one in ranked[:limit]]
    spans = list(map(asked.inside, levels, passages))
    meeting = Meeting(question.read.words, ranking.gains, texts)
    parts = answering(question, levels, passages, spans, asked.marked, meeting)
    told = list(map(asked.found, levels, passages, spans))
    found = zip(ranked[:limit], passages, spans, parts, told, strict=True)
    hits = [_hit(asked, *each) for each in found]

    def is_whole(place: int, one: Ranked) -> bool:
        each = stored[one.passage]
        if wanted.quoted or not _may_be_whole(asked.words, each):
            return False
        if place >= limit:
            return are_all(asked.found(one.level, each, asked.inside(one.level, each)), asked.words)
        return are_all(told[place], asked.words)

    wholes = [is_whole(*each) for each in enumerate(ranked[:JUDGED])]
    first = zip(ranked[:1], wholes, strict=False)
    exactly = any(one.level >= EXACT or (one.level >= ALIKE and whole) for one, whole in first)
    apart = max((one.level for one in ranked[:ANSWERS]), default=NOTHING) == RARE
    settled = (exactly or apart) and _asks_exactly(question, asked.words)
    near = [
        one.exact or one.level >= EXACT
        if wanted.named or (wanted.quoted and not exactly)
        else (whole or _near(one, question.calibration))
        and (one.lexical > 0 or one.exact or one.level > NOTHING or not settled)
        for one, whole in zip(ranked, wholes, strict=False)
    ]
    offered = any(near) and not settled
    close = _close(ranked, near, question.calibration.related if offered else math.inf)
    return [replace(hit, close=place < close) for place, hit in enumerate(hits)]


def _asked(question: Question) -> _Asked:
    wanted = question.wanted
    words = snippets.spellings(question.text, question.terms)
    marked = {*words, *(term for term in wanted.spelled if term[0] != STOP)}
    sayings = {saying.pattern: saying.place for saying in wanted.sayings}
    return _Asked(
        question, words, marked, {**_places(question, marked), **wanted.phrases, **sayings}
    )


def _places(question: Question, marked: Collection[str]) -> dict[str, Range]:
    """Where the question has each term, or the one of which it is another spelling."""
    spelled = question.wanted.spelled
    at = snippets.spellings(question.text, {*marked, *spelled.values()})
    return {other: at[form] for other, form in spelled.items() if form in at} | at


def _phrases(wanted: Wanted, stored: Fetched) -> list[str]:
    """The phrases that a passage may say: to look for one takes far longer than to see this."""
    if not wanted.phrased:
        return []
    terms = list(dict.fromkeys(chain.from_iterable(wanted.phrased.values())))
    held = np.isin(keys(terms), stored.keys)
    there = {term for term, inside in zip(terms, held, strict=True) if inside}
    return [phrase for phrase, each in wanted.phrased.items() if there.issuperset(each)]


def _asks_exactly(question: Question, words: Collection[str]) -> bool:
    """Whether all that is asked for, or a phrase, is meant as it is written."""
    wanted = question.wanted
    return bool(wanted.phrases) or wanted.spelled.keys() >= set(words)


def _close(ranked: Sequence[Ranked], near: Sequence[bool], related: float) -> int:
    """How many of the first are close: those that are near, and others from this cosine on."""
    last = 0
    for place, (one, by_itself) in enumerate(zip(ranked, near, strict=False), 1):
        if place <= ANSWERS and (by_itself or one.cosine >= related):
            last = place
    return last


def _hit(
    asked: _Asked,
    ranked: Ranked,
    stored: Fetched,
    spans: Sequence[Span],
    part: Part,
    told: Iterable[Found],
) -> Hit:
    """A hit not judged yet; `told` are the words of the question in passage, heading and title."""
    passage = stored.passage
    text = shown(passage, part, spans)
    inside = (
        snippets.within(spans, (part.start, part.end))
        if part.start < part.end
        else asked.spans(ranked.level, text, asked.question.wanted.phrases)
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
            words=written(told),
        ),
    )


def _near(ranked: Ranked, known: Calibration) -> bool:
    """Whether it is an answer by itself, without every word of the question."""
    by_words = ranked.cosine >= known.nearly and ranked.met >= known.met
    return ranked.exact or ranked.cosine >= known.near or by_words or ranked.level >= EXACT


def _may_be_whole(words: Collection[str], stored: Fetched) -> bool:
    """Whether the terms of all are in the passage, its heading or the title."""
    titled = all_terms(stored.title)
    inside = np.isin(keys(words), stored.keys)
    return bool(words) and all(
        each or term in titled for term, each in zip(words, inside, strict=True)
    )
