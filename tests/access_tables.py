"""What the program is held to: tables of docs/reference/access.md, and of tests/allowed.py."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.access import Role
from tests.allowed import MAY, ROUTES

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "access.md"
SEEN = "Who sees an entry"
COMMANDS = "Which command needs what"


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(head, row, strict=True)) for row in rows]


def routes() -> Iterator[tuple[str, str, str]]:
    """Method, address and rule of each page and operation of the JSON interface."""
    for rule, addresses in ROUTES.items():
        for address in addresses:
            method, path = address.split()
            yield method, path, rule


SIGHT: dict[str, dict[str, str]] = {row["shown to"].strip("`"): row for row in table(SEEN)}


def seen(column: str, sight: str) -> bool:
    """Whether the page says that an entry is seen; a reporter alone has no column."""
    return bool(column) and SIGHT[sight][column] == "seen"


def allowed(columns: Iterable[str], rule: str) -> bool:
    """Whether an action is allowed to someone of one of these columns."""
    return any(column in MAY[rule] for column in columns)


MEMBERS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "outside": ("member", ("member",)),
    "inside": ("member of the group", ("member",)),
    "author": ("author", ("member",)),
    "curator": ("member", ("member", "curator")),
    "steward": ("member", ("member", "steward")),
    "reporter": ("", ("reporter",)),
}
"""Who asks: their column in the table of sight (a reporter alone has none), and their roles."""
