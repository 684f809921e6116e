"""Commands print long lists a piece at a time, and say what they leave out."""

import pytest

from events.projection import ParkedEvent
from kb.access import Principal, operator
from kb.measures.search_counts import CommonQuestion, Questions
from kb.views.parked import ParkedFile
from tests.worlds.base import START, id_of, joined, opened
from tests.worlds.shell import CommandLine

LATER = START.replace(year=2100)


class Known:
    """Five members in groups each inside the one before, and an entry that they all speak of."""

    def __init__(self, kb: CommandLine) -> None:
        self.entry = kb.practice()
        with opened(kb.data) as base:
            around = None
            for number in range(5):
                member = id_of(joined(base, name=f"Ada {number}"))
                around = base.session.people.form_group(f"Ward {number}", around).id
                base.session.people.join_group(around, member)
                base.session.credentials.make_token(member, ("search",), f"Job {number}", LATER)
                speaker = base.as_(Principal(member, operator().roles, operator().labels))
                speaker.endorsements.endorse(self.entry, f"Reason {number}.")
                speaker.reuses.record(
                    self.entry, group=f"Ward {number}", context="Nights.", outcome="adopted"
                )
            self.member = member
            for number in range(5):
                base.session.people.change_roles(
                    member, ("member",) if number % 2 else ("member", "curator")
                )


@pytest.fixture
def known(kb: CommandLine) -> Known:
    return Known(kb)


@pytest.mark.parametrize(
    ("command", "count"),
    [
        (("member", "list"), 5),
        (("group", "list"), 5),
        (("token", "list"), 5),
        (("report", "reuse", "--by", "group"), 5),
        (("audit",), 0),
        (("member", "history", "{member}"), 0),
        (("history", "{entry}"), 0),
    ],
)
def test_every_list_is_printed_piece_by_piece(
    kb: CommandLine, known: Known, command: tuple[str, ...], count: int
) -> None:
    asked = [each.format(member=known.member, entry=known.entry) for each in command]

    def rows(*options: str) -> list[object]:
        found = kb.ok(*asked, "--json", *options).json
        return list(found["rows"] if isinstance(found, dict) else found)

    everything = rows()
    assert len(everything) == (count or len(everything)) >= 5
    pieces = [rows("--limit", "2", "--offset", str(at)) for at in range(0, len(everything), 2)]
    if command[0] in ("audit", "history") or command[:2] == ("member", "history"):
        pieces.reverse()  # the newest are the first piece
    assert [row for piece in pieces for row in piece] == everything
    said = kb.ok(*asked, "--limit", "2").err
    assert f"of {len(everything)}" in said
    assert "see --offset and --limit." in said
    assert kb.ok(*asked, "--json").err == ""
    far = kb.run(*asked, "--offset", str(2**70))
    assert (far.code, "is not in the range" in far.err) == (2, True)


def test_groups_are_counted_and_nested_however_deep(kb: CommandLine, known: Known) -> None:
    printed = kb.ok("group", "list", "--limit", "2", "--offset", "1")
    assert printed.out.splitlines() == ["  Ward 1  (1 member)", "    Ward 2  (1 member)"]
    assert "2 to 3 of 5" in printed.err


def test_of_what_belongs_to_an_entry_so_much_is_shown_and_the_rest_told(
    kb: CommandLine, known: Known
) -> None:
    shown = kb.ok("show", known.entry, "--limit", "2")
    assert ("Reason 1." in shown.out, "Reason 2." in shown.out) == (True, False)
    assert "the first 2 of each; see --limit" in shown.err
    found = kb.ok("show", known.entry, "--limit", "2", "--json").json
    assert (len(found["endorsed"]), len(found["reuse"]), found["endorsements"]) == (2, 2, 5)
    assert kb.ok("show", known.entry).err == ""


def test_the_counts_of_searches_are_printed_a_piece_at_a_time(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [(f"2026-01-0{number}", number) for number in range(1, 6)]
    common = [
        CommonQuestion(words=f"word {number}", window_begins="2026-01-01", searches=5)
        for number in range(5)
    ]
    monkeypatch.setattr(Questions, "days", lambda _: days)
    monkeypatch.setattr(Questions, "common", lambda _: common)
    ran = kb.ok("report", "questions", "--json", "--limit", "2", "--offset", "1")
    assert [day["date"] for day in ran.json["days"]] == ["2026-01-03", "2026-01-04"]
    assert [each["words"] for each in ran.json["common"]] == ["word 1", "word 2"]
    assert ran.err.count("of 5") == 2


def test_the_status_tells_so_many_of_the_events_kept_aside(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = [
        ParkedEvent(
            projection="index", position=n, type="x", stream="entry-1", error="?", parked_at=START
        )
        for n in range(5)
    ]
    monkeypatch.setattr(ParkedFile, "all", lambda _: aside)
    ran = kb.ok("status", "--json", "--limit", "2", "--offset", "2")
    assert [each["position"] for each in ran.json["parked"]] == [2, 3]
    assert "3 to 4 of 5" in ran.err
    assert len(kb.ok("status", "--json").json["parked"]) == 5
