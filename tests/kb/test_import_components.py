"""What stands within components of MDX is read as Markdown, however far in it stands."""

import pytest

from kb.importers.markdown import parse_markdown


def made(text: str) -> list[tuple[str, str]]:
    """The sections of a file, without blank lines."""
    sections = parse_markdown(text.encode(), "a.mdx").content.sections
    return [
        (one.heading, "\n".join(line for line in one.text.split("\n") if line.strip()))
        for one in sections
    ]


TABS = """{0}<Tabs>
{0}  <TabItem label="One">
{0}    ```sh
{0}    # press

{0}    press
{0}    ```

{0}  </TabItem>
{0}  <TabItem
{0}    label="Two"
{0}  >
{0}        - Oil
{0}          - daily
{0}  </TabItem>
{0}</Tabs>"""
LAID_OUT = """{0}**One**
{0}```sh
{0}# press
{0}press
{0}```
{0}**Two**
{0}- Oil
{0}  - daily"""


def test_code_and_lists_within_tabs_are_such_and_headings_below_begin_sections() -> None:
    assert made(f"## Use\n\n{TABS.format('')}\n\n## Store\n\nDry.") == [
        ("Use", LAID_OUT.format("")),
        ("Store", "Dry."),
    ]


def test_components_in_a_list_stay_in_it() -> None:
    ((_, text),) = made(f"<Steps>\n1. First:\n\n{TABS.format('    ')}\n\n2. Then.\n</Steps>")

    assert text == f"1. First:\n{LAID_OUT.format('    ')}\n2. Then."


@pytest.mark.parametrize(
    "text",
    [
        "```mdx\n<Tip>\n    Press.\n</Tip>\n```",
        "ssh <HOST>\n\n    <Tip>\n    press",
    ],
)
def test_code_and_what_ends_nowhere_stay_as_they_are(text: str) -> None:
    assert parse_markdown(text.encode(), "a.mdx").content.sections[0].text == text


def test_tabs_and_blanks_are_as_far_in_as_they_look() -> None:
    tabs = "<Tabs>\n \t<Tab>\n\tone\n\t</Tab>\n  \t<Tab>\n\ttwo\n\t</Tab>\n</Tabs>"
    (section,) = parse_markdown(tabs.encode(), "a.mdx").content.sections

    assert [line for line in section.text.split("\n") if line] == ["one", "two"]


def test_components_of_a_line_each_are_paragraphs() -> None:
    choice = "<Choice>\n  <Option>one</Option>\n  <Option ok>two</Option>\n</Choice>"
    (section,) = parse_markdown(
        f"{choice}\n\n~~~\n{choice}\n~~~".encode(), "a.mdx"
    ).content.sections

    text, _, code = section.text.partition("~~~\n")
    assert [each.strip() for each in text.split("\n\n") if each.strip()] == ["one", "two"]
    assert code == f"{choice}\n~~~"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('Press <Key mod="cmd" k="z" /> now.', "Press cmd z now."),
        ('* <Key k="enter"/> moves on', "* enter moves on"),
        ('Warm <Flame size="big" color="red" level={3} /> now', "Warm  now"),
        ('Warm <FlameIcon of="ovens" /> now', "Warm  now"),
        ('Warm.\n\n<Flame of="ovens" />\n\nHot.', "Warm.\n\n\n\nHot."),
    ],
)
def test_a_component_that_stands_for_words_of_a_sentence_is_these(text: str, read: str) -> None:
    parsed = parse_markdown(text.encode(), "a.mdx")

    assert parsed.content.sections[0].text == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<Field\n name='aHot'\n/><Field\n name='bHot'\n/>", ["**aHot**", "**bHot**"]),
        ('<Key k="Alpha"/><Key k="Beta"/>', ["**Alpha**", "**Beta**"]),
        ('Press <Key k="Alpha"/><Key k="Beta"/> now.', ["Press Alpha Beta now."]),
        ('<Key k="alpha"/><Key k="z"/> now', ["alpha z now"]),
        ("So <Tag>one</Tag><Tag>two</Tag>.", ["So one two."]),
        ('**<Key k="A"/>**<Key k="B"/>', ["**A**B"]),
    ],
)
def test_components_in_a_row_are_no_one_word(text: str, read: list[str]) -> None:
    assert [line.strip() for line in lines(text)] == read


def test_a_component_says_its_words_in_their_order_and_what_is_marked_up_in_them() -> None:
    text = '<Field\n name="heat"\n description="How <code>hot</code>"\n/>'
    assert lines(text) == ["**heat**", "**How `hot`**"]
    assert lines(f'{text}<Field\n name="oil"\n description=""\n/>')[2:] == ["**oil**"]
    assert lines("<Card title={<>A <b>hot</b> one</>} />") == ["**A hot one**"]


