"""HTML and code blocks of other tools keep the structure that Markdown has as well."""

from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from kb.importers.markdown import parse_markdown


def made(html: str) -> str:
    (section,) = parse_markdown(html.encode(), "a.md").content.sections
    return section.text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<OL><LI>a<LI>b</OL>", "1. a\n2. b"),
        ("<ul><li>a</li><li>b</li></ul>\n<ol><li>c</li></ol>", "- a\n- b\n\n1. c"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"),
        ("<ul>\n  <li>a\n    <ol>\n      <li>b</li></ol></ul>", "- a\n\n  1. b"),
    ],
)
def test_a_list_keeps_its_numbers_and_what_it_is_within(html: str, text: str) -> None:
    assert made(html) == text


def test_lists_that_never_end_are_indented_as_far_as_pages_show_lists() -> None:
    """Otherwise each item would be longer than the one before it, without a bound."""
    items = made("<ol><li>a</li>" * 1_000).splitlines()
    assert items[:2] == ["1. a", "   1. a"]
    assert items[20:] == [f"{60 * ' '}1. a"] * 980


def test_many_blanks_in_html_are_looked_at_once() -> None:
    """A square of them would take hours."""
    assert made(f"<p>a{100_000 * ' '}b</p>").split() == ["a", "b"]


ROWS = """<table class="x">
<caption>The <b>c</b> d</caption>
<thead>
<tr>
<th>A</th>
<th>B<br>C</th>
</tr>
</thead>
<tbody>
<tr>
  <td>a|b
c <code>x|y</code></td>
  <td><ul><li>one</li><li>two</li></ul><p>z</p></td>
</tr>
<tr><td><pre>
a
b
</pre></td><td><a href="b.md">b</a></td></tr>
</tbody>
</table>
"""


def test_every_row_of_a_table_is_one_line_with_its_cells() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(made(ROWS))

    cells = [
        inline.content
        for opening, inline in pairwise(tokens)
        if opening.type in ("th_open", "td_open")
    ]
    assert [" ".join(cell.split()) for cell in cells] == [
        "A",
        "B C",
        "a|b c `x|y`",
        "- one - two z",
        "`a b`",
        "[b](b.md)",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("| a |\n|---|\n| <ul><li>b</li><li>c</li></ul> |", "| a |\n|---|\n|   - b  - c   |"),
        ("a <div>b</div><div>c</div>", "a b c "),
        ("- <ul><li>b</li><li>c</li></ul>", "- b c "),
        (
            "- a\n  <ol>\n  <li>b</li>\n  <strong><li>c</li></strong>\n  </ol>",
            "- a\n  \n  1. b \n  2. **c** \n  ",
        ),
        ("- a\n  <div><p>b</p></div>", "- a\n  b "),
        ("- <b>a</b><sub>2</sub>", "- **a**<sub>2</sub>"),
    ],
)
def test_elements_in_a_line_part_words(written: str, read: str) -> None:
    assert made(written).rstrip() == read.rstrip()


def test_what_is_further_in_within_an_element_is_no_code() -> None:
    html = "<div>\n  <section>\n    <p>a</p>\n\n    <p class='x'>b</p>\n  </section>\n</div>"

    assert made(html).split() == ["a", "b"]
    assert made(f"{html}\n\n    <p>c</p>").endswith("\n    <p>c</p>")
    assert made("<div>\n\n    a = 1\n\n</div>").strip("\n") == "    a = 1"


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<ul>\n  <li>a</li>\n\n      b\n\n</ul>", "- a b"),
        ("<table>\n<tr><td>\n\n      a *b*\n\n</td></tr>\n</table>", "| a *b* | |---|"),
        ("<table>\n<tr><td>\n\na *b*\n\nc\n\n</td></tr>\n</table>", "| a *b* c | |---|"),
        ("<div>\n  <div>\n    a\n\n    b\n  </div>\n</div>", "a b"),
        ("<div hidden>\n  a\n\n    </div>\n\nb", "b"),
        ("<div>\n  a\n\n      <!-- x -->\n  b\n</div>", "a b"),
    ],
)
def test_a_blank_line_within_an_element_begins_no_code(html: str, read: str) -> None:
    assert " ".join(made(html).split()) == read


