"""Reorders the head of a ranking by a reranker, within levels.

Nogueira and Cho, Passage Re-ranking with BERT, 2019.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.reranker import Reranker
from indexer.ranking.evidence import Passages
from indexer.stored.rows import Fetched

RERANKED = 20
"""Documents at the head that the reranker reads."""


def reranked(
    question: str,
    order: Sequence[int],
    fused: NDArray[np.float64],
    levels: NDArray[np.int64],
    passages: Mapping[int, int],
    stored: Passages,
    reranker: Reranker,
) -> NDArray[np.float64]:
    """`fused` with the scores of the first of `order` redistributed within each level.

    The document that the reranker prefers gets the highest score of its level, and so on. So higher
    levels stay first, and documents that were not read stay behind. `passages` maps each place to
    the number of the document's best passage.
    """
    first = order[:RERANKED]
    fetched = stored.fetch([passages[place] for place in first])
    read = [place for place in first if passages[place] in fetched]
    found = fused.copy()
    if not read:
        return found
    scores = reranker.scores(question, [_text(fetched[passages[place]]) for place in read])
    liked = dict(zip(read, scores.tolist(), strict=True))
    for _, alike in groupby(read, key=lambda place: int(levels[place])):
        places = list(alike)
        best = sorted(places, key=lambda place: -liked[place])
        found[best] = fused[places]
    return found


def _text(one: Fetched) -> str:
    lines = (one.title, one.passage.heading, one.passage.text)
    return "\n".join(filter(None, lines))
