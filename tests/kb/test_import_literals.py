"""What stands between back-ticks in braces of JSX is code, or the value of an attribute."""

import pytest

from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(text: str) -> ParsedFile:
    return parse_markdown(text.encode(), "a.mdx")


def made(text: str) -> str:
    (section,) = parsed(text).content.sections
    return section.text.strip()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('<CodeBlock language="sh">{`row --fast`}</CodeBlock>', "```sh\nrow --fast\n```"),
        (
            '<CodeBlock language="sh" title="bow">\n  {`\nrow\n\n  <B> ${v()}\n`}\n</CodeBlock>',
            "`bow`\n\n```sh\nrow\n\n  <B> ${v()}\n```",
        ),
        ("<CodeBlock>{`a \\`b\\` \\${c}`}</CodeBlock>", "```\na `b` ${c}\n```"),
        (
            "- Go:\n\n  <CodeBlock>\n  {`row`}\n  </CodeBlock>\n\n  On.",
            "- Go:\n\n\n  ```\n  row\n  ```\n\n\n  On.",
        ),
        (
            "```mdx\n<CodeBlock>{`row`}</CodeBlock>\n```",
            "```mdx\n<CodeBlock>{`row`}</CodeBlock>\n```",
        ),
    ],
)
def test_a_block_of_code_is_a_fence_with_its_lines(text: str, read: str) -> None:
    assert made(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('<pre>{"a:\\n  - \\"<b_c>\\"\\n"}</pre>', '```\na:\n  - "<b_c>"\n```'),
        ("<pre>{`a:\n  b`}</pre>", "```\na:\n  b\n```"),
        (
            '<pre style={{margin: 0}}>\n<B>{"a:\\n"}</B>\n<B>{"  b"}</B>{" ← *c*\\n"}\n</pre>',
            "```\na:\n  b ← *c*\n```",
        ),
        ("<Ink>{'█'}</Ink> so{\" \"}<code>{'{a_b}'}</code>", "█ so `{a_b}`"),
        ('Press {"<"} {`\\u2192`} {"a\\n\\nb"}.', "Press &#60; → a  b."),
        ("{`${v()}`} stays, as does `{'a'}`", None),
        ('A {"\\ud800"}', "A &#92;ud800"),
        ("```js\n<pre>{'a'}</pre>\n```", None),
    ],
)
def test_a_string_in_braces_is_the_text_that_it_stands_for(text: str, read: str | None) -> None:
    assert made(text) == (text if read is None else read)


def test_elsewhere_than_in_mdx_braces_and_quotation_marks_are_text() -> None:
    (section,) = parse_markdown(b"The set <b>{'a'}</b>", "a.md").content.sections
    assert section.text == "The set **{'a'}**"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("- <a href={`https://oar.example/${v()}/o.js`}>o.js</a>, *new*", "- o.js, *new*"),
        ("See <a href={`/oar`}>Oar</a>.", "See [Oar](/oar)."),
        ("Write `<a href={`/oar`}>`.", "Write `<a href={`/oar`}>`."),
        ("```\n<a href={`/oar`}>\n```", "```\n<a href={`/oar`}>\n```"),
    ],
)
def test_a_link_has_the_address_that_stands_there_or_none(text: str, read: str) -> None:
    assert made(text) == read


def test_an_address_that_a_program_makes_is_told() -> None:
    told = parsed("<a href={`/${v()}/oar`}>Oar</a>").remarks
    assert told == ("Marks of other tools: {`/${v()}/oar`}",)