def test_html_that_is_further_in_within_an_item_is_no_code() -> None:
    div = "- a\n\n  <div>\n\n        <p>b</p>\n  </div>\n\n  c"
    component = "- a\n\n    <p>\n      <Box>b</Box>\n    </p>\n\n- c"
    whole = "- a\n\n    <p>\n      <Box>Is `<h1>` it? b</Box>\n    </p>\n\n- c"
    icon = "-   :material-x: **a**\n\n    b\n\n    c"
    for text in (div, component, whole, icon, icon.replace(":material-x:", "<i class='x'></i>")):
        rendered = MarkdownIt("commonmark").render(made(text))
        assert "<pre" not in rendered
        assert rendered.count("<p>") == 3


def test_blank_lines_part_no_rows_of_a_table() -> None:
    head, row = "<table>\n<tr><th>A</th></tr>", "<tr><td>b</td></tr>"

    assert made(f"{head}\n\n{row}\n\n{row}\n\n</table>\n\nText").split("\n") == [
        *("| A | ", "|---|", "| b | ", "| b |", "", "", "Text")
    ]
    assert " ".join(made(f"{head}\n\n- a\n\n{row}").split()) == "| A | |---| - a | b |"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("One<br>\nTwo<br/>  \nThree", "One\\\nTwo\\\nThree"),
        ("One<br>two", "One\\\ntwo"),
        ("One\n<br>\n<br>\ntwo", "One\\\ntwo"),
        ("> One<br>\n> two\n>   <br>\n> three", "> One\\\n> two\\\n> three"),
        ("`a`<br>b", "`a`\\\nb"),
        ("One<br>\n\n<br>\n\n<br>Two<br />", "One\n\n\n\nTwo"),
        ("- one<br>\n- two", "- one\n- two"),
        ("<p>One<br>\ntwo<br></p>", "One\\\ntwo"),
        ("<pre>one<br>two</pre>", "```\none\ntwo\n```"),
    ],
)
def test_a_break_is_one_where_its_paragraph_goes_on_and_no_sign(written: str, read: str) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    ("opening", "closing", "language"),
    [
        ('{{< highlight toml "linenos=table" >}}', "{{< /highlight >}}", "toml"),
        ("{{< code-toggle file=hugo >}}", "{{< /code-toggle >}}", ""),
        ("{{% highlight go %}}", "{{% /highlight %}}", "go"),
        ("{% highlight ruby linenos %}", "{% endhighlight %}", "ruby"),
        ("{% terminal %}", "{% endterminal %}", ""),
        ("{% codeblock Use it lang:sh %}", "{% endcodeblock %}", "sh"),
    ],
)
def test_highlighted_code_stays_code(opening: str, closing: str, language: str) -> None:
    code = "# no heading\n[[menus.main]] <b> %% x %%"

    found = parse_markdown(f"Text\n\n{opening}\n{code}\n{closing}\n\nMore".encode(), "a.md")

    (section,) = found.content.sections
    assert section.text == f"Text\n\n```{language}\n{code}\n```\n\nMore"
    assert (found.links, opening in repr(found.remarks)) == ((), True)


def test_an_element_of_any_name_that_ends_is_none_of_the_text() -> None:
    html = 'example.<nolink></nolink>org <my-card title="Oil" href="b.md">daily</my-card> <host>'

    assert made(html).split() == ["example.org", "**[Oil](b.md)**", "daily", "<host>"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('See <Link to="./b.mdx">the `b`</Link> now', "See [the `b`](./b.mdx) now"),
        ('<Link to="/b/">`b`</Link> now', "[`b`](/b/) now"),
        ('<LinkCard title="Bee" href="/b/" />', "**[Bee](/b/)**"),
        ('import Bee from "./_the-bee.mdx";\n\n<Bee />', "**[The bee](./_the-bee.mdx)**"),
        ('import Bee from "@site/docs/b.md"\n\n<Bee />', "**[B](/docs/b.md)**"),
        ('<Card href="/b/">\n\nText\n\n</Card>', "**[/b/](/b/)**\n\n\n\nText"),
        ('<Logo url="/b.png" to={b} link="so">Text</Logo>', "Text"),
    ],
)
def test_a_component_that_leads_to_a_page_is_a_link(html: str, text: str) -> None:
    assert made(html).strip() == text


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ('{{% alert title="Mind" color="red" %}}', "Mind"),
        ('{{< details "More of it" >}}', "More of it"),
        ("{% expand 'More' %}", "More"),
    ],
)
def test_titles_of_marks_around_text_stand_before_it(mark: str, name: str) -> None:
    assert made(f"{mark}\nText").split("\n") == ["", f"**{name}**", "", "", "Text"][1:]


