"""The tables of docs/reference/access.md, for the tests that hold the program to them.

Which of its rows a route needs is told where the routes are, in docs/reference/api.md.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.access import Role

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "access.md"
API = PAGE.with_name("api.md")
SEEN, DONE = "Who sees an entry", "Who may do what"
COMMANDS = "Which command needs what"


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(head, row, strict=True)) for row in rows]


def routes() -> Iterator[tuple[str, str, str]]:
    """Method, address and rule of each row of the pages and of the JSON interface."""
    for line in API.read_text("utf-8").splitlines():
        if row := re.fullmatch(r"\| `([A-Z]+) (/\S*)` \|.*\| `([a-z-]+)` \|", line):
            yield row[1], row[2], row[3]


SIGHT: dict[str, dict[str, str]] = {row["shown to"].strip("`"): row for row in table(SEEN)}
ACTIONS = {re.findall(r"`([\w-]+)`", row["what"])[0]: row for row in table(DONE)}


def seen(column: str, sight: str) -> bool:
    """Whether the page says that an entry is seen; a reporter alone has no column."""
    return bool(column) and SIGHT[sight][column] == "seen"


def allowed(columns: Iterable[str], rule: str) -> bool:
    """Whether the page allows an action to someone of one of these columns."""
    return any(ACTIONS[rule][column] == "allowed" for column in columns)


MEMBERS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "outside": ("member", ("member",)),
    "inside": ("member of the group", ("member",)),
    "author": ("author", ("member",)),
    "curator": ("member", ("member", "curator")),
    "steward": ("member", ("member", "steward")),
    "reporter": ("", ("reporter",)),
}
"""Who asks: their column in the table of sight (a reporter alone has none), and their roles."""
