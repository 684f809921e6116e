"""From a question to an answer: asks the index and says in plain words why each result was found."""

from collections.abc import Sequence

from msgspec import Struct


class ResultScore(Struct, frozen=True, kw_only=True):
    """What the ranking went by; see `indexer.document.ScoreParts` for the parts."""

    fused: float
    lexical: float
    cosine: float
    exact: bool


class Result(Struct, frozen=True, kw_only=True):
    """An entry found, with the passage that answers.

    `marks` are (start, end) character ranges of `passage`; `snippet_range` is the part worth showing when
    space is short; `why` says in plain words what made it match.
    """

    id: str
    title: str
    kind: str
    group: str | None
    tags: tuple[str, ...]
    archived: bool
    heading: str
    passage: str
    marks: tuple[tuple[int, int], ...]
    snippet_range: tuple[int, int]
    why: str
    score: ResultScore


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to a question; `nothing_close` when no entry is near enough, and `results` is empty then."""

    question: str
    results: tuple[Result, ...]
    nothing_close: bool
    milliseconds: float


class Search:
    """Asks the index on behalf of a member."""

    def __call__(
        self,
        question: str,
        *,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        groups: Sequence[str] = (),
        archived: bool | None = False,
        limit: int = 10,
    ) -> Answer:
        """The entries that answer `question`, best first. Raises `InvalidInput`."""
        raise NotImplementedError