def test_what_is_highlighted_stays_so() -> None:
    text = "==Oil it== `a==b==` a == b, c ==d"

    assert made(text) == text.replace("==Oil it==", "<mark>Oil it</mark>")


def test_tabs_of_marks_stand_under_their_names_one_after_the_other() -> None:
    tabs = '{% tabs %}\n{% tab title="One" %}\na\n{% endtab %}\n{{% tab "Two" %}}\nb\n{{% /tab %}}'

    assert [line for line in made(tabs).split("\n") if line] == ["**One**", "a", "**Two**", "b"]
    assert made('{% content-ref url="b.md" %}\n[b](b.md)\n{% endcontent-ref %}') == "[b](b.md)"


def test_preformatted_text_keeps_what_only_looks_like_elements() -> None:
    html = "<pre><b>state</b> R <<choice>> ssh <HOST> [x](<b.md>)</pre>"

    assert made(html) == "```\nstate R <<choice>> ssh <HOST> [x](<b.md>)\n```"


def test_code_about_highlighting_and_what_never_ends_stay_as_they_are() -> None:
    text = "```md\n{{< highlight go >}}\n{{< /highlight >}}\n```"

    assert made(text) == text
    assert made("{% highlight go %}\n\nText") == "Text"


@pytest.mark.parametrize("mark", ["{{< code-toggle config=a />}}", "{{% highlight go / %}}"])
def test_a_mark_that_ends_itself_begins_no_code(mark: str) -> None:
    name = mark.split()[1]
    text = f"{mark}\n\n# Not code\n\n{{{{< {name} >}}}}\na: 1\n{{{{< /{name} >}}}}"

    found = parse_markdown(text.encode(), "a.md")

    assert [found.content.title, found.content.sections[0].text] == ["Not code", "```\na: 1\n```"]
    assert mark in repr(found.remarks)


@pytest.mark.parametrize(
    ("text", "seen", "mark"),
    [
        ("## Row {height=60%}\n\nText", "Text", "{height=60%}"),
        ('![](a.png){.border fig-alt="A plan"} Text', "![A plan](a.png) Text", ".border"),
        ('![Oven](a.png){fig-alt="A [b] c"}', r"![Oven – A \[b\] c](a.png)", "fig-alt"),
        ("![Oven](a.png 'b'){alt='Oven' .x}", "![Oven](a.png 'b')", ".x"),
        ('{{< figure src="a.png" alt="A plan" caption="Plan" >}}', "![A plan](a.png) Plan", "src"),
        ('::: {#fig-a fig-alt="A plan"}\n![](a.png)\n:::', "A plan\n\n![](a.png)", "#fig-a"),
        ("[Go](b.md){ .md-button } Text", "[Go](b.md) Text", "{ .md-button }"),
        (":octicons-mark-github-16: Text", "Text", ":octicons-mark-github-16:"),
        ("#+BEGIN_NOTE\nText\n#+END_NOTE", "Text", "#+BEGIN_NOTE"),
        ("- #+BEGIN_QUOTE\n  Text\n  #+END_QUOTE", "- \n  Text", "#+BEGIN_QUOTE"),
        ("- Text\n  :LOGBOOK:\n  CLOCK: [9:00]\n  :END:", "- Text", "CLOCK: [9:00]"),
        ("Text ^3fa8c1", "Text", "^3fa8c1"),
        ("Text\n\n^the-text", "Text", "^the-text"),
        ("((64f0a1b2-1111-4111-8111-0123456789ab)) Text", "Text", "64f0a1b2"),
        ("Sets {n=1} and (( x )) :smile: stay", "Sets {n=1} and (( x )) :smile: stay", ""),
    ],
)
def test_marks_of_other_tools_are_told_and_no_text(text: str, seen: str, mark: str) -> None:
    found = parse_markdown(text.encode(), "a.md")

    assert found.content.sections[0].text.strip() == seen
    assert "{" not in found.content.sections[0].heading
    assert mark in "".join(found.remarks)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "Run <code>ls &lt;folder&gt; &amp;&amp; pwd</code> &lt;now&gt;.",
            "Run `ls <folder> && pwd` &lt;now&gt;.",
        ),
        ("<p>Run <kbd>&lt;b&gt;</kbd></p>", "Run `<b>`"),
        ("<pre>a &lt;b&gt;</pre>", "```\na <b>\n```"),
        ("<code>a &#124; b</code>, <code>&#96;</code>", "`a &#124; b`, `` ` ``"),
        ('<code>() => <a href="b.md">B</a>[]</code>', "`() => `[`B`](b.md)`[]`"),
        ("<code>Map\\<[A](a.md)\\></code>", "`Map<`[`A`](a.md)`>`"),
        ("<p><code>a[0](b)\\<</code></p>", "`a[0](b)\\<`"),
        ('<p><code><b>a</b> <a href="b.md">b</a></code></p>', "`a `[`b`](b.md)"),
        ("<div><code>a</code><code>b</code> c<code>d <code>e</code></div>", "`ab` cd `e`"),
        ("In Markdown `&lt;` is four signs.", "In Markdown `&lt;` is four signs."),
    ],
)
def test_code_of_html_has_its_signs(html: str, text: str) -> None:
    assert made(html) == text


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ('<a href="https://x.org"><i class="fa x"></i></a>', "[https://x.org](https://x.org)"),
        ('<a href="/y" aria-label="Watch [it]"><b><i></i></b></a>', "[Watch \\[it\\]](/y)"),
        ('<a href="/y" title="Watch">\n  <i class="x"></i>\n</a>', "[Watch](/y)"),
        ('<a href="/y" title="Watch">here</a>', "[here](/y)"),
        ('<a href="/y" title="Watch">`so`</a>', "[`so`](/y)"),
    ],
)
def test_a_link_that_holds_an_icon_alone_has_its_name_or_address_for_words(
    link: str, read: str
) -> None:
    for before, after in (("- Talk ", " now"), ("<div>", "</div>")):
        parsed = parse_markdown(f"{before}{link}{after}".encode(), "a.md")
        text = "\n".join(section.text for section in parsed.content.sections)

        assert read in text.replace("\n", "")


