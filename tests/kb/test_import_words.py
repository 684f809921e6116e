"""Every word of a file, whatever it is made of, stands in its entry or in a remark of its row."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.entries.content import Content
from kb.errors import NotTaken
from kb.importers.markdown import ParsedFile, parse_markdown
from tests.examples import cheap
from tests.kb.counted import lost, words
from tests.kb.made_pages import BLOCK, NUMBERS, made

WORD = st.builds(
    made, NUMBERS, st.sampled_from(["%", "% %", "% % % %.", "%\n%", "#%", "[[%|%]]", "1.10"])
)
NAMES = st.sampled_from(
    ["title", "tags", "keywords", "description", "authors", "contact", "image", "layout", "hide",
     "source", "properties", "relations", "aliases", "cssclasses", "colour", "steps", "coordinates",
     "Draft", "private", "audience", "status", "published", "params", "Visible-To", "TAGS",
     "related", "group", "kind", "subtitle", "archived", "weight", "redirect_from", "whatIs"]
)  # fmt: skip
VALUES = st.recursive(
    WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=5)


def kept(parsed: ParsedFile) -> str:
    """All that is told of a file, in its entry and in its row."""
    content: Content = parsed.content
    pieces = [content.title, parsed.group or "", parsed.kind or "", *parsed.tags]
    pieces += [f"{section.heading}\n{section.text}" for section in content.sections]
    pieces += [f"{name}: {value}" for name, value in content.properties.items()]
    pieces += [
        *(page for _, page in parsed.named),
        *parsed.visible_to,
    ]  # links and aliases stand elsewhere as well
    pieces += [f"{one.type} {one.target}" for one in parsed.relations]
    if parsed.archived:
        pieces += [parsed.archived.reason, parsed.archived.successor or ""]
    return "\n".join(pieces)


def test_powers_and_feet_keep_their_place() -> None:
    parsed = parse_markdown(b"# 10<sup>6</sup>\n\n10<sup>6</sup> H<SUB>2</SUB>O", "a.md")

    assert parsed.content.title == "10^6"
    assert parsed.content.sections[0].text == "10<sup>6</sup> H<sub>2</sub>O"


def test_readings_stay_above_their_signs_but_in_a_title_which_has_no_elements() -> None:
    ruby = "<ruby>漢<rt>かん</rt>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>帳"
    parsed = parse_markdown(
        f"# <ruby>鷲<rt>わし</rt></ruby>\n\n{ruby}\n\n<p>{ruby}</p>".encode(), "a.md"
    )
    assert parsed.content.title == "鷲わし"
    assert parsed.content.sections[0].text.split() == [ruby, ruby]


@cheap(8)
@given(FIELDS, st.lists(BLOCK, max_size=6))
def test_no_word_of_a_made_up_file_is_lost(fields: dict[str, object], blocks: list[str]) -> None:
    head = f"---\n{json.dumps(fields)}\n---\n" if fields else ""
    text = head + "\n\n".join(blocks)
    try:
        parsed = parse_markdown(text.encode(), "a/file.md")
    except NotTaken as error:
        # Two rules may stand around what looks like fields and is broken.
        may_be = "no text|empty|no word or list" + (
            "|front matter" if blocks[:1] == ["---"] else ""
        )
        assert re.search(may_be, str(error))  # noqa: PT017 - what may be
        return
    named = (*parsed.tags, *(page for _, page in parsed.named))
    assert lost(text.replace("\\n", " "), kept(parsed), parsed.remarks, named) == {}


LONG = "crumb " * 30


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Oven\n\n# Walls\n\n## Stones", "### Walls: Stones"),
        ("# Oven\n\n# Walls\n\n## Stones\n\n### Grey\n\n# Floor", "Walls"),
        (f"# Oven\n\n# Walls\n\n## {LONG}\n\nText", "Walls: crumb"),
        ("# A: <br>B\n\nText", "A: B"),
        ("<h2>A<br>B</h2>\n\nText", "A B"),
        ("PropType\\<T>\n===\n\nText", "PropType<T>"),
        ("---\nproperties: {place: here}\nplace: beyond\n---\nText", "beyond"),
        ("---\naliases: [loaf, [sour loaf]]\n---\nText", "sour loaf"),
        ("---\nrelated: ['[[oak|our tree]]']\n---\nText", "[[oak|our tree]] became the page oak"),
        ("---\nup: '[[oak#bark]]'\n---\nText", "[[oak#bark]] became the page oak"),
        ("---\ntags: ['[[oak#bark]]']\n---\nText", "[[oak#bark]] became the tag oak"),
        (
            "Text\n\n<br clear=all>\nText <br class='wide'/>text",
            "<br clear=all>; <br class='wide'>",
        ),
        ("<select><option>Ash</option><option>Elm</option></select>", "Ash Elm"),
        ("Press <button>Stop</button><button>Start</button>", "Press Stop Start"),
        ("Text {{ here }} {{ here }} {{ there }}", "{{ here }} (2 times); {{ there }}"),
        (
            "---\ndescription: Glue it.\n---\n## Walls\n\nGlue it.",
            "“Walls”, which a field says as well: G",
        ),
    ],
)
def test_words_above_or_within_others_stay(text: str, said: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert said in "\n".join([kept(parsed), *parsed.remarks])


LINES = ["% % %", "> % % %", "- % %\n  - % %", "## % % %", "| % | % |\n|---|---|\n| % | % |"]
LINES += ["% **%** *%* `%` ~~%~~ %", "<p>% <b>%</b> %</p>", "% % %\n---", "- [ ] % %\n\n  % %"]
LINES += ["```\n% %\n% %\n```", ":::note\n% % %\n:::", "!!! note\n    % % %", "# % %"]


@cheap(4)
@given(st.lists(st.builds(made, NUMBERS, st.sampled_from(LINES)), min_size=1, max_size=6))
def test_the_words_of_a_line_stay_together_and_in_order(blocks: list[str]) -> None:
    text = "\n\n".join(blocks)
    content = parse_markdown(text.encode(), "a.md").content

    told = [content.title, *(f"{one.heading}\n{one.text}" for one in content.sections)]
    said = " ".join(["", *words("\n".join(told)), ""])
    for line in filter(words, text.split("\n")):
        assert f" {' '.join(words(line))} " in said


@pytest.mark.parametrize(
    "text",
    [
        "# Oven\n\nGlue.\n\n# Walls\n\nGlue.",
        "# Glue\n\nGlue.\n\n## Glue\n\nGlue.",
        "Glue and stones.\n\n---\n\nGlue and stones.",
        "# Oven\n\nGlue, stones, sand and water.\n\n# Notes\n\nSand, glue.",
        "---\ndescription: Glue.\n---\n\nGlue.\n\n- Glue.\n- Glue.",
    ],
)
def test_a_word_stands_as_often_as_its_file_has_it(text: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")
    properties = "".join(map(str, parsed.content.properties.values()))
    sections = "".join(f"{one.heading}\n{one.text}\n" for one in parsed.content.sections)
    said = f"{parsed.content.title}\n{sections}{properties}".casefold()
    assert said.count("glue") >= text.casefold().count("glue")
