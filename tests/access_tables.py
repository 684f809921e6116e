"""The tables of docs/reference/access.md, for the tests that hold the program to them."""

from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "access.md"
SEEN, DONE = "Who sees an entry", "Who may do what"


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(head, row, strict=True)) for row in rows]
