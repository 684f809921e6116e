"""What happens in the knowledge base where a key is destroyed, lost, or made beforehand."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from events.log import EventLog
from events.memory import InMemoryEventLog
from events.vault import MemoryVault
from kb.areas import build_codec
from kb.entries.content import Content
from kb.entries.kinds import load_kinds
from kb.entries.service import Entries
from kb.entries.stream import load_entry
from kb.errors import DataDirectoryError, Refused
from kb.ids import entry_stream, new_event_id, new_id
from kb.importers.run import AHEAD, FolderImport, ImportOptions
from kb.search.entry_document import entry_document
from kb.writer import Writer
from tests.worlds.log import ViewedWorld, World, everything, some_content, some_draft

ERASED = Content(title="", sections=())


def test_an_erased_entry_reads_as_one_without_text(world: ViewedWorld) -> None:
    entry_id = world.practice(tags=("ward",))
    world.entries.archive(entry_id, "Ada does it alone.")
    world.vault.destroy(entry_stream(entry_id))
    entry = world.entry(entry_id)
    assert (entry.kind, entry.tags, entry.group) == ("practice", {"": ""}, None)
    assert entry.content == ERASED
    assert entry.archived is not None
    assert entry.archived.reason == ""


def test_views_and_index_take_an_erased_entry_in(world: ViewedWorld) -> None:
    """Between the destruction of a key and what follows from it, nothing may be in the way."""
    entry_id = world.practice()
    other = world.practice("Morning round")
    world.entries.revise(entry_id, some_content("Bedside talk"), version=1, note="Ada asked for it")
    world.vault.destroy(entry_stream(entry_id))
    world.catch_up()
    assert world.views.parked() == []
    document = entry_document(world.entry(entry_id), frozenset())
    assert document is None or document.title == ""
    assert world.entry(other).content == some_content("Morning round")


def test_nothing_is_added_to_an_erased_entry(world: ViewedWorld) -> None:
    entry_id = world.practice()
    world.vault.destroy(entry_stream(entry_id))
    with pytest.raises(Refused, match=r"Nothing can be added here any more: .* for good\.$"):
        world.entries.revise(entry_id, some_content("Again"), version=1)
    assert len(world.recorded()) == 1


def test_what_an_erased_member_said_about_others_is_gone_with_them(world: ViewedWorld) -> None:
    entry_id = world.by("grace").practice()
    world.endorsements.endorse(entry_id, "It helped me through the night.")
    world.vault.destroy("member-ada")
    [contributed, endorsed] = world.happened()
    assert structs.asdict(endorsed)["reason"] == ""
    assert structs.asdict(contributed)["content"] == some_content()


def test_a_vault_that_lacks_a_key_is_said_in_a_sentence() -> None:
    log = InMemoryEventLog()
    entry_id = World(log).practice()
    with pytest.raises(DataDirectoryError, match="the vault has no key of entry-"):
        load_entry(with_another_vault(log), entry_id)


def with_another_vault(log: EventLog) -> Writer:
    """What writes into `log` with a vault that has none of its keys."""
    return Writer(
        log,
        build_codec(MemoryVault()),
        principal=everything("ada"),
        new_event_id=new_event_id,
        settle=lambda _: None,
    )


def test_keys_of_an_import_are_made_for_many_files_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(AHEAD + 3):
        (folder / f"{number}.md").write_text(f"# Note {number}\n\nText of {number}.\n")
    made: list[int] = []
    prepare = MemoryVault.prepare

    def counted(vault: MemoryVault, subjects: Iterable[str]) -> None:
        missing = vault.lacking(subjects)
        made.extend([len(missing)] if missing else [])
        prepare(vault, missing)

    monkeypatch.setattr(MemoryVault, "prepare", counted)
    entries = Entries(with_another_vault(InMemoryEventLog()), load_kinds(), new_id)
    outcomes = list(FolderImport(entries, folder, ImportOptions(source="notes")).run())
    assert {outcome.outcome for outcome in outcomes} == {"contributed"}
    assert made == [AHEAD, 3]


def test_a_draft_sealed_twice_by_the_same_command_is_one(world: ViewedWorld) -> None:
    """The log compares the bytes of a command that is sent again."""
    command_id = new_event_id()
    first = world.entries.contribute(some_draft(), command_id=command_id)
    assert world.entries.contribute(some_draft(), command_id=command_id) == first
    assert len(world.recorded()) == 1
