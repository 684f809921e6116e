"""What each page and answer weighs and takes in a large community.

    python -m benchmarks.large_base [--entries N] [--tags N] [--about N] [--people N]

Commands write the log of a base with many entries and tags, one entry with many endorsements and
reuses, and as many members as groups, of which one member is in all and one group has all; then
its pages are asked for in process, five times each. There is no index, as none of these pages
needs one.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from litestar import Litestar
from litestar.testing import TestClient

from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from indexer.embedding.testing import HashEmbedder
from kb.access import Principal, of_member, operator
from kb.areas import build_codec
from kb.endorsements.service import Endorsements
from kb.entries.content import Content, Draft, Section
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.ids import new_event_id, new_id
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.people.service import People
from kb.reuse.service import Reuses
from kb.storage.data_directory import LOG, VAULT
from kb.writer import Writer
from web.app import create_app

REACH_BYTES = 150_000
TIMES = 5
PAGES = (
    "/",
    "/about",
    "/entries",
    "/entries?sort=reused&page=40",
    "/entries?tag=tag-7",
    "/entries/{id}",
    "/entries/{id}?history=40",
    "/entries/{id}/revise",
    "/entries/new?kind=practice",
    "/search",
    "/reuse?by=group",
    "/api/entries?limit=100",
    "/api/entries/{id}",
    "/api/entries/{id}/history",
    "/api/names?of=tag&beginning=tag-19",
    "/people",
    "/people?name=ada+19",
    "/people/{member}",
    "/groups",
    "/groups?name=ward+19",
    "/groups/{group}",
    "/audit",
    "/audit?page=20",
    "/api/names?of=member-group&beginning=ward+19",
)


def main() -> None:
    """Write, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--tags", type=int, default=20_000)
    parser.add_argument("--about", type=int, default=5_000, help="endorsements, and reuses, of one")
    parser.add_argument("--people", type=int, default=5_000, help="members and groups, 1 or more")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        KnowledgeBase.create(data)
        ids = filled(data, given)
        with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
            base.wait(base.head(), timeout=600)
            print(f"{base.head():,} events", flush=True)
            with TestClient(create_app(base), base_url="http://127.0.0.1") as visitor:
                heaviest = max(shown(visitor, path.format(**ids)) for path in PAGES)
    print(f"the heaviest weighs {heaviest:,} bytes (at most {REACH_BYTES:,} wanted)")


def shown(visitor: TestClient[Litestar], path: str) -> int:
    """Ask for a page and print what it costs; answers its bytes."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = visitor.get(path)
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    size = len(answer.content)
    print(f"{path[:48]:<48} {size:>9,} bytes   {np.median(taken):8.1f} ms", flush=True)
    return size


def filled(data: Path, given: argparse.Namespace) -> dict[str, str]:
    """Write the log; answers the ids of the entry, member and group that there is much about."""
    with SqliteEventLog(data / LOG) as log, SqliteVault(data / VAULT) as vault:
        writer = Writer(
            log,
            build_codec(vault),
            principal=operator(),
            new_event_id=new_event_id,
            settle=lambda _: None,
        )
        community = Entries(writer, load_kinds(), new_id)
        ids = [contributed(community, number, given.tags) for number in range(given.entries)]
        for number in range(given.about):
            principal = Principal(f"m-{number}", operator().roles, operator().labels)
            member = writer.as_(principal)
            Endorsements(member).endorse(ids[0], f"It helped ward {number}.")
            Reuses(member, new_id).record(
                ids[0], group=f"Ward {number}", context="On nights.", outcome="adopted"
            )
        somebody, group = peopled(writer, given.people)
    return {"id": ids[0], "member": somebody, "group": group}


def peopled(writer: Writer, count: int) -> tuple[str, str]:
    """So many groups and members; the id of one who is in all, and of one with all of them."""
    people = People(writer, new_id)
    groups = [people.form_group(f"Ward {number}").id for number in range(count)]
    for number, group in enumerate(groups[1:]):
        people.change_group(group, parent=groups[number // 3])
    members = [people.invite(("member",), groups[:1]).id for _ in range(count)]
    for number, member in enumerate(members):
        new = People(writer.as_(of_member(member, ("member",), ())), new_id)
        new.join(member, Profile(name=f"Ada {number}", help="Handing over at night."))
    for group in groups[1:]:
        people.join_group(group, members[0])
    return members[0], groups[0]


def contributed(community: Entries, number: int, tags: int) -> str:
    """One entry with two tags."""
    text = f"In case {number} we hand over at the bed, and write down what was said."
    sections = (Section("The problem", text), Section("What we do", text))
    draft = Draft(
        kind="practice",
        content=Content(title=f"Handover {number}", sections=sections),
        group=f"Ward {number % 500}",
        tags=(f"tag {number % tags}", f"kind {number % 50}"),
    )
    return community.contribute(draft).id


if __name__ == "__main__":
    main()
