"""The transformer: token ids in, vectors out, with all cores busy."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer import attention

if TYPE_CHECKING:
    from torch import Tensor

BATCH_TOKENS = 1024
"""Tokens of one batch with padding: enough to keep a core busy, small enough for caches."""

DIMENSION = 384


class Encoder:
    """The model of a folder, loaded when made, with its vectors as sentence-transformers has them.

    A single batch is computed by all cores, several by one core each, because that leaves no core
    waiting for another; whoever calls at the same time shares these cores. A new thread computes
    with as many cores as any thread set last, so a caller's number is set at every use.
    """

    def __init__(self, folder: Path, arithmetic: str) -> None:
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
        self._model: Any = whole[0].auto_model
        self._cores = torch.get_num_threads()
        self._workers = ThreadPoolExecutor(
            self._cores, "embedding", initializer=torch.set_num_threads, initargs=(1,)
        )

    def encode(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384) of texts given as token ids, in their order."""
        import torch

        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        batches = list(_batches([len(ids) for ids in texts]))
        tokens = [[texts[place] for place in batch] for batch in batches]
        if len(batches) > 1:
            found = list(self._workers.map(self._forward, tokens))
        else:
            torch.set_num_threads(self._cores)
            found = [self._forward(part) for part in tokens]
        for batch, part in zip(batches, found, strict=True):
            vectors[batch] = part
        return vectors

    def _forward(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The normalised means of the last layer, in float32."""
        import torch

        longest = max(map(len, tokens))
        if len(tokens) > 1:
            longest += -longest % attention.MULTIPLE
        with torch.inference_mode():
            lengths = torch.tensor([len(ids) for ids in tokens])
            ids = torch.tensor([[*text, *([0] * (longest - len(text)))] for text in tokens])
            kept = torch.arange(longest) < lengths[:, None]
            mask = _added(kept, self._model.dtype) if len(tokens) > 1 else None
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            sums = torch.einsum("btd,bt->bd", states.float(), kept.float())
            vectors: NDArray[np.float32] = torch.nn.functional.normalize(sums, dim=1).numpy()
        return vectors


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts of like length, the longest first, within `BATCH_TOKENS` a batch."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _added(kept: "Tensor", dtype: Any) -> "Tensor":
    """What attention adds to its weights: nothing for tokens, the lowest number for padding."""
    import torch

    added = torch.zeros(kept.shape, dtype=dtype)
    return added.masked_fill_(~kept, torch.finfo(dtype).min)[:, None, None, :]
