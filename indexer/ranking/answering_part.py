"""Chooses the part of a passage that a hit shows, and whose heading it links to."""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from indexer.document import Part, Passage
from indexer.embedding.embedder import Words
from indexer.embedding.threads import one_thread
from indexer.ranking.maxsim import nearness
from indexer.ranking.ranking import Question
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text import snippets
from indexer.text.analysis import all_terms, distinct, name_key, terms
from indexer.text.names import likeness
from indexer.text.passages import REACH
from indexer.text.sayings import ELSE, Saying
from indexer.text.snippets import Span
from indexer.text.wanted import Wanted


class Meeting(Struct, frozen=True):
    """Word vectors to compare: of a question, with weights, and of passages.

    `question` has shape (words, dimension), `gains` one number for each of these words; `texts` has
    the words of known passages by the hashes of their texts.
    """

    question: Words
    gains: NDArray[np.float64]
    texts: Mapping[bytes, Words]


def answering(
    question: Question,
    levels: Sequence[int],
    passages: Sequence[Fetched],
    spans: Sequence[Sequence[Span]],
    marked: Container[str],
    whole: Mapping[str, str],
    meeting: Meeting,
) -> list[Part]:
    """For each passage the part whose heading is the question, or that has most of it.

    That is the most words as they are asked for, see `Wanted.whole`, then the most distinct
    `marked` terms, phrases and sayings, in its heading too. A part with
    the signs of the question as typed precedes a heading without them. Ties go to a part with text
    of its own, then to the one with the nearest words, then to the first. `spans` are those of each
    passage's text, `levels` those of their documents.
    """
    best = [
        _best(question, level, one.passage.parts, each, marked, whole)
        for level, one, each in zip(levels, passages, spans, strict=True)
    ]
    words = [
        _words(one, equal, meeting.texts.get(one.text_hash)) if len(equal) > 1 else []
        for one, equal in zip(passages, best, strict=True)
    ]
    with one_thread():
        near = iter(nearness(meeting.question, meeting.gains, list(chain(*words))).tolist())
    return [
        max(equal, key=lambda part: next(near)) if each else equal[0]
        for equal, each in zip(best, words, strict=True)
    ]


def gone_on(wanted: Wanted, level: int, stored: Fetched) -> Fetched:
    """The passage, extended to the line in which a phrase or saying that begins in it ends."""
    passage = stored.passage
    if not passage.after or not (wanted.phrases or wanted.sayings):
        return stored
    end, text = len(passage.text), passage.text + passage.after
    near = passage.text[-REACH:]
    said_there = f" {name_key(near + passage.after)} "
    phrases = [phrase for phrase in wanted.phrases if f" {phrase} " in said_there]
    spans = [*snippets.phrase_spans(near + passage.after, phrases)] if phrases else []
    spans += said(wanted.sayings, level, near + passage.after)
    over = [stop for start, stop, _ in spans if start < len(near) < stop]
    if not over:
        return stored
    line_end = text.find("\n", end + max(over) - len(near))
    text = text if line_end < 0 else text[:line_end]
    parts = (*passage.parts[:-1], replace(passage.parts[-1], end=len(text)))
    found = np.union1d(stored.keys, keys(all_terms(passage.after)))
    return stored._replace(passage=replace(passage, text=text, parts=parts), keys=found)


def shown(passage: Passage, part: Part, spans: Sequence[Span]) -> str:
    """The text of `part`, or if it has none, that under its deeper headings.

    If the passage ends with its heading, the text after the passage. A heading with nothing below
    it that matches together with the next ones, by `spans`, shows these.
    """
    text = passage.text
    if part.start < part.end:
        return text[part.start : part.end]
    if part.beneath:
        return text[part.end + len(part.heading) : part.beneath].strip()
    if passage.after and part == passage.parts[-1]:
        return passage.after.strip()
    over = ((start, end) for start, end, _ in spans if "\n" in text[start:end])
    first, last = next(over, (0, 0))
    before, _, _ = text[last:].partition("\n")
    return text[text.rfind("\n", 0, first) + 1 : last] + before if last else ""


def said(sayings: Iterable[Saying], level: int, text: str) -> list[Span]:
    """The places in `text` of the sayings of this level."""
    return [
        (start, end, saying.pattern)
        for saying in sayings
        if level in ((saying.level, ELSE) if saying.unless else (saying.level,))
        for start, end in saying.places(text)
    ]


def _best(
    question: Question,
    level: int,
    parts: Sequence[Part],
    spans: Sequence[Span],
    marked: Container[str],
    whole: Mapping[str, str],
) -> Sequence[Part]:
    """The parts with the most matches; those with text, if any."""
    if len(parts) == 1:
        return parts
    wanted = question.wanted
    signed = {each.pattern for each in wanted.sayings if each.signed}

    def found(part: Part) -> tuple[bool, bool, int, tuple[int, int], bool]:
        inside = {term for start, _, term in spans if part.start <= start < part.end}
        titled = snippets.spans(part.heading, marked, wanted.phrases)
        inside.update(term for *_, term in (*titled, *said(wanted.sayings, level, part.heading)))
        alike = likeness(question.text, part.heading)
        typed = not signed.isdisjoint(inside)
        most = snippets.asked_for(inside, whole)
        return alike > 1, typed, alike, most, part.start < part.end

    has = list(map(found, parts))
    most = max(has)
    return [part for part, each in zip(parts, has, strict=True) if each == most]


def _words(stored: Fetched, parts: Sequence[Part], words: Words | None) -> list[Words]:
    """The word vectors of each part with its heading; none unless all of the passage are known.

    `words` are those of the distinct terms of title, heading and text, in this order. Terms that
    the model did not read are missing, so that the counts differ.
    """
    passage = stored.passage
    whole = distinct(f"{stored.title}\n{passage.heading}\n{passage.text}")
    if words is None or len(words) != len(whole):
        return []
    rows = {term: row for row, term in enumerate(whole)}
    texts = (f"{part.heading}\n{passage.text[part.start : part.end]}" for part in parts)
    return [words[[rows[term] for term in terms(text) if term in rows]] for text in texts]
