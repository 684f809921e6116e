"""One stored payload of each type and schema version of events, as logs have had them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from events.event import RecordedEvent
from tests.contracts.event_log import recorded_event

GOLDEN = Path(__file__).parent / "kb" / "golden"
ENTRY = "5d1f0c52-6b1a-5b0e-8a3c-0d6a4f0f6a11"
STREAM, ACTOR, EVENT = f"entry-{ENTRY}", "ada", UUID("01890000-0000-7000-8000-000000000001")
"""Where the golden payloads stand in a log; their sealed fields open nowhere else."""


def golden(name: str) -> dict[str, Any]:
    """The file of a type and version, e.g. entry-tagged-1."""
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    return loaded


def stored_event(stored: dict[str, Any]) -> RecordedEvent:
    """What a golden file holds, as a log answers it."""
    data = json.dumps(stored["data"]).encode()
    name, version = stored["type"], stored["schema_version"]
    return recorded_event(name, version, data, id=EVENT, stream=STREAM, actor=ACTOR)
