"""The packaged sentence-transformers model; its weights are loaded when needed."""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import regex

from indexer.embedding.calibration import MINILM
from indexer.embedding.embedder import Embedded, Vectors, stacked
from indexer.embedding.encoder import DIMENSION, WORD_DIMENSION, Encoder, Pieces
from indexer.embedding.model_files import PACKAGE, TOKENIZER, check, check_all, fingerprint
from indexer.errors import ModelUnavailable
from indexer.text import analysis

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Arithmetic = Literal["bfloat16", "float32"]

VERSION = 2
"""Bumped when the same weights give other vectors (pooling, length, normalising)."""

# The model knows single Greek letters, but no Greek words.
_UNREAD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"|[\p{L}--\p{Latin}].*[\p{L}--\p{Latin}]",
    regex.VERSION1 | regex.DOTALL,
)

_CPU_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}


class ModelEmbedder:
    """all-MiniLM-L6-v2 with mean pooling; the vectors are those of sentence-transformers.

    It is its own token encoder, as its last layer gives the word vectors. Counting tokens and the
    fingerprint need neither torch nor the weights. `arithmetic` defaults to bfloat16 where the
    processor supports it, and to float32 elsewhere. Raises `ModelUnavailable` if the package is
    missing, or later if one of its files is not the expected one.
    """

    calibration = MINILM
    dimension = DIMENSION
    word_dimension = WORD_DIMENSION

    def __init__(self, folder: Path | None = None, arithmetic: Arithmetic | None = None) -> None:
        self._folder = folder or model_folder()
        self._arithmetic: Arithmetic = arithmetic or native_arithmetic()
        self._loading = Lock()

    @property
    def fingerprint(self) -> str:
        """Model, all its files, arithmetic, length and version of the method."""
        length = self.calibration.lengths.passage
        return f"all-MiniLM-L6-v2/{fingerprint()}/{self._arithmetic}/{length}/{VERSION}"

    @property
    def token_encoder(self) -> Self:
        """Itself."""
        return self

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The places of word pieces; characters that the tokenizer drops are in none."""
        encodings = _encoded(self._tokenizer_whole, texts, special=False)
        return [encoding.offsets for encoding in encodings]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors; of a text longer than 256 tokens only the beginning counts."""
        return stacked(self.encode(texts), self.dimension)

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """The vectors of `embed`, with those of the words that it reads."""
        encoder = self._encoder
        cut = _encoded(self._tokenizer_cut, texts)
        read = [_pieces(text, encoding) for text, encoding in zip(texts, cut, strict=True)]
        encoded = encoder.encode([pieces for _, pieces in read])
        return [
            Embedded(vector, terms, words)
            for (terms, _), (vector, words) in zip(read, encoded, strict=True)
        ]

    def share(self, text: str) -> float:
        """The share of words in Latin script: of others the model has only single letters."""
        if text.isascii():
            return 1.0
        read = [_is_read(word.text) for word in analysis.words(text)]
        return sum(read) / len(read) if read else 1.0

    def warm(self) -> None:
        """Load the weights and compute one vector, which sets up the threads; once is enough."""
        if "_loaded" not in self.__dict__:
            self.embed(["warm"])

    @cached_property
    def _tokenizer_whole(self) -> "Tokenizer":
        tokenizer = self._tokenizer()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _tokenizer_cut(self) -> "Tokenizer":
        tokenizer = self._tokenizer()
        tokenizer.enable_truncation(self.calibration.lengths.passage)
        return tokenizer

    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        check(self._folder, [TOKENIZER])
        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.no_padding()
        return tokenizer

    @property
    def _encoder(self) -> Encoder:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Encoder:
        check_all(self._folder)
        return Encoder(self._folder, self._arithmetic)


def _is_read(word: str) -> bool:
    """Whether the model's vocabulary has more of a word than its letters."""
    return word.isascii() or not _UNREAD.search(word)


def _encoded(
    tokenizer: "Tokenizer", texts: Sequence[str], *, special: bool = True
) -> "list[Encoding]":
    """The word pieces of each text; a single one is encoded without the tokenizer's threads."""
    if len(texts) == 1:
        return [tokenizer.encode(texts[0], add_special_tokens=special)]
    return tokenizer.encode_batch(list(texts), add_special_tokens=special)


def _pieces(text: str, encoding: "Encoding") -> tuple[tuple[str, ...], Pieces]:
    """The terms in the encoded part of `text`, and the term of each piece."""
    starts, ends = np.array(encoding.offsets).reshape(-1, 2).T
    spans = [
        span
        for span in analysis.spans(text)
        if span[0] < ends.max(initial=0) and _is_read(text[span[0] : span[1]])
    ]
    numbers: dict[str, int] = {}
    of_span = np.array([numbers.setdefault(term, len(numbers)) for _, _, term in spans] or [-1])
    begins = np.array([start for start, _, _ in spans] or [0])
    stops = np.array([end for _, end, _ in spans] or [0])
    place = np.searchsorted(begins, starts, side="right") - 1
    inside = (place >= 0) & (starts < stops[place]) & (starts < ends)
    return tuple(numbers), Pieces(encoding.ids, np.where(inside, of_span[place], -1), len(numbers))


def model_folder() -> Path:
    """The folder of the packaged model, without importing it. Raises `ModelUnavailable`."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The embedding model is not installed: install the package {package}.", package=PACKAGE
        )
    return Path(spec.origin).parent / "model"


def native_arithmetic(cpuinfo: Path = Path("/proc/cpuinfo")) -> Arithmetic:
    """bfloat16 if the processor is known to multiply in it, else float32."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return "float32"
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return "bfloat16" if _CPU_FLAGS & set(flags.split()) else "float32"
