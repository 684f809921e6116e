"""Commands on what is hidden are answered as if its streams were not there, sent again or not."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from kb import access
from kb.access import Visibility
from kb.entries.content import Draft
from kb.errors import NotFound
from kb.ids import id_for_command
from tests.commands import COMMANDS, REPEATABLE, Asked
from tests.kb.test_non_interference import seen_part
from tests.worlds.log import ABSENT, World, answered, command, some_content, some_draft
from tests.worlds.shell import CommandLine

pytestmark = pytest.mark.exhaustive

BEN = access.of_member("ben", ["member", "curator", "steward"], [])
# Each is sent with a new command id, with that by which Ada did it, and with that of Ben himself.
NEW, ADAS, BENS, FIRST = (command(number * 1_000) for number in range(1, 5))
REUSE = id_for_command(FIRST)
OF_OTHERS = ("endorse", "withdraw")
"""What Ada does not do to her own entry."""


def hidden_after(name: str, how: str) -> tuple[World, Asked]:
    """A log in which Ada and Ben did it to an entry that Ada then hid or erased, and with what."""
    ada = World()
    ada.open_to_world()
    entry_id = ada.entries.contribute(some_draft()).id
    ada.reuses.record(entry_id, group="W", context="x", outcome="adopted", command_id=FIRST)
    shown = Visibility("world")
    asked = Asked(entry=entry_id, reuse=REUSE, other=ada.practice("Another"), visibility=shown)
    for member, sent in (("ada", ADAS), ("ben", BENS)):
        if member == "ada" and name in OF_OTHERS:
            continue
        if before := COMMANDS[name].after:
            COMMANDS[before].ask(ada.by(member), asked)
        COMMANDS[name].ask(ada.by(member), structs.replace(asked, command_id=sent))
    if how == "erased":
        ada.entries.erase(entry_id)
    else:
        ada.entries.show(entry_id, Visibility("author"))
    return ada, asked


@pytest.mark.parametrize("how", ["hidden", "erased"])
@pytest.mark.parametrize("name", REPEATABLE)
def test_a_command_on_what_is_hidden_finds_nothing_whenever_it_is_sent(name: str, how: str) -> None:
    whole, asked = hidden_after(name, how)
    part = seen_part(whole, BEN)
    before = whole.log.head()
    of_reuse = name in ("update reuse", "withdraw reuse")
    missing = f"reuse {REUSE}" if of_reuse else f"entry {asked.entry}"
    for sent in (NEW, ADAS, BENS):
        its = structs.replace(asked, command_id=sent)
        of_whole, of_part = (
            answered(partial(COMMANDS[name].ask, World(log, BEN), its))
            for log in (whole.log, part.log)
        )
        assert of_whole == of_part == ("NotFound", f"There is no {missing}.")
    assert whole.log.head() == before


@pytest.mark.parametrize("how", ["hidden", "erased"])
@pytest.mark.parametrize("name", [name for name, each in COMMANDS.items() if each.naming])
def test_what_is_hidden_cannot_be_named_beside_what_is_seen(name: str, how: str) -> None:
    whole, asked = hidden_after("tag", how)
    ben = World(whole.log, BEN)
    own = ben.practice("Own")
    reuse = ben.reuses.record(own, group="W", context="x", outcome="adopted").id
    for other in (asked.entry, ABSENT):
        said = answered(
            partial(COMMANDS[name].ask, ben, Asked(entry=own, reuse=reuse, other=other))
        )
        assert said == ("NotFound", f"There is no entry {other}.")


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
        ada, ben = kb.joined("Ada"), kb.joined("Ben")
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
