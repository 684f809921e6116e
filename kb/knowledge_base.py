"""The one object that people script against and that the command line and the web use: it puts the parts together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from kb.entries.catalogue import Catalogue
from kb.reuse.report import Reports
from kb.search import Answer
from kb.settings import Settings
from kb.status import Status

if TYPE_CHECKING:
    from indexer.embedder import Embedder

Notice = Callable[[str], None]
Progress = Callable[[str, int, int], None]


class KnowledgeBase:
    """A data directory, opened: commands, queries and search. A context manager; usable from any thread."""

    settings: Settings
    kinds: Mapping[str, Any]  # kb.entries.kinds.Kind
    entries: Any  # kb.entries.service.Entries
    endorsements: Any  # kb.endorsements.service.Endorsements
    reuses: Any  # kb.reuse.service.Reuses
    catalogue: Catalogue
    reports: Reports

    @classmethod
    def create(cls, path: str | Path, *, settings: Settings | None = None) -> None:
        """Make a new data directory at `path`, which must be empty or absent. Raises `DataDirectoryError`."""
        raise NotImplementedError

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        settings: Settings | None = None,
        embedder: "Embedder | None" = None,
        notice: Notice | None = None,
    ) -> Self:
        """Open the data directory at `path`. `notice` is told what takes long or was repaired, a sentence each."""
        raise NotImplementedError

    def search(
        self,
        question: str,
        *,
        kinds: Sequence[str] = (),
        tags: Sequence[str] = (),
        groups: Sequence[str] = (),
        archived: bool | None = False,
        limit: int = 10,
    ) -> Answer:
        """The entries that answer `question`, among all that is in the log now. Raises `InvalidInput`."""
        raise NotImplementedError

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep views and index up in the background for as long as the block runs."""
        raise NotImplementedError

    def start_following(self) -> None:
        """Keep views and index up in the background until `close`."""
        raise NotImplementedError

    def wait(self, position: int, *, index: bool = False, timeout: float | None = None) -> None:
        """Return when views (and the index) hold `position`. Raises `NotYetSearchable`."""
        raise NotImplementedError

    def rebuild(
        self, what: Literal["views", "index", "all"] = "all", progress: Progress | None = None
    ) -> None:
        """Make views, index or both anew from the log and swap them in; `progress` gets (what, done, of)."""
        raise NotImplementedError

    def status(self) -> Status:
        """Positions, lag, sizes and troubles."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of everything; the background work ends first."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
