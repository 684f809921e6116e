"""What `kb serve` writes to standard error is its log alone, and each line of it is JSON."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result

from kb import Session
from kb.errors import DataDirectoryError
from tests.web.serving import get

SECRET = "quinces-of-aunt-Odile"


def test_serve_writes_json_to_standard_error_when_asked(run: Callable[..., Result]) -> None:
    result = run("--port", "0", visit=lambda url: get(url, f"/about?q={SECRET}"))
    [line] = result.stderr.splitlines()
    assert msgspec.json.decode(line)["route"] == "/about"
    assert SECRET not in result.output


def test_what_serve_says_to_the_operator_is_not_in_the_log(
    run: Callable[..., Result], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise DataDirectoryError("No model.")

    monkeypatch.setattr(Session, "search", missing)
    monkeypatch.setenv("KB_SIGN_IN", "password")
    (data / "views.sqlite").write_bytes(b"no database at all")
    result = run("--port", "0", visit=lambda _: None)
    said = ("views are made anew", "Serving on", "The first steward joins", "No model.", "Stopped.")
    assert [each for each in said if each not in result.stdout] == []
    assert result.stderr == ""
