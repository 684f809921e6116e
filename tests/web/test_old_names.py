"""Names that were stored before names were cleaned trick nobody, wherever they are shown."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.event import NewEvent, StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from indexer.embedding.testing import HashEmbedder
from kb.areas import build_codec
from kb.cli import cli
from kb.cli.invocation import Invocation
from kb.entries import entry as entries
from kb.entries.content import Content, Section, Source
from kb.ids import group_id, new_event_id, new_id
from kb.people import group, member
from kb.people.member import Profile
from kb.reuse.reuse import ReuseRecorded
from kb.storage.data_directory import LOG, VAULT
from tests.worlds.web import Browsers, Client, Community, community_at, send

TURNS, HIDES = "\u202e", "\u200b"
ODD = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060]")
TEXT = "Someone said \u200fשלום\u200f here."
"""A text keeps such characters: scripts that run both ways need them."""


class Old:
    """Events as an older version wrote them, among those of a community of today."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.mara = community.ids["Mara"]
        self.entry, self.blank, self.reuse = (str(new_id()) for _ in range(3))
        self.ward = group_id("Ward")
        data = community.base.settings.data
        assert data is not None
        self.data: Path = data
        with SqliteEventLog(data / LOG) as log, SqliteVault(data / VAULT) as vault:
            self.log, self.codec = log, build_codec(vault)
            self.write()
        community.base.wait(community.base.head())

    def append(self, stream: str, *events: object) -> None:
        version = len(self.log.read_stream(stream))
        for number, event in enumerate(events):
            made = new_event_id()
            name, shape, data = self.codec.encode(event, id=made, stream=stream, actor=self.mara)  # type: ignore[arg-type]
            new = NewEvent(
                id=made, type=name, schema_version=shape, data=data, actor=self.mara,
                correlation_id=made,
            )  # fmt: skip
            self.log.append(StreamWrite(stream, [new], version + number))

    def write(self) -> None:
        def content(title: str) -> Content:
            sections = (Section(f"The {TURNS}problem", TEXT), Section("What we do", "We walk."))
            return Content(title=title, sections=sections, properties={"place": f"Hall{TURNS}"})

        title = f"Bedside {TURNS}handover{HIDES}"
        for entry, called in ((self.entry, title), (self.blank, TURNS)):
            self.append(
                f"entry-{entry}",
                entries.EntryContributed(
                    kind="practice",
                    author=self.mara,
                    content=content(called),
                    group=f"{TURNS}Ward",
                    source=Source("folder", f"notes/{TURNS}{entry[:4]}.md"),
                ),
                entries.EntryTagged(tag=f"night{HIDES}"),
                entries.EntryTagged(tag=TURNS),
            )
        self.append(f"group-{self.ward}", group.GroupFormed(name=f"{TURNS}Ward{HIDES}"))
        told = Profile(name=f"M{HIDES}ara{TURNS}", address=f"{TURNS}Lane", help=TEXT)
        self.append(f"member-{self.mara}", member.MemberProfileChanged(profile=told))
        self.append(
            f"reuse-{self.reuse}",
            ReuseRecorded(
                entry_id=self.entry,
                recorded_by=self.mara,
                group=f"{TURNS}Ward",
                context=TEXT,
                outcome="adopted",
            ),
        )


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    with community_at(tmp_path_factory.mktemp("old") / "data") as community:
        yield Old(community)


@pytest.fixture(scope="module")
def client(old: Old) -> Client:
    return Browsers(old.community)("Stella")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/entries",
        "/entries?tag=night",
        "/entries?group=Ward",
        "/entries/{entry}",
        "/entries/{blank}",
        "/entries/{entry}/revise",
        "/entries/new?kind=practice",
        "/search?q=handover",
        "/people",
        "/people/{mara}",
        "/groups",
        "/groups/{ward}",
        "/audit",
        "/reuse?by=group",
        "/reuses/{reuse}",
        "/sign-in?next=/%E2%80%AEx",
    ],
)
def test_no_page_prints_what_hides_or_turns_the_text_around_it(
    old: Old, client: Client, path: str
) -> None:
    answer = client.get(path.format(**vars(old)))
    assert answer.status_code == 200
    assert not ODD.search(answer.text)


def test_what_was_hidden_is_found_by_what_is_seen(old: Old, client: Client) -> None:
    for path in ("/entries?tag=night", "/entries?group=ward", "/search?q=handover&tag=night"):
        assert "Bedside handover" in client.get(path).text
    html = client.get(f"/entries/{old.blank}").text
    assert "<h1>\ufffd</h1>" in html
    assert client.get(f"/api/entries/{old.entry}").json()["tags"] == ["\ufffd", "night"]
    assert old.community.base.session.directory.group("ward").name == "Ward"
    assert client.get(f"/people/{old.mara}").text.count("<h1>Mara</h1>") == 1


def test_a_text_keeps_what_its_script_needs_on_its_way_through_a_form(
    old: Old, client: Client
) -> None:
    assert "\u200fשלום\u200f" in client.get(f"/entries/{old.entry}/revise").text
    stored = old.community.base.session.catalogue.get(old.entry).sections[0].text
    assert stored == TEXT
    mara = Browsers(old.community)("Mara").get("/account").text
    assert "\u200fשלום\u200f" in mara


def test_a_tag_that_hid_something_is_taken_off_by_its_name(old: Old) -> None:
    acting = old.community.acting("Cleo")
    acting.entries.untag(old.blank, ("night",))
    assert acting.catalogue.get(old.blank).tags == ("\ufffd",)


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("show", "{entry}"),
        ("history", "{entry}"),
        ("search", "handover"),
        ("group", "list"),
        ("member", "list"),
        ("member", "show", "{mara}"),
        ("audit",),
        ("report", "reuse", "--by", "group"),
    ],
)
def test_no_command_prints_it_on_a_terminal(old: Old, command: tuple[str, ...]) -> None:
    asked = [each.format(**vars(old)) for each in command]
    ran = CliRunner().invoke(
        cli,
        ["--data", str(old.data), *asked],
        obj=Invocation(HashEmbedder()),
        catch_exceptions=False,
    )
    assert ran.exit_code == 0
    assert not ODD.search(ran.stdout)


def test_a_new_name_is_stored_and_read_as_it_stands(old: Old, client: Client) -> None:
    send(client, "/groups", {"name": "Зимний सर्दी 冬"})
    assert "Зимний सर्दी 冬" in client.get("/groups").text
