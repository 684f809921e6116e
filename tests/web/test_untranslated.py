"""Words for people stand in templates as messages, so that every language gets them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from web.pages.engine import TEMPLATES

SAID = frozenset({"alt", "aria-label", "label", "placeholder", "title"})
"""Attributes that are shown or read to people."""

TAKES_MESSAGES = frozenset({"_", "gettext", "ngettext", "counted"})
WORD = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r'\s*[\w-]+="')
PRINTED = "\N{OBJECT REPLACEMENT CHARACTER}"

ENGLISH = frozenset({"docs.html", "partials/docs_parts.html"})
"""The description of the JSON interface, which speaks English throughout."""

NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


class Words(HTMLParser):
    """Gathers the words between and in elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        # Attributes alone are those of a macro for any element.
        if WORD.search(data) and not ATTRIBUTE.match(data):
            self.found.append(" ".join(data.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attrs if name in SAID and value and WORD.search(value)
        ]


def escaped(source: str) -> list[str]:
    """The words of a template that no catalogue gets."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    words = Words()
    words.feed("".join(laid(tree)))
    words.close()
    taken = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TAKES_MESSAGES
        for const in call.find_all(nodes.Const)
    }
    return words.found + [
        const.value
        for const in tree.find_all(nodes.Const)
        if id(const) not in taken and isinstance(const.value, str) and is_said(const.value)
    ]


def laid(tree: nodes.Node) -> Iterator[str]:
    """What stands between expressions, in order, and a sign for each of these."""
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            yield node.data if isinstance(node, nodes.TemplateData) else PRINTED


def is_said(text: str) -> bool:
    """Whether a text of the source looks like words for people, and not like a name or address."""
    return bool(WORD.search(text)) and (text[0].isupper() or " " in text.strip())


@pytest.mark.parametrize("name", NAMES)
def test_words_in_a_template_are_messages(name: str) -> None:
    found = escaped((TEMPLATES / name).read_text(encoding="utf-8"))
    assert bool(found) == (name in ENGLISH), found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ name }}, hello</p>", [f"{PRINTED}, hello"]),
        ('<a title="See all" href="/all">{{ name }}</a>', ["See all"]),
        ('{{ "Draft" if draft else _("Entry") }}', ["Draft"]),
        ('{{ count | counted("new text", "new texts") }}', ["new text", "new texts"]),
        ('{{ line("name", "Your name") }}', ["Your name"]),
        ('<p class="meta">{{ _("Hello") }} · {% trans %}and <b>more</b>{% endtrans %}</p>', []),
        ('<a href="/entries?{{ {"tag": tag} | urlencode }}">{{ tag }}</a>', []),
        ('{{ counted(3, "entry", "entries") }}', []),
    ],
)
def test_what_no_catalogue_gets_is_found(source: str, found: list[str]) -> None:
    assert escaped(source) == found
