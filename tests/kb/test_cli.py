"""The commands of `kb`, as a person or a script uses them."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.cli.commands import COMMANDS
from kb.cli.search import print_answer
from kb.search.search import Answer, Result, ResultScore
from kb.storage import local_socket
from tests.worlds.shell import CommandLine

JSON_COMMANDS = [
    ("list",),
    ("show", "ID"),
    ("history", "ID"),
    ("status",),
    ("search", "handover"),
    ("report", "reuse"),
    ("tag", "ID", "night"),
    ("untag", "ID", "handover"),
    ("archive", "ID", "--reason", "Old."),
    ("restore", "ID"),
    ("endorse", "ID", "--reason", "It works."),
    ("relate", "ID", "Cites", "OTHER"),
    ("rebuild", "views"),
    ("visibility", "ID", "members"),
    ("world",),
    ("audit",),
    ("member", "list"),
    ("group", "list"),
    ("token", "list"),
]


def test_init_makes_a_data_directory_with_its_settings(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)

    made = line.ok("init", str(line.data), "--community", "Wards", "--fulltext", "whoosh")

    assert "Made the data directory" in made.out
    assert "Wards" in (line.data / "settings.toml").read_text()
    assert line.ok("status", "--json").json["engine"] == "whoosh"


def test_init_says_where_it_is_as_json(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)

    assert line.ok("init", str(line.data), "--json").json == {"data": str(line.data.resolve())}


def test_a_data_directory_is_not_made_twice(kb: CommandLine) -> None:
    again = kb.run("init", str(kb.data))

    assert (again.code, again.out) == (1, "")
    assert again.err.count("\n") == 1


def test_a_contribution_is_listed_shown_and_found(kb: CommandLine) -> None:
    entry_id = kb.practice()

    assert entry_id[:8] in kb.ok("list").out
    shown = kb.ok("show", entry_id[:8]).out
    assert shown.startswith("Bedside handover\n")
    assert "## What we do" in shown
    assert "by the operator of this machine" in shown
    answer = kb.ok("search", "handover", "at", "the", "bed")
    assert "1. Bedside handover" in answer.out
    assert "why: " in answer.out
    assert " ms" in answer.out
    assert "No server runs" in answer.err


def test_a_property_stands_in_for_no_line_of_the_entry_itself(kb: CommandLine) -> None:
    path = Path(kb.file())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("---", "---\nversion: of May\nrevised: never", 1))
    entry_id = kb.ok("contribute", str(path), "--json").json["id"]
    facts, properties = kb.ok("show", entry_id).out.split("## Properties")
    assert re.search(r"\nversion +\d+\n", facts)
    assert "never" not in facts
    assert re.search(r"\nversion +of May\n", properties)
    assert re.search(r"\nrevised +never\n", properties)


@pytest.mark.parametrize("command", JSON_COMMANDS, ids=lambda command: command[0])
def test_commands_print_json_for_programs(kb: CommandLine, command: tuple[str, ...]) -> None:
    ids = {"ID": kb.practice(), "OTHER": kb.practice("Other")}

    ran = kb.ok(*(ids.get(word, word) for word in command), "--json")

    assert isinstance(ran.json, dict | list)


def test_nothing_close_is_said_plainly(kb: CommandLine) -> None:
    assert "Nothing close." in kb.ok("search", "zzz").out


def test_what_is_nearest_and_what_is_less_close_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (result,) = ANSWER.results
    less = replace(result, title="Another title", close=False)

    print_answer(replace(ANSWER, results=(result, less)))
    out = capsys.readouterr().out
    assert out.index("… the bed …") < out.index("Less close:") < out.index("2. Another title")

    print_answer(replace(ANSWER, results=(less,), nothing_close=True))
    out = capsys.readouterr().out
    assert out.index("Nothing matches closely. Nearest:") < out.index("1. Another title")
    assert "Less close" not in out


ANSWER = Answer(
    question="q",
    results=(
        Result(
            id="0123456789",
            title="A title",
            kind="practice",
            group=None,
            tags=("night",),
            archived=True,
            close=True,
            heading="What we do",
            place="2",
            passage="before the bed after",
            marks=((11, 14),),
            snippet_range=(7, 14),
            why="words: bed",
            score=ResultScore(fused=1, lexical=1, cosine=1, met=1, exact=False),
        ),
    ),
    nothing_close=False,
    milliseconds=1.2,
)


@pytest.mark.parametrize("member", ["local", "3f2a91c0-5b1c-4f0e-9d55-0c2b7a0f4d11"])
def test_the_running_server_is_asked_first(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    monkeypatch.setenv("KB_MEMBER", member)
    asked = []

    def request(data: Path, method: str, path: str, parameters: object) -> object:
        asked.append((method, path, parameters))
        import msgspec

        return msgspec.to_builtins(ANSWER)

    monkeypatch.setattr(local_socket, "request", request)

    ran = kb.ok("search", "the", "bed", "--kind", "practice", "--archived", "--limit", "3")

    assert asked == [
        (
            "GET",
            "/api/search",
            [("q", "the bed"), ("limit", "3"), ("archived", "all"), ("kind", "practice")],
        )
    ]
    assert "… the bed …" in ran.out
    assert "practice, night, archived" in ran.out
    assert ran.err == ""


def test_marked_words_are_bold_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_answer(ANSWER)
    assert "… the bed …" in capsys.readouterr().out

    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    print_answer(ANSWER)
    assert "… the \x1b[1mbed\x1b[22m …" in capsys.readouterr().out


def test_a_list_without_entries_says_why_it_has_none(kb: CommandLine) -> None:
    assert kb.ok("list").out == "There are no entries yet: see kb contribute and kb import.\n"
    assert kb.ok("list", "--tag", "night").out == "No entry fits.\n"
    kb.ok("archive", kb.practice(), "--reason", "Old.")
    assert kb.ok("list").out == "Only 1 archived entry: see --all.\n"
    assert kb.ok("list", "--all", "--offset", "1").out == "There is only 1.\n"


def test_lists_are_filtered_sorted_and_cut_into_pages(kb: CommandLine) -> None:
    first, second = kb.practice("Beta"), kb.practice("Alpha")
    kb.ok("archive", first, "--reason", "Old.")
    kb.ok("tag", second, "night")

    def titles(*arguments: str) -> list[str]:
        return [item["title"] for item in kb.ok("list", "--json", *arguments).json["items"]]

    assert titles() == ["Alpha"]
    assert titles("--archived") == ["Beta"]
    assert titles("--all", "--sort", "title") == ["Alpha", "Beta"]
    assert titles("--tag", "night") == ["Alpha"]
    assert titles("--group", "Elsewhere") == []
    assert "1 of 2; see --offset" in kb.ok("list", "--all", "--limit", "1").out
    assert kb.ok("list", "--kind", "experiment").out == "No entry fits.\n"
    assert kb.ok("list", "--all", "--offset", "2").out == "There are only 2.\n"
    assert "(archived)" in kb.ok("list", "--archived").out
    assert kb.run("list", "--offset", "9" * 20).code == 2


def test_a_revision_keeps_what_the_file_does_not_say(kb: CommandLine) -> None:
    entry_id = kb.practice()
    text = "## The problem\n\nWorse.\n\n## What we do\n\nMore.\n"

    kb.ok("revise", entry_id, "-", "--note", "shorter", stdin=text)

    page = kb.ok("show", entry_id, "--json").json
    assert (page["title"], page["group"], page["tags"]) == (
        "Bedside handover",
        "Ward 3",
        ["handover"],
    )
    assert page["sections"][0]["text"] == "Worse."
    assert "shorter" in kb.ok("history", entry_id).out


def test_what_show_prints_as_markdown_can_be_revised_and_given_back(kb: CommandLine) -> None:
    entry_id = kb.practice()
    text = kb.ok("show", entry_id, "--markdown").out

    kb.ok("revise", entry_id, "-", stdin=text.replace("Things got lost.", "Much got lost."))

    sections = kb.ok("show", entry_id, "--json").json["sections"]
    assert [section["text"] for section in sections] == [
        "Much got lost.",
        "We hand over at the bed, with the patient.",
    ]


def test_a_text_that_someone_revised_meanwhile_is_not_overwritten(kb: CommandLine) -> None:
    entry_id = kb.practice()
    kb.ok("revise", entry_id, kb.file(problem="First."))

    late = kb.run("revise", entry_id, kb.file(problem="Second."), "--version", "1")

    assert late.code == 1
    assert "changed meanwhile" in late.err
    assert late.err.count("\n") == 1


def test_of_a_template_only_what_was_filled_is_used_and_no_heading_of_ones_own_is_lost(
    kb: CommandLine,
) -> None:
    template = kb.ok("contribute", "--template", "practice").out.replace("title:", "title: Walk")
    text = re.sub("<!-- .* Required. -->", "We walk.", template) + "\n## My own\n"
    entry_id = kb.ok("contribute", "-", "--json", stdin=text).json["id"]
    shown = kb.ok("show", entry_id, "--markdown").out
    assert "How to start" not in shown
    assert "### My own" in shown
    kb.ok("revise", entry_id, "-", stdin=f"{shown}\n## Another\n\n## More\n\nWords.\n")
    again = kb.ok("show", entry_id, "--markdown").out
    assert "### My own\n\n### Another\n\n## More\n\nWords." in again


def test_an_empty_template_can_be_filled_in(kb: CommandLine) -> None:
    template = kb.ok("contribute", "--template", "practice").out

    empty = kb.run("contribute", "-", stdin=template.replace("title:", "title: Walk"))
    filled = template.replace("title:", "title: Walk").replace("<!--", "We walk.\n\n<!--")
    kb.ok("contribute", "-", stdin=filled)

    assert empty.code == 1
    assert empty.err.startswith("The section “The problem” must not be empty. The section “What we")
    shown = kb.ok("list", "--json").json["items"][0]["id"]
    assert "<!--" not in kb.ok("show", shown).out


def test_a_contribution_needs_a_title_and_a_kind_that_exists(kb: CommandLine) -> None:
    assert "title" in kb.run("contribute", "-", stdin="## The problem\n\nText").err
    assert "practice" in kb.run("contribute", "--template", "song").err


def test_a_contribution_may_be_named_by_a_link(kb: CommandLine) -> None:
    link = kb.folder / "elsewhere" / "link.md"
    link.parent.mkdir()
    link.symlink_to(kb.file("Linked"))

    assert "Contributed" in kb.ok("contribute", str(link)).out


def test_a_contribution_may_relate_to_entries(kb: CommandLine) -> None:
    first = kb.practice()
    text = Path(kb.file("Second")).read_text()
    text = text.replace(
        "---\n## ", f"relations: [{{type: IsDerivedFrom, target: {first}}}]\n---\n## ", 1
    )

    second = kb.ok("contribute", "-", "--json", stdin=text).json["id"]

    assert "is derived from Bedside handover" in kb.ok("show", second).out
    assert "is source of Second" in kb.ok("show", first).out


@pytest.mark.parametrize(
    "command",
    [
        ("show", "abcdef12"),
        ("history", "abcdef12"),
        ("tag", "abcdef12", "x"),
        ("search", ""),
        ("search", "?!"),
        ("export", "/proc/nowhere/out"),
        ("reuse", "update", "no-id", "--outcome", "adopted", "--note", "x"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_1(
    kb: CommandLine, command: tuple[str, ...]
) -> None:
    ran = kb.run(*command)

    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "should not" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    "command",
    [
        ("nonsense",),
        ("show",),
        ("list", "--sort", "x"),
        ("report", "reuse", "--since", "today"),
        ("tag", "abcdef"),
        ("list", "--archived", "--all"),
        ("list", "--kind", "song"),
        ("search", "handover", "--kind", "song"),
        ("import", ".", "--kind", "song"),
        ("show", "abcdef", "--json", "--markdown"),
        ("report", "reuse", "--json", "--format", "csv"),
        ("report", "reuse", "--json", "--format", "table"),
    ],
)
def test_wrong_usage_is_exit_2(kb: CommandLine, command: tuple[str, ...]) -> None:
    assert kb.run(*command).code == 2


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_helps_and_says_what_the_list_says(kb: CommandLine, name: str) -> None:
    assert "Usage: kb" in kb.ok(name, "--help").out
    assert COMMANDS[name][1] in " ".join(kb.ok("--help").out.split())
