"""No handler takes the session of the one who opened the base, who may be the operator."""

from pathlib import Path

import web

WHO_MAY = {"visit.py", "cli.py"}
"""What finds out who asks, and what serves."""


def test_handlers_act_in_the_session_of_their_request_alone() -> None:
    files = Path(web.__file__).parent.rglob("*.py")
    taking = {path.name for path in files if "base.session" in path.read_text("utf-8")}
    assert taking == WHO_MAY
