"""When the log cannot be used, commands raise an error of the knowledge base."""

import pytest

from events.errors import LogFormatError, LogUnavailable
from kb.errors import DataDirectoryError
from tests.worlds.log import World, some_draft


@pytest.mark.parametrize("kind", [LogUnavailable, LogFormatError])
@pytest.mark.parametrize("name", ["append", "read_stream"])
def test_a_log_that_cannot_be_used_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: type[Exception]
) -> None:
    def broken(*_: object) -> None:
        raise kind("The disk is full: free some space.")

    world = World()
    monkeypatch.setattr(world.log, name, broken)
    with pytest.raises(DataDirectoryError, match="free some space"):
        world.entries.contribute(some_draft())