@pytest.mark.parametrize(
    "html",
    ["<div>\n", "<p>Word</p>", "<br>", "<hr/>", '<img src="x.png">', "<p>\nWord", "<b>One</b>",
     "<details><summary>S</summary>", "<details>\n<summary>S</summary>", "- <b>One</b>\n",
     "Say `<pre>`.<br>"],
)  # fmt: skip
@pytest.mark.parametrize(
    "code", ["```py\na = '<b>x</b>'\n\n{{ b }} = 1\n```", "~~~\n<br>\n\n# c\n~~~"]
)
def test_a_fence_below_a_line_of_html_is_code_and_what_follows_it_text(
    html: str, code: str
) -> None:
    text = made(f"{html}\n{code}\nThen <em>all</em>.\n\n</div></details>")

    assert f"\n{code}\nThen *all*." in f"\n{text}"


def test_a_fence_within_a_table_of_html_parts_no_rows() -> None:
    text = made("<table>\n<tr><td>\n```\na\n```\n</td><td>b</td></tr></table>\n\nThen.")

    assert [token.type for token in MarkdownIt().parse(text)].count("fence") == 0
    assert text.endswith("\n\nThen.")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>Bold</b> words", "**Bold** words"),
        ("<p>one</p>", "one"),
        ("<a href='b.md'>b</a> so", "[b](b.md) so"),
    ],
)
def test_a_footnote_may_begin_with_html(html: str, text: str) -> None:
    assert made(f"x[^1]\n\n[^1]: {html}\n").rstrip() == f"x[^1]\n\n[^1]: {text}"


def test_a_table_of_html_in_a_cell_of_markdown_is_text_of_that_cell() -> None:
    inner = "<table><tr><th>x</th></tr><tr><td>y</td><td>z</td></tr></table>"
    text = made(f"| a | b |\n|---|---|\n| {inner} | c |\n\nEnd.")

    assert [line.split() for line in text.split("\n")[2:]] == [
        ["|", "x", "y", "z", "|", "c", "|"],
        [],
        ["End."],
    ]


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ('{require("./a b.png").default}', "![words](<./a b.png>)"),
        ("{useBaseUrl('/img/a.png')}", "![words](/img/a.png)"),
        ("{logo}", "words"),
    ],
)
def test_a_picture_whose_address_a_program_makes_is_its_words(source: str, read: str) -> None:
    parsed = parse_markdown(f'<img src={source} alt="words" />'.encode(), "a.mdx")
    assert parsed.content.sections[0].text == read
