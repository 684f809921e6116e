"""Paired shortcodes of Hugo's keep their names, their addresses and their ids."""

import pytest

from kb.importers.markdown import parse_markdown


def made(text: str) -> str:
    (section,) = parse_markdown(text.encode(), "a.md").content.sections
    return section.text


@pytest.mark.parametrize("name", ["name", "term", "title", "summary", "label"])
def test_a_name_in_an_attribute_stands_in_bold_before_the_text(name: str) -> None:
    text = f'Masts:\n\n{{{{% def {name}="Mizzen mast" abbr="MZ" %}}}} Low. {{{{% /def %}}}}'
    assert made(text).split() == ["Masts:", "**Mizzen", "mast", "(MZ)**", "Low."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('- {{< def name="Keel" >}}Below.{{< /def >}}', "- **Keel** Below."),
        ("A {{< def name='Keel' >}}fin{{< /def >}} so.", "A **Keel** fin so."),
        (
            '{{< def color="red" term="Keel" alt="A fin" >}}Low.{{< /def >}}',
            "A fin\n\n**Keel**\n\nLow.",
        ),
        ('{{< button href="/docs/oar" >}}Oars{{< /button >}}', "[Oars](/docs/oar)"),
        ('See {{% btn size=2 url="a (b)" %}} Oars {{% /btn %}}!', "See [Oars](<a (b)>)!"),
        (
            '{{< card link="/oar" title="Oars" >}}Of ash.{{< /card >}}',
            "**[Oars](/oar)**\n\nOf ash.",
        ),
        ('{{< tabs name="t1" >}}Row.{{< /tabs >}}', "Row."),
        (
            '`{{< def name="Keel" >}}`{{< /def >}}',
            '`{{< def name="Keel" >}}`',
        ),
    ],
)
def test_names_and_addresses_are_read_where_they_stand(text: str, read: str) -> None:
    assert made(text).strip() == read


def test_what_else_a_shortcode_says_is_told() -> None:
    parsed = parse_markdown(b'{{% def tone="KL" name="Keel" %}}Low.{{% /def %}}', "a.md")
    assert parsed.remarks == ('Marks of other tools: {{% def tone="KL" %}}; {{% /def %}}',)


@pytest.mark.parametrize("part", ["mz", "def-mz"])
@pytest.mark.parametrize(
    ("shortcode", "led"),
    [
        ('{{% def id="mz" name="Mizzen" abbr="MZ" %}}\nLast.\n{{% /def %}}', "mizzen-mz"),
        ('{{% def id="mz" name="Mizzen" %}} Last. {{% /def %}}', "mizzen"),
        ('- {{% def id="mz" name="Mizzen" %}} Last. {{% /def %}}', "words"),
        ('{{% def id="mz" %}} Last. {{% /def %}}', "words"),
    ],
)
def test_the_id_of_a_shortcode_leads_to_its_name(shortcode: str, led: str, part: str) -> None:
    body = f"# Boats\n\nSee [it](#{part}).\n\n## Words\n\n{shortcode}\n\n## More\n\nText."
    parsed = parse_markdown(body.encode(), "a.md")
    assert parsed.content.sections[0].text == f"See [it](#{led})."


def test_a_page_of_named_shortcodes_alone_has_a_section_for_each() -> None:
    shortcode = '{{% def id="Q" name="Q" %}} A Q. {{% /def %}}'
    page = "\n\n".join(shortcode.replace("Q", name) for name in ("Oar", "Keel"))
    sections = parse_markdown(page.encode(), "a.md").content.sections
    assert [(one.heading, one.text.strip()) for one in sections] == [
        *(("Oar", "A Oar."), ("Keel", "A Keel.")),
    ]


TAB = '{{{{< tab header="a.toml" {0}>}}}}\n[[oars]]\n  # so\n{{{{< /tab >}}}}'


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TAB.format('lang="TOML" '), "toml"),
        (f"{{{{< tabpane >}}}}\n{TAB.format('')}\n{{{{< /tabpane >}}}}", ""),
        (f"{{{{< tabpane text=false lang=toml >}}}}\n{TAB.format('')}\n", "toml"),
        (f"{{{{< tabpane text=true >}}}}\n{TAB.format('text=false lang=sh ')}\n", "sh"),
        (TAB.format('code=true lang="toml" ').replace("tab", "card"), "toml"),
    ],
)
def test_code_in_tabs_and_cards_of_docsy_is_code_under_its_header(text: str, language: str) -> None:
    assert made(text).strip() == f"**a.toml**\n\n```{language}\n[[oars]]\n  # so\n```"


@pytest.mark.parametrize(
    "text",
    [
        TAB.format(""),
        TAB.format('lang="en" text=true '),
        TAB.format("lang=sh ").replace("{<", "{%").replace(">}", "%}"),
        f"{{{{< tabpane text=true >}}}}\n{TAB.format('lang=sh ')}\n{{{{< /tabpane >}}}}",
        TAB.format('lang="sh" ').replace("tab", "card"),
        TAB.format("lang=sh ").replace("[[oars]]", "~~~\nrow\n~~~"),
    ],
)
def test_text_in_tabs_and_cards_is_text(text: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")
    assert "```" not in parsed.content.sections[0].text
    assert "# so" not in parsed.content.sections[0].text.split("\n")


def test_a_tab_is_called_by_what_stands_in_it_alone() -> None:
    text = (
        "{{< tabpane >}}\n{{< tab yaml >}}\na: b\n{{< /tab >}}\n{{< tab 'Go 2' >}}\nx\n{{< /tab >}}"
    )
    assert made(text).split() == [
        "**yaml**",
        "```yaml",
        "a:",
        "b",
        "```",
        "**Go",
        "2**",
        "```",
        "x",
        "```",
    ]


def test_code_in_what_a_shortcode_says_parts_it_not() -> None:
    mark = '{{< figure src="a.png" caption="Press the `Edit <b>` button!" >}}'
    assert made(mark) == "Press the `Edit <b>` button!"
    assert made(f"A ``{mark}``") == f"A ``{mark}``"
