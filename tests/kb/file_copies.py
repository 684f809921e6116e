"""Copies of the files of a data directory, as they were elsewhere or at another time."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from uuid_utils.compat import uuid7

from events.event import NewEvent, StreamWrite
from kb.knowledge_base import KnowledgeBase
from tests.worlds.base import id_of, joined, opened, practice
from tests.worlds.log import everything

PAGE = Path(__file__).parents[2] / "docs" / "operators" / "data-directory.md"
COPIES = ("older", "newer", "fork", "other", "empty", "missing")
ROW = re.compile(
    r"^\| `([\w./]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M
)
CASES = [
    (name.rstrip("/"), copy, cell.strip())
    for name, *cells in ROW.findall(PAGE.read_text("utf-8"))
    for copy, cell in zip(COPIES, cells, strict=True)
]


def copied(file: Path, to: Path) -> None:
    """Put a copy of `file`, which may be in use, in the place of `to`, as backups make them."""
    for end in ("", "-wal", "-shm"):
        to.with_name(to.name + end).unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as db:
        db.execute("VACUUM INTO ?", (str(to),))


def unknown(base: KnowledgeBase, stream: str) -> None:
    """Record something that this program does not know, so that it is put aside."""
    event = NewEvent(
        id=uuid7(),
        type="entry-praised",
        schema_version=1,
        data=b"{}",
        actor="ada",
        correlation_id=uuid7(),
    )
    log = base.parts.log
    log.append(StreamWrite(stream, [event], len(log.read_stream(stream))))


def settled(base: KnowledgeBase) -> None:
    base.session.drafts.save(str(uuid7()), {"title": "Begun"}, number=0, kind="practice")
    base.session.search("bedside handover")
    base.wait(base.head(), index=True)


def made_copies(folder: Path) -> Path:
    """Folders: `older` and `newer`, the same base at two times, and `other`, another base.

    And `fork`, a copy of the older one that went on by itself.
    """
    for name in ("base", "other"):
        KnowledgeBase.create(folder / name)
    with opened(folder / "base") as base:
        member = id_of(joined(base, name="Ada"))
        first = practice(base.session, "Bedside handover")
        unknown(base, f"entry-{first}")
        ends = datetime.now(UTC) + timedelta(days=9)
        token, _ = base.as_(everything(member)).credentials.make_token(
            member, ["search"], "notes", ends
        )
        settled(base)
    for name in ("older", "fork"):
        shutil.copytree(folder / "base", folder / name)
    with opened(folder / "fork") as base:
        id_of(joined(base, name="Fay"))
        entry_id = practice(base.session, "Fire drill")
        unknown(base, f"entry-{entry_id}")
        base.as_(everything(member)).credentials.make_token(member, ["search"], "elsewhere", ends)
        settled(base)
    with opened(folder / "base") as base:
        id_of(joined(base, name="Ben"))
        second = practice(base.session, "Quiet hour")
        unknown(base, f"entry-{second}")
        base.as_(everything(member)).credentials.revoke_token(token)
        settled(base)
    opened(folder / "base").close()
    shutil.move(folder / "base", folder / "newer")
    with opened(folder / "other") as base:
        member = id_of(joined(base, name="Eve"))
        entry_id = practice(base.session, "Night shift")
        unknown(base, f"entry-{entry_id}")
        base.as_(everything(member)).credentials.make_token(member, ["search"], "notes", ends)
        settled(base)
    return folder


def placed(copies: Path, data: Path, *wrong: tuple[str, str]) -> None:
    """Make `data` with these files as these copies: a newer one lies beside an older rest."""
    rest = "older" if "newer" in dict(wrong).values() else "newer"
    shutil.copytree(copies / rest, data)
    for name, copy in wrong:
        for path in data.glob(f"{name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if copy == "empty" and name == "index":
            (data / name).mkdir()
        elif copy == "empty":
            (data / name).touch()
        elif copy != "missing":
            for path in (copies / copy).glob(f"{name}*"):
                place = data / path.name
                shutil.copytree(path, place) if path.is_dir() else shutil.copy(path, place)


def contents(data: Path) -> dict[str, bytes]:
    """The files that hold anything, without what SQLite and locks leave beside them."""
    files = (path for path in data.rglob("*") if path.is_file())
    passing = ("-wal", "-shm", ".lock")
    return {
        str(path.relative_to(data)): path.read_bytes()
        for path in files
        if not path.name.endswith(passing)
    }


Seen = tuple[list[tuple[str, str]], list[list[str]], list[tuple[str, int]]]
"""Ids and titles of entries, the ids that searches find, and the events that are kept aside."""


def seen(base: KnowledgeBase) -> Seen:
    """What lists and searches show of the base."""
    base.wait(base.head(), index=True)
    titles = [(item.id, item.title) for item in base.session.catalogue.browse().items]
    hits = [
        [result.id for result in base.session.search(question, settled=False).results]
        for question in ("bedside handover", "quiet hour", "night shift")
    ]
    parked = [(each.projection, each.position) for each in base.status().parked]
    return titles, hits, parked
