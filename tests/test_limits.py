"""The bounds that docs/reference/limits.md promises are those that the program has.

The tests that hold a row set a bound of their own, so that they need not wait for it or fill it.
"""

from pathlib import Path

from indexer.text import sayings
from indexer.text.analysis import LONGEST_QUESTION
from kb import access, characters, ids
from kb.cli import pieces
from kb.drafts import service, store
from kb.entries import alignment, decide, differences, tags, validation
from kb.importers import abbreviations, decoding, definitions, head_toml_json, head_yaml
from web import bodies, laid_out, line, logs, markdown, protocol, security, server, turns, visit
from web.api import entries
from web.pages import parts

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "limits.md"
MB = 1_000_000
TURNS = {(2, 1): "two, one of each person"}[line.AT_ONCE, line.OF_ONE]
WAIT = {100: "a hundred wait"}[line.MOST]


def bounds() -> dict[str, str]:
    """The second cell of each row, by how the first one begins, made of what the program has."""
    beside, held = server.BACKLOG + server.BESIDE, (bodies.HELD // MB, bodies.HELD_UNKNOWN // MB)
    return {
        "connections at a time": f"{server.CONNECTIONS:,}, or what the system lets a process open "
        f"less {beside}",
        "connections of one address": f"{protocol.PER_ADDRESS}",
        "time until a whole head": f"{protocol.HEAD_SECONDS:.0f} s",
        "time until a whole body": f"{protocol.BODY_SECONDS:.0f} s, and 1 s more for each "
        f"{protocol.BODY_RATE:,} bytes that came",
        "time in which a client reads nothing": f"{protocol.READ_SECONDS:.0f} s",
        "address and headers": f"{security.LONGEST_HEAD // 1024} kB",
        "parameters of an address": f"{security.PARAMETERS}",
        "values of one filter": f"{validation.MOST_CHOSEN}",
        "length given twice": "never",
        "what libraries write": f"1 line {'a minute' if logs.PERIOD == 60 else logs.PERIOD}",
        "a form or JSON": f"{bodies.SMALL // 1024} kB",
        "profiles and reuses": f"{bodies.NOTES // 1024} kB",
        "texts of entries": f"{bodies.TEXT // MB} MB",
        "the same of those who are not signed in": f"{bodies.UNKNOWN_TEXT // MB} MB",
        "all bodies at a time": f"{held[0]} MB of members, {held[1]} MB of others",
        "fields of a form": f"{bodies.FIELDS:,}",
        "a question": f"{LONGEST_QUESTION:,} characters",
        "searches of a person": f"{visit.SEARCHES} at once, then {1 / visit.SEARCH_SECONDS:.0f} "
        "a second",
        "searches that are made": f"{TURNS} or, of nobody signed in, each address; {WAIT}",
        "lists, forms, reports": f"{TURNS} or address; {WAIT}",
        "words of a question": f"{2 * sayings.MOST}",
        "texts of a page that are laid out in the thread": f"{laid_out.SHORT:,} characters each, "
        f"{laid_out.SHORT_OF_ALL:,} together",
        "texts of a page that are laid out at all": f"{laid_out.LONGEST_OF_ALL:,} characters",
        "time of the processor": f"{laid_out.CPU_SECONDS} s, in one process at a time; "
        f"a page waits {laid_out.PATIENCE:.0f} s",
        "HTML of a text": f"{laid_out.GROWTH} times its length and "
        f"{laid_out.GROWTH_OF_ALL // 1000} kB",
        "lists, quotations and boxes": f"{markdown.DEPTH} levels of elements",
        "HTML that is kept": f"{laid_out.KEPT // MB} MB, none from before the last erasure",
        f"entries with a text of more than {turns.LONG:,} bytes": "in the line of those lists, "
        "forms and reports",
        "passwords that are looked at": f"two at a time, one of addresses that have used up their "
        f"tries; {'a hundred' if line.MOST == 100 else line.MOST} wait",
        "members who are asked about": f"two at a time; "
        f"{'a hundred' if line.MOST == 100 else line.MOST} wait",
        "drafts of a member": f"{store.MOST}, of {store.ROOM // MB} MB together",
        "fields of a draft": f"{service.FIELDS:,}",
        "time that a draft is kept": f"{service.KEPT.days} days",
        "two texts that are compared": f"{alignment.WORK // differences.SIGN:,} and "
        f"{alignment.WORK:,}",
        "what is the same in both of two texts": f"{differences.AROUND} characters before and "
        "after what differs",
        "tags of an entry": f"{decide.MOST_TAGS}",
        "groups that an entry is shown to": f"{access.MOST_GROUPS}",
        "sections of an entry": f"{validation.SECTIONS}, of {validation.SECTION_BYTES:,} "
        "bytes each",
        "properties of an entry": f"{validation.PROPERTIES}, of {validation.PROPERTIES_BYTES:,} "
        "bytes together",
        "a file that is imported": f"{decoding.LARGEST_FILE // MB} MB",
        "lists and mappings within each other": f"{head_yaml.DEPTH} levels",
        "definitions of links": f"{definitions.MOST:,} characters",
        "abbreviations that a page explains": f"{abbreviations.MOST}",
        "what a page lists": f"{parts.PIECE} to {entries.MOST} of it, the rest on pages or by "
        "`offset`; 150 kB, on pages beside texts, reasons and notes",
        "what a command lists": f"{pieces.USUAL:,}, or as `--limit` says",
        "characters of a name or a tag": f"{tags.COMPOSED_TAG} of a tag, "
        f"{ids.LONGEST_NAME:,} of a name",
    }


def test_each_bound_of_the_page_is_the_one_of_the_program() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [each.strip("| ").split(" | ") for each in lines if each[:2] == "| "]
    rows = {what: bound for what, bound, *_ in cells if what != "what"}
    known = bounds()
    begins = {what: [start for start in known if what.startswith(start)] for what in rows}
    assert {what: starts for what, starts in begins.items() if len(starts) != 1} == {}
    assert {what: known[starts[0]] for what, starts in begins.items()} == rows
    assert len(rows) == len(known), "a bound has no row"


def test_front_matter_is_as_deep_in_whatever_it_is_written() -> None:
    assert head_toml_json.DEPTH == head_yaml.DEPTH


def test_all_names_are_composed_within_one_bound() -> None:
    assert characters.LONGEST == ids.LONGEST_NAME
