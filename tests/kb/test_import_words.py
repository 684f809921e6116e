"""Every word of a file, whatever it is made of, stands in its entry or in a remark of its row."""

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.entries.content import Content
from kb.errors import NotTaken
from kb.importers.markdown import ParsedFile, parse_markdown
from tests.examples import cheap
from tests.kb.cases import OWN_FIELDS, words

SPOKEN = "label title caption figure"
COUNTER = "abcdefghijklmnop"


def made(numbers: list[int], template: str) -> str:
    """`template` with a word of its own for each %."""
    pieces = template.split("%")
    filled = (f"word{COUNTER[n % 16]}{COUNTER[n // 16 % 16]}" for n in numbers)
    return "".join(itertools.chain(*zip(pieces, filled, strict=False), pieces[len(numbers) :]))


BLOCKS = st.sampled_from(
    [
        "# %", "## %", "## % {#% .%}", "### %", "## [%](https://example.org/%)", "## %\\*% &amp; %",
        "% %\n---", "% % %.\n---", "%\n===", "---", "% %. %", "- %\n- % %\n  - %", "> % %",
        "> [!%]\n> %",
        "```\n% {{ % }} <%>\n```",
        "`% <b>` %",
        "| % | % |\n|---|---|\n| [[%\\|%]] | % |",
        "<!-- % -->", "<div class=\"%\">\n\n%\n\n</div>", "<p>% <b>%</b> <a href='%.md'>%</a></p>",
        "<table><tr><td>%</td><td>%</td></tr></table>",
        "<details><summary>%</summary>\n\n%\n\n</details>",
        "<Tabs label=\"%\" %=\"%\">\n%\n</Tabs>",
        "import % from '%'",
        "{{< figure src=\"%\" title=\"%\" >}} %",
        "{% include % %}", "{: .% } %", "::: {.callout-% title=\"%\"}\n%\n:::", "::: {.%}\n%\n:::",
        "!!! note \"%\"\n    %",
        "=== \"%\"\n\n    %",
        "## Authors\n\n- %",
        "## Contact\n\nRing % when % stops.",
        "![%](%.png)",
        "[[%]] [%](%.md#%)",
        "%[^1]\n\n[^1]: %",
        "<script>%</script>",
        "%% % %%", "%%\n%\n\n50% %\n%%",
        "{% comment %}%{% endcomment %} %", "<!-- `%` % -->", "{#- % -#}", "[//]: # (%)",
        "ssh <%>", "ssh <H%> <Your %>", "<www.%.org> <www.%.org/%>", "List<T%> P\\<T%>",
        "<path> <SOURCE> <label>", "<H%>\n% <Q%.R%>", "<Tabs%>\n%\n</Tabs%> <T%/>",
        "[%](<% %.md>) [%](<H%>) [%]\n\n[%]: <%.md>", "10<sup>%</sup> <sub class='%'>%</sub>",
        "{{< highlight % >}}\n# %\n{{< /highlight >}}",
        "<pre>\n% <<%>> <H%> [%](<%>)\n</pre>",
        "# %: <br>%", "## ssh <H%> <%><br/>%", "### `<br>` %<br>%",
    ]
)  # fmt: skip
NUMBERS = st.lists(st.integers(0, 255), min_size=8, max_size=8)
BLOCK = st.builds(made, NUMBERS, BLOCKS)
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
    pieces = [content.title, parsed.group or "", parsed.kind or "", *parsed.tags, *parsed.remarks]
    pieces += [f"{section.heading}\n{section.text}" for section in content.sections]
    pieces += [f"{name}: {value}" for name, value in content.properties.items()]
    pieces += [*parsed.links, *parsed.named, *parsed.aliases, *parsed.visible_to]
    pieces += [f"{one.type} {one.target}" for one in parsed.relations]
    if parsed.archived:
        pieces += [parsed.archived.reason, parsed.archived.successor or ""]
    return "\n".join([OWN_FIELDS, SPOKEN, *pieces])


def test_powers_and_feet_keep_their_place() -> None:
    parsed = parse_markdown(b"# 10<sup>6</sup>\n\n10<sup>6</sup> H<SUB>2</SUB>O", "a.md")

    assert parsed.content.title == "10^6"
    assert parsed.content.sections[0].text == "10<sup>6</sup> H<sub>2</sub>O"


@cheap(8)
@given(FIELDS, st.lists(BLOCK, max_size=6))
def test_no_word_of_a_made_up_file_is_lost(fields: dict[str, object], blocks: list[str]) -> None:
    head = f"---\n{json.dumps(fields)}\n---\n" if fields else ""
    text = head + "\n\n".join(blocks)
    try:
        parsed = parse_markdown(text.encode(), "a/file.md")
    except NotTaken as error:
        assert re.search("no text|empty|no word or list", str(error))  # noqa: PT017 - what may be
        return
    assert words(text.replace("\\n", " ")) - words(kept(parsed)) == set()


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
    ],
)
def test_words_above_or_within_others_stay(text: str, said: str) -> None:
    assert said in kept(parse_markdown(text.encode(), "a.md"))


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
