"""What a page shows on a condition stands in the row alone if some readers do not see it."""

import pytest

from kb.importers.markdown import parse_markdown


def read(body: str, name: str = "a.md") -> tuple[str, str]:
    """The text of the entry, and what its row tells."""
    parsed = parse_markdown(f"# A page\n\nBefore.\n\n{body}\n\nBehind.".encode(), name)
    return "\n".join(section.text for section in parsed.content.sections), "".join(parsed.remarks)


@pytest.mark.parametrize(
    "written",
    [
        '{% if visitor.claims.groups.includes("staff") %}\nsecret\n{% endif %}\ntold',
        "{% if user %}secret{% else %}secret{% endif %}told",
        "{%- if not logged_in -%}secret{%- endif -%}told",
        "{% if false %}secret{% else %}told{% endif %}",
        "{% if true %}told{% elsif x %}secret{% endif %}",
        "{% if false and site.x %}secret{% endif %}told",
        "{% unless true %}secret{% endunless %}told",
        '{% if site.env == "internal" %}secret{% endif %}told',
        "{% if page.draft %}secret{% endif %}told",
        "{% if false %}{% for a in b %}x{% else %}secret{% endfor %}{% endif %}told",
        "{% if a %}{% if user %}secret{% endif %}told{% endif %}",
        "{% if false %}secret{% if a %}secret{% else %}secret{% endif %}secret{% endif %}told",
        '{% case user.role %}{% when "a" %}secret{% endcase %}told',
        "{% if false %}\n\n## A heading\n\n```\n{% endif %}\n```\n\nsecret\n\n{% endif %}\n\ntold",
        "{{#if user.admin}}secret{{else}}secret{{/if}}told",
        "{{< private >}}secret{{< /private >}}told",
        "{{% internal %}}secret{{% /internal %}}told",
        '<p v-if="false">secret</p>told',
        '<p v-show="user.staff">secret</p>told',
        "<If condition={user.isAdmin}>secret</If>told",
        "{% if show_internal %}secret{% endif %}told",
        "{% unless public %}secret{% endunless %}told",
        "{% if public %}told{% else %}secret{% endif %}",
        "<Internal>secret</Internal>told",
        "```{only} internal\nsecret\n```\n\ntold",
        "```{ifconfig} edition\nsecret\n```\n\n```{only} html\ntold\n```",
        "<table><tr><th>A</th><th data-hidden>B</th></tr>"
        "<tr><td>told</td><td>secret</td></tr></table>",
    ],
)
def test_what_not_all_readers_see_stands_in_the_row_alone(written: str) -> None:
    text, row = read(written)

    assert text.startswith("Before.")
    assert "told" in text
    assert text.endswith("Behind.")
    assert "secret" not in text
    assert "secret" in row


@pytest.mark.parametrize(
    "written",
    [
        "{% ifversion fpt %}told{% endif %}",
        "{% if entry.url == page.url %}told{% else %}told{% endif %}",
        "{% for a in user %}told{% endfor %}",
        "{{ private }}told",
        "{{< private >}}told",
        "<Internals>told</Internals>",
        "`{% if user %}` told `{% endif %}`",
        "```\n{% if user %}\ntold\n```",
        "{% raw %}{% if user %}told{% endif %}{% endraw %}",
        '<p v-if="open">told</p>',
        "<table><tr><th data-hidden data-card-target></th></tr><tr><td>told</td></tr></table>",
    ],
)
def test_what_all_readers_of_an_edition_see_is_text(written: str) -> None:
    text, _ = read(written)

    assert "told" in text
    assert text.endswith("Behind.")


@pytest.mark.parametrize(
    "written",
    [
        "{false && <p>secret {a}</p>}\n\ntold",
        "{user.isStaff ? (\n\n<A/>\n\nsecret\n\n) : null}\n\ntold",
    ],
)
def test_what_a_program_of_mdx_shows_on_a_condition_stands_in_the_row_alone(written: str) -> None:
    text, row = read(written, "a.mdx")

    assert "secret" not in text
    assert "told" in text
    assert "secret" in row
    assert "secret" in read(f"```\n{written}\n```", "a.mdx")[0]


def test_a_condition_on_readers_that_never_ends_hides_all_that_follows() -> None:
    text, row = read("{% if user %}secret")

    assert text == "Before."
    assert "Behind." in row
