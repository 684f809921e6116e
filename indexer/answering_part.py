"""The part of a passage that answers: what a hit shows, and whose heading it links to."""

from collections.abc import Collection, Container, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer import snippets
from indexer.analysis import distinct, terms
from indexer.document import Part
from indexer.late_interaction import Words, nearness
from indexer.snippets import Span
from indexer.stored import Fetched
from indexer.threads import one_thread


class Meeting(Struct, frozen=True):
    """What can meet word by word: a question, what each of its words weighs, and passages.

    `question` has shape (words, dimension), `gains` one number for each of these words; `texts` has
    the words of passages by the hashes of their texts, as many as are known.
    """

    question: Words
    gains: NDArray[np.float64]
    texts: Mapping[bytes, Words]


def answering(
    passages: Sequence[Fetched],
    spans: Sequence[Sequence[Span]],
    marked: Container[str],
    phrases: Collection[str],
    meeting: Meeting,
) -> list[Part]:
    """Of each passage the part that has the most different `marked` terms and `phrases`.

    Those in its heading count. Among equals one that has text of its own, then the one to whose
    words those of the question come nearest, then the first. `spans` are where the text of each
    passage has what is counted.
    """
    best = [
        _best(one.passage.parts, each, marked, phrases)
        for one, each in zip(passages, spans, strict=True)
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


def _best(
    parts: Sequence[Part], spans: Sequence[Span], marked: Container[str], phrases: Collection[str]
) -> Sequence[Part]:
    """Those of the parts that have the most and, if any of them has, text."""
    if len(parts) == 1:
        return parts

    def found(part: Part) -> tuple[int, bool]:
        inside = {term for start, _, term in spans if part.start <= start < part.end}
        inside.update(term for *_, term in snippets.spans(part.heading, marked, phrases))
        return len(inside), part.start < part.end

    has = list(map(found, parts))
    most = max(has)
    return [part for part, each in zip(parts, has, strict=True) if each == most]


def _words(stored: Fetched, parts: Sequence[Part], words: Words | None) -> list[Words]:
    """Those of each part and its heading; nothing unless all of the passage are known.

    `words` are those of the distinct terms of title, heading and text, in this order. What was too
    long for the model, or not read by it, is missing there, so that counts differ.
    """
    passage = stored.passage
    whole = distinct(f"{stored.title}\n{passage.heading}\n{passage.text}")
    if words is None or len(words) != len(whole):
        return []
    rows = {term: row for row, term in enumerate(whole)}
    texts = (f"{part.heading}\n{passage.text[part.start : part.end]}" for part in parts)
    return [words[[rows[term] for term in terms(text) if term in rows]] for text in texts]
