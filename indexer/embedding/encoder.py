"""The transformer: token ids in, vectors out, with all cores busy."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.embedding import attention, linear
from indexer.embedding.embedder import Vectors, Words
from indexer.embedding.threads import wait_asleep

if TYPE_CHECKING:
    from torch import Tensor

BATCH_TOKENS = 1024
"""Tokens per batch with padding: enough to keep a core busy, small enough for its cache."""

DIMENSION = 384

WORD_DIMENSION = 128
"""Dimension of word vectors, in bytes."""

_LARGEST = 127


class Pieces(Struct, frozen=True):
    """A text as word pieces: their ids, the word of each (-1: none), and the count of words."""

    ids: list[int]
    words: NDArray[np.int64]
    count: int


class Encoder:
    """The model in a folder, with the same vectors as sentence-transformers.

    Each batch runs on one core, and as many batches in parallel as there are cores, so that none
    waits for another: splitting a question between two cores is no faster, and waits for the slower
    one when they are busy. Concurrent callers share the cores. A new thread inherits the thread
    count that any thread set last, so it is set at every use.
    """

    def __init__(self, folder: Path, arithmetic: str) -> None:
        wait_asleep()
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        chosen: dict[str, Any] = {"dtype": getattr(torch, arithmetic)}
        if arithmetic == "bfloat16":
            chosen["attn_implementation"] = attention.register()
        whole = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs=chosen
        )
        self._model: Any = whole.transformers_model
        if arithmetic == "bfloat16":
            linear.lay_out(self._model, linear.found())
        self._axes = _axes(self._model)
        self._workers = ThreadPoolExecutor(
            torch.get_num_threads(), "embedding", initializer=torch.set_num_threads, initargs=(1,)
        )

    def encode(self, texts: Sequence[Pieces]) -> list[tuple[Vectors, Words]]:
        """For each text its unit vector, shape (384,), and those of its words, (count, 128)."""
        import torch

        batches = list(_batches([len(text.ids) for text in texts]))
        pieces = [[texts[place] for place in batch] for batch in batches]
        if len(batches) > 1:
            found = list(self._workers.map(self._forward, pieces))
        else:
            torch.set_num_threads(1)
            found = [self._forward(part) for part in pieces]
        places = [place for batch in batches for place in batch]
        encoded = [one for part in found for one in part]
        return [one for _, one in sorted(zip(places, encoded, strict=True), key=itemgetter(0))]

    def _forward(self, texts: Sequence[Pieces]) -> list[tuple[Vectors, Words]]:
        """Normalised means of the last layer in float32, over all pieces and over each word's."""
        import torch

        longest = max(len(text.ids) for text in texts)
        if len(texts) > 1:
            longest += -longest % attention.MULTIPLE
        with torch.inference_mode():
            lengths = torch.tensor([len(text.ids) for text in texts])
            ids = torch.tensor([[*text.ids, *([0] * (longest - len(text.ids)))] for text in texts])
            kept = torch.arange(longest) < lengths[:, None]
            mask = _added(kept, self._model.dtype) if len(texts) > 1 else None
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            sums = torch.einsum("btd,bt->bd", states, kept.float())
            vectors = torch.nn.functional.normalize(sums, dim=1).numpy()
            reduced = states @ self._axes
            words = [_words(text, part) for text, part in zip(texts, reduced, strict=True)]
        return list(zip(vectors, words, strict=True))


def _words(text: Pieces, states: "Tensor") -> Words:
    """The sums of the states of each word's pieces, scaled to the range of a byte."""
    import torch

    inside = torch.from_numpy(np.flatnonzero(text.words >= 0))
    sums = torch.zeros(text.count, states.shape[1])
    sums.index_add_(0, torch.from_numpy(text.words)[inside], states[inside])
    largest = sums.abs().amax(dim=1, keepdim=True).clamp_(min=1e-9)
    words: Words = (sums * (_LARGEST / largest)).round_().to(torch.int8).numpy()
    return words


def _axes(model: Any) -> "Tensor":
    """The first `WORD_DIMENSION` principal axes of the model's word pieces, shape (384, 128).

    They keep most of the differences between words. Their signs are fixed, because stored words
    must match those of a question asked on another machine.
    """
    import torch

    pieces = model.get_input_embeddings().weight.detach().double()
    axes = torch.linalg.eigh(pieces.T @ pieces).eigenvectors[:, -WORD_DIMENSION:]
    largest = axes.gather(0, axes.abs().argmax(dim=0, keepdim=True))
    return torch.mul(axes, largest.sign()).float()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes of texts of similar length, the longest first, up to `BATCH_TOKENS` per batch."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _added(kept: "Tensor", dtype: Any) -> "Tensor":
    """Additive attention mask: 0 for tokens, the lowest number for padding."""
    import torch

    added = torch.zeros(kept.shape, dtype=dtype)
    return added.masked_fill_(~kept, torch.finfo(dtype).min)[:, None, None, :]
