"""A link around blocks is one of the first heading or line in it."""

import pytest

from kb.importers.markdown import parse_markdown


def lines(text: str) -> list[str]:
    sections = parse_markdown(f"# Boats\n\n{text}".encode(), "a.mdx").content.sections
    said = "\n".join(f"{one.heading}\n{one.text}" for one in sections)
    return [line.strip() for line in said.split("\n") if line.strip()]


@pytest.mark.parametrize("address", ["./oar", "https://oar.example/x?a=b"])
@pytest.mark.parametrize(
    "text",
    [
        '<a href="{0}">\n<h3>Oar</h3>\n<p>Of ash.</p>\n</a>',
        '<a href="{0}"><h3>Oar</h3><p>Of ash.</p></a>',
        '<a href="{0}">\n\n### Oar\n\nOf ash.\n\n</a>',
        '<Link to="{0}"><h3>Oar</h3><p>Of ash.</p></Link>',
        '<Link\n  to="{0}"\n>\n  <h3>Oar</h3>\n  <p>Of ash.</p>\n</Link>',
        '<a class="card" href="{0}">\n  <div>\n    <h3>Oar</h3>\n    <p>Of ash.</p></div>\n</a>',
    ],
)
def test_the_heading_in_a_link_is_one_with_a_link(text: str, address: str) -> None:
    assert lines(text.format(address)) == [f"### [Oar]({address})", "Of ash."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('<a href="/oar">\n<p>Oar</p>\n<p>Of ash.</p>\n</a>', ["[Oar](/oar)", "Of ash."]),
        ('<a href="/oar"><div><b>Oar</b></div>Of ash.</a>', ["[**Oar**](/oar)", "Of ash."]),
        ('<a href="/oar">\n<div><img src="o.png" alt="Oar" /></div>\n</a>',
         ["[![Oar](o.png)](/oar)"]),
        ('<a href="/oar">\n<div><i class="icon"></i></div>\n</a>', ["[/oar](/oar)"]),
        ('<a href="/oar">\n  <img src="o.png" />\n</a>\n\nOf ash.',
         ["[![](o.png)](/oar)", "Of ash."]),
        ('<a href="/oar">Oar</a> of ash.', ["[Oar](/oar) of ash."]),
        ('`<a href="/oar"><p>` Oar `</p></a>`', ['`<a href="/oar"><p>` Oar `</p></a>`']),
    ],
)  # fmt: skip
def test_without_a_heading_the_first_line_is_the_link(text: str, read: list[str]) -> None:
    assert lines(text) == read


def test_a_place_without_an_address_stays_around_what_it_names() -> None:
    assert lines('<a name="low">\n\n### Low\n\nTide.\n\n</a>') == ["### Low", "Tide."]
