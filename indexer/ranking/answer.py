"""Turns a ranking into hits, and judges which of the first are close enough to be answers."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, compress

from msgspec import Struct
from msgspec.structs import replace

from indexer.document import Hit, Part, ScoreParts
from indexer.embedding.calibration import Calibration
from indexer.embedding.embedder import Words
from indexer.ranking.answering_part import Meeting, answering, gone_on, said, shown
from indexer.ranking.evidence import ALIKE, EXACT, NOTHING, RARE
from indexer.ranking.found_words import Found, are_all, found_words, written
from indexer.ranking.ranking import Question, Ranked, Ranking
from indexer.ranking.tagged import ANSWERS
from indexer.resident.postings import among
from indexer.stored.rows import Fetched
from indexer.text import snippets
from indexer.text.analysis import STOP, all_terms, is_plain
from indexer.text.snippets import Range, Span
from indexer.text.wanted import Wanted

JUDGED = 10
"""Documents judged to find whether there is an answer, however few hits are wanted."""


class _Asked(Struct, frozen=True):
    """A question, its scoring words, all terms to mark, the places of these in it, and `whole`
    words as `Wanted.whole` has them.
    """

    question: Question
    words: Mapping[str, Range]
    marked: Collection[str]
    places: Mapping[str, Range]
    whole: Mapping[str, str]

    def spans(self, level: int, text: str, phrases: Iterable[str]) -> list[Span]:
        """The places in `text` of terms, phrases, and sayings of the document's level."""
        found = snippets.spans(text, self.marked, phrases)
        inside = said(self.question.wanted.sayings, level, text)
        return sorted([*found, *inside]) if inside else found

    def inside(self, level: int, stored: Fetched) -> list[Span]:
        """The spans in the text of a passage."""
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
    Hits are `close` up to the last of the first `ANSWERS` that is near, or, when one of the first
    `JUDGED` is near and none has an exact match or a rare word, related. Those ranked between them
    are close too: the ranking knows more than the cosine of one passage. If no document has the
    quoted phrases, only exact names are close. A document without all of a name of several words,
    or of a number, together is not close.
    """
    ranked = ranking.documents
    wanted = question.wanted
    asked = _asked(question)
    passages = [gone_on(wanted, one.level, stored[one.passage]) for one in ranked[:limit]]
    levels = [one.level for one in ranked[:limit]]
    spans = list(map(asked.inside, levels, passages))
    meeting = Meeting(question.read.words, ranking.gains, texts)
    parts = answering(question, levels, passages, spans, asked.marked, asked.whole, meeting)
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
    places = _places(question, marked)
    whole = wanted.whole(places)
    return _Asked(question, words, marked, {**places, **wanted.phrases, **sayings}, whole)


def _places(question: Question, marked: Collection[str]) -> dict[str, Range]:
    """The place in the question of each term, or of the term that it respells."""
    spelled = question.wanted.spelled
    at = snippets.spellings(question.text, {*marked, *spelled.values()})
    return {other: at[form] for other, form in spelled.items() if form in at} | at


def _phrases(wanted: Wanted, stored: Fetched) -> list[str]:
    """The phrases whose terms a passage has all: searching for a phrase takes far longer."""
    if not wanted.phrased:
        return []
    terms = list(dict.fromkeys(chain.from_iterable(wanted.phrased.values())))
    there = {*compress(terms, among(terms, stored.keys))}
    return [phrase for phrase, each in wanted.phrased.items() if there.issuperset(each)]


def _asks_exactly(question: Question, words: Collection[str]) -> bool:
    """Whether the question has a phrase, or wants all its words exactly."""
    wanted = question.wanted
    return bool(wanted.phrases) or wanted.spelled.keys() >= set(words)


def _close(ranked: Sequence[Ranked], near: Sequence[bool], related: float) -> int:
    """The number of close documents: up to the last that is near or has the cosine `related`."""
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
    """A hit before judging; `told` are the words of the question in passage, heading and title."""
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
        snippet_range=snippets.snippet_range(text, inside, whole=asked.whole),
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
    """Whether all terms are in the passage, its heading or the title."""
    left = {*compress(words, ~among(words, stored.keys))}
    return bool(words) and (not left or left.issubset(all_terms(stored.title)))
