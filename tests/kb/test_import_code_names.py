"""What a block of code is called stands above it, where readers see it and searches find it."""

import pytest

from kb.importers.code_blocks import with_named_code
from kb.importers.markdown import parse_markdown


@pytest.mark.parametrize(
    ("line", "name", "left"),
    [
        ('yaml {file="boats/list.yaml" copy=true}', "boats/list.yaml", "yaml { copy=true}"),
        ('yaml title="boats/list.yaml"', "boats/list.yaml", "yaml"),
        ("yaml {filename='the list.yaml'}", "the list.yaml", "yaml"),
        ('py hl_lines="1 2" title="tide.py"', "tide.py", 'py hl_lines="1 2"'),
        ("js [tide.js]", "tide.js", "js"),
        ("js{5,8} [tide.js]", "tide.js", "js{5,8}"),
        ("js:src/tide.js", "src/tide.js", "js"),
        ('{.r filename="tide.R"}', "tide.R", "r"),
        ("Player name=Low%20Tide&ext=js", "Low Tide", "Player &ext=js"),
        ("js name=tides,%20low.js", "tides, low.js", "js"),
        ("js {file=tide.js,copy=true}", "tide.js", "js {,copy=true}"),
        ("js name=50%FF", "50%FF", "js"),
    ],
)
def test_the_name_of_a_block_of_code_stands_above_it(line: str, name: str, left: str) -> None:
    made = with_named_code(f"Before.\n```{line}\nlow = 1\n```\nAfter.")
    assert made == f"Before.\n\n`{name}`\n\n```{left}\nlow = 1\n```\nAfter."
    assert with_named_code(made) == made


@pytest.mark.parametrize(
    "line", ["js", "js {1,3-4}", "ts{4}:a", "{python}", "{note} Tides", "mermaid\ntitle: low", ""]
)
def test_a_block_of_code_without_a_name_stays_as_it_is(line: str) -> None:
    body = f"Before.\n```{line}\nlow = 1\n```"
    assert with_named_code(body) == body


def test_a_block_within_a_block_is_code() -> None:
    body = "````md\n```js [tide.js]\nlow = 1\n```\n````"
    assert with_named_code(body) == body


def test_a_name_in_an_item_stays_in_it() -> None:
    made = with_named_code("- Run:\n\n  ```sh title=run.sh\n  go\n  ```")
    assert made == "- Run:\n\n  `run.sh`\n\n  ```sh\n  go\n  ```"


def test_an_import_keeps_the_name_in_the_text() -> None:
    entry = parse_markdown(b'# Tides\n\n```yaml title="boats/list.yaml"\nlow: 1\n```\n', "a.md")
    assert "`boats/list.yaml`" in entry.content.sections[0].text
