"""Commands on what is hidden are answered as if its streams were not there, sent again or not."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kb import access
from kb.access import Visibility
from kb.entries.content import Draft, Relation
from kb.errors import NotFound
from kb.ids import id_for_command
from tests.kb.cli_world import CommandLine
from tests.kb.domain_world import ABSENT, World, command, some_content
from tests.kb.hidden_world import answered
from tests.kb.test_cli_people import joined
from tests.kb.test_non_interference import seen_part

pytestmark = pytest.mark.exhaustive

BEN = access.of_member("ben", ["member", "curator", "steward"], [])
NEW, ADAS, BENS, FIRST = (command(number * 1_000) for number in range(1, 5))
REUSE = id_for_command(FIRST)
Send = Callable[[World, str, UUID], object]

# Each is sent with a new command id, with that by which Ada did it, and with that of Ben himself.
COMMANDS: Mapping[str, Send] = {
    "tag": lambda w, e, c: w.entries.tag(e, ["night"], command_id=c),
    "untag": lambda w, e, c: w.entries.untag(e, ["early"], command_id=c),
    "revise": lambda w, e, c: w.entries.revise(e, some_content("New"), version=1, command_id=c),
    "archive": lambda w, e, c: w.entries.archive(e, "Old", command_id=c),
    "restore": lambda w, e, c: w.entries.restore(e, command_id=c),
    "relate": lambda w, e, c: w.entries.relate(e, Relation("Cites", ABSENT), command_id=c),
    "unrelate": lambda w, e, c: w.entries.unrelate(e, Relation("Cites", ABSENT), command_id=c),
    "show": lambda w, e, c: w.entries.show(e, Visibility("world"), command_id=c),
    "endorse": lambda w, e, c: w.endorsements.endorse(e, "Good.", command_id=c),
    "withdraw": lambda w, e, c: w.endorsements.withdraw(e, command_id=c),
    "reuse": lambda w, e, c: w.reuses.record(
        e, group="W", context="x", outcome="adopted", command_id=c
    ),
    "update-reuse": lambda w, _, c: w.reuses.update_outcome(
        REUSE, "adapted", "Shorter.", command_id=c
    ),
}


def hidden_after(send: Send, how: str) -> tuple[World, str]:
    """A log in which Ada and Ben did it to an entry that Ada then hid or erased."""
    ada = World()
    entry_id = ada.entries.contribute(
        Draft(kind="practice", content=some_content(), tags=("early",))
    ).id
    ada.reuses.record(entry_id, group="W", context="x", outcome="adopted", command_id=FIRST)
    for member, sent in (("ada", ADAS), ("ben", BENS)):
        answered(lambda m=member, c=sent: send(ada.by(m), entry_id, c))  # type: ignore[misc]
    if how == "erased":
        ada.entries.erase(entry_id)
    else:
        ada.entries.show(entry_id, Visibility("author"))
    return ada, entry_id


@pytest.mark.parametrize("how", ["hidden", "erased"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_what_is_hidden_finds_nothing_whenever_it_is_sent(name: str, how: str) -> None:
    send = COMMANDS[name]
    whole, entry_id = hidden_after(send, how)
    part = seen_part(whole, BEN)
    before = whole.log.head()
    missing = "reuse " + REUSE if name == "update-reuse" else "entry " + entry_id
    for sent in (NEW, ADAS, BENS):
        of_whole, of_part = (
            answered(lambda log=log, c=sent: send(World(log, BEN), entry_id, c))  # type: ignore[misc]
            for log in (whole.log, part.log)
        )
        assert of_whole == of_part == ("NotFound", f"There is no {missing}.")
    assert whole.log.head() == before


NAMING: Mapping[str, Callable[[World, str, str], object]] = {
    "relate": lambda w, own, e: w.entries.relate(own, Relation("Cites", e)),
    "archive": lambda w, own, e: w.entries.archive(own, "Old", e),
    "contribute": lambda w, _, e: w.entries.contribute(
        Draft(kind="practice", content=some_content(), relations=(Relation("Cites", e),))
    ),
    "reuse": lambda w, own, e: w.reuses.record(
        own, group="W", context="x", outcome="adopted", resulting_entry=e
    ),
}


@pytest.mark.parametrize("how", ["hidden", "erased"])
@pytest.mark.parametrize("name", NAMING)
def test_what_is_hidden_cannot_be_named_beside_what_is_seen(name: str, how: str) -> None:
    whole, entry_id = hidden_after(COMMANDS["tag"], how)
    own = World(whole.log, BEN).practice("Own")
    said = [
        answered(lambda e=e: NAMING[name](World(whole.log, BEN), own, e))  # type: ignore[misc]
        for e in (entry_id, ABSENT)
    ]
    assert said == [("NotFound", f"There is no entry {e}.") for e in (entry_id, ABSENT)]


def test_an_id_that_another_command_made_is_no_way_to_what_it_made() -> None:
    whole = World()
    made = whole.entries.contribute(
        Draft(kind="practice", content=some_content(), visibility=Visibility("author")),
        command_id=ADAS,
    ).id
    assert made == id_for_command(ADAS)
    with pytest.raises(NotFound):
        World(whole.log, BEN).entries.tag(made, ["x"])


NOTE = """---
id: {id}
title: Handover
tags: [night, {tag}]
aliases: [Bedside]
tributary: 1
---
## The problem

Slow.

## What we do

Walk. See [the other](other.md).
"""


def notes(kb: CommandLine, name: str, tag: str, known: str) -> str:
    """A folder called notes of two files that link to each other, one with a known id."""
    folder = kb.folder / name / "notes"
    folder.mkdir(parents=True)
    (folder / "secret.md").write_text(NOTE.format(id=known, tag=tag), "utf-8")
    (folder / "other.md").write_text("---\ntitle: Other\n---\n[[Bedside]]\n", "utf-8")
    return str(folder)


def test_paths_names_and_tags_of_hidden_and_erased_entries_are_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[list[Any]] = []
    for place in ("whole", "part"):
        monkeypatch.delenv("KB_MEMBER", raising=False)
        kb = CommandLine(tmp_path / place)
        kb.folder.mkdir()
        kb.ok("init", str(kb.data))
        ada, ben = joined(kb, "Ada"), joined(kb, "Ben")
        known = ABSENT
        if place == "whole":
            first = notes(kb, "first", "secret-tag", ABSENT)
            kb.ok("import", first, "--visible-to", "author", "--no-wait")
            monkeypatch.setenv("KB_MEMBER", ada)
            kb.ok("import", first, "--visible-to", "draft", "--no-wait")
            erased = kb.ok("contribute", f"{first}/secret.md", "--json").json["id"]
            kb.ok("erase", "entry", erased, "--yes")
            known = kb.ok("list", "--json").json["items"][0]["id"]
        monkeypatch.setenv("KB_MEMBER", ben)
        said.append(taken_by(kb, notes(kb, "second", "open", known)))
    assert said[0] == said[1]
    assert said[0][0]["contributed"] == 2


def taken_by(kb: CommandLine, folder: str) -> list[Any]:
    """What Ben is told who imports a folder, twice, and lists what is there then."""
    told: list[Any] = []
    for _ in range(2):
        report = kb.ok("import", folder, "--no-wait", "--json").json
        told.append({name: report[name] for name in report if name not in ("position", "seconds")})
    page = kb.ok("list", "--json").json
    told.append([(item["title"], item["tags"]) for item in page["items"]])
    told.append((page["total"], page["facets"]))
    for name in ("secret.md", "other.md", "secret-tag", "Handover"):
        ran = kb.run("show", name)
        told.append((ran.code, ran.err))
    return told