def test_a_value_that_a_program_makes_is_told_and_no_text() -> None:
    parsed = parse_markdown(b'A <Card title={undefined} label={t("x")} /> b', "a.mdx")

    assert parsed.content.sections[0].text == "A  b"
    assert 'title="{undefined}"' in parsed.remarks[0]


def lines(text: str) -> list[str]:
    return [line for _, under in made(text) for line in under.split("\n")]


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ('<Route path="/ovens/<oven>" method="get">', ""),
        ("<Press onPress={() => bake('x')}>", ""),
        ("<Press\n  onPress={() => {\n    bake({ hot: a > b })\n  }}\n>", ""),
        ("<Oven hot={a < b && c > d} title='a > b'>", "**a > b**"),
        ('<Oven title={"Hot <oven>"}>', "**Hot <oven>**"),
    ],
)
def test_angles_in_attributes_end_no_tag(tag: str, said: str) -> None:
    name = tag[1:6].strip()
    for text in (f"{tag}\n\nWarm.\n\n</{name}>", f"{tag}Warm.</{name}>"):
        assert [line.strip() for line in lines(text)] == [*filter(None, [said]), "Warm."]
    assert lines(f"A\n\n{tag[:-1]} />\n\nB") == ["A", *filter(None, [said]), "B"]


def test_what_only_looks_like_an_attribute_is_text() -> None:
    text = 'If a <b = "c" and `d` then e> f.\n\nRun <HOST> or List<String> = "x > y".'

    assert lines(text) == text.split("\n\n")


def test_an_element_with_an_angle_in_an_attribute_is_hidden_as_others_are() -> None:
    assert lines('A\n\n<div title="x > y" hidden>secret</div>\n\nB') == ["A", "B"]


def test_fences_of_docusaurus_around_mdx_hold_no_code() -> None:
    text = '```mdx-code-block\n<Oven title="Hot">Warm.</Oven>\n```\n\n```sh\nlit\n```\n\nB'

    assert lines(text) == ["**Hot**", "Warm.", "```sh", "lit", "```", "B"]
    shown = "````md\n```mdx-code-block\nA\n```\n````"
    assert lines(shown) == shown.split("\n")


ROWS = """<table>
<thead><tr><th>Knot</th><th>How</th></tr></thead>
<tbody>
  <KnotRow name="Reef" code="over() {...}" url="https://knots.example/reef" />
  <KnotRow name="Two | half" code="a || b" />
  <tr><td>Bow <Flag label="New" /></td><td><Flag label="Old" /></td></tr>
</tbody>
</table>"""


def test_components_that_stand_for_rows_are_rows_of_their_words() -> None:
    ((_, text),) = made(ROWS)

    assert [" ".join(line.split()) for line in text.split("\n")] == [
        *("| Knot | How |", "|---|---|", "| [Reef](https://knots.example/reef) | `over() {...}` |"),
        *("| Two \\| half | `a \\|\\| b` |", "| Bow New | Old |"),
    ]


def test_a_table_of_components_alone_has_a_first_row() -> None:
    ((_, text),) = made(
        '<table>\n<Row name="Reef" code="a" />\n<Row name="Bow" code="b" />\n</table>'
    )
    assert text.split("\n") == ["| Reef | `a` |", "|---|---|", "| Bow | `b` |"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('Knots:\n\n<Knot name="Reef knot" code="a(b)" />', "Knots:\n**Reef knot**\n**`a(b)`**"),
        ('<Knot name="reef" code="a(b)" />', "**reef**\n**`a(b)`**"),
        ('<Knot name="A b" code="<V s={{c: \'d\'}} />" />', "**A b**\n**`<V s={{c: 'd'}} />`**"),
        ('Tie <Knot name="Reef knot" /> now.', "Tie Reef knot now."),
        ('Tie.\n\n<Knot id="reef" kind="Flat one" name="reef" />', "Tie."),
        ('Tie.\n\n<ReefIcon name="A reef" />', "Tie."),
        ('Tie.\n\n<reef-picture :of="aReef" />', "Tie."),
        ('Since <my-badge text="3.2 and later" /> only', "Since 3.2 and later only"),
        ("ssh <my-host>", "ssh <my-host>"),
        ('Tie.\n\n<Knot data={[{a: "B c"}]} image="/Reef one.png" />', "Tie."),
    ],
)
def test_a_component_without_text_keeps_words_of_its_attributes(text: str, read: str) -> None:
    assert made(text) == [("", read)]


@pytest.mark.parametrize("style", ["style={{ a: 1 }}", 'style={{\n    a: "b",\n  }}'])
def test_an_object_for_a_value_takes_no_attribute_with_it(style: str) -> None:
    assert made(f'<Card\n  {style}\n  title="See it"\n  href="/a"\n/>') == [
        ("", "**[See it](/a)**")
    ]
    assert made(f'<a\n  {style}\n  href="/a">the words</a>') == [("", "[the words](/a)")]
