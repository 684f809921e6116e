"""The file of an exported entry reads back word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import plain
from kb.entries import validation
from kb.entries.content import Content, Section, Source
from kb.entries.results import RelatedEntry
from kb.errors import KnowledgeBaseError
from kb.exporters.markdown import file_path, quoted, render
from kb.importers.decoding import LARGEST_FILE
from kb.importers.head_yaml import load
from kb.importers.markdown import NamedArchive, NamedRelation, parse_markdown
from kb.importers.values import Plain
from tests.kb.exported_page import ID, page
from tests.worlds.log import some_content

LINES = [
    "---", "## x", "# y", "##", "===", "```", "~~~", "text", "  ", "", " # a", "> # q", "- # l",
    "\t", "<!--", "-->", "<!-- section -->", "[a]: b", "[x](other.md)", "Authors", "é", "\u2028",
]  # fmt: skip
TEXT = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(LINES), max_size=8).map("\n".join))
HEADING = st.one_of(
    TEXT,
    st.sampled_from(["Authors", "Title", "#", "a #", "**b**", "<a>", "[x](y)", "\\#", "&amp;"]),
)
SCALAR = st.one_of(
    st.booleans(),
    st.integers(-validation.LARGEST_INTEGER, validation.LARGEST_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)


def taken(content: Content) -> bool:
    """Whether the knowledge base keeps it."""
    try:
        validation.content(content)
    except KnowledgeBaseError:
        return False
    return True


def with_only(section: Section) -> Content:
    return Content(title="T", sections=(section,))


SECTION = st.builds(Section, HEADING, TEXT).filter(lambda s: taken(with_only(s)))
TITLE = TEXT.filter(lambda text: taken(Content(title=text, sections=())))
PROPERTIES = st.dictionaries(TITLE, SCALAR, max_size=3).filter(
    lambda values: taken(Content(title="T", sections=(), properties=values))
)
CONTENT = st.builds(
    Content,
    title=TITLE,
    sections=st.lists(SECTION, max_size=4).map(tuple),
    properties=PROPERTIES,
).map(validation.content)
"""Content as it is stored: whatever a member may have written, cleaned by validation."""


@given(CONTENT)
def test_any_text_reads_back_word_by_word(content: Content) -> None:
    parsed = parse_markdown(render(page(content)).encode(), "x.md")

    assert validation.content(parsed.content) == content
    assert parsed.links == ()


@given(TEXT)
def test_any_text_survives_as_a_yaml_scalar(text: str) -> None:
    if not plain.NOT_TEXT.search(text):
        assert load(f"a: {quoted(text)}\n") == {"a": Plain(text, text)}


def test_all_that_belongs_to_an_entry_is_in_its_file() -> None:
    relations = (
        RelatedEntry(type="Cites", direction="out", id="b", title="B", archived=False),
        RelatedEntry(type="Cites", direction="in", id="c", title="C", archived=False),
    )
    written = page(
        some_content(),
        group="Ward 3",
        tags=("night", "größe"),
        relations=relations,
        archived=True,
        archived_reason="Old: replaced.\nReally.",
        successor="d",
        source=Source("notes", "a: b.md"),
    )

    parsed = parse_markdown(render(written).encode(), "x.md")

    assert (parsed.id, parsed.kind, parsed.group) == (ID, "practice", "Ward 3")
    assert parsed.tags == ("night", "größe")
    assert parsed.relations == (NamedRelation("Cites", "b"),)
    assert parsed.archived == NamedArchive("Old: replaced.\nReally.", "d")
    assert parsed.source == Source("notes", "a: b.md")


@given(st.lists(TEXT.filter(lambda text: text and not plain.NOT_TEXT.search(text)), max_size=3))
def test_how_a_text_writes_its_links_reads_back(links: list[str]) -> None:
    stated = RelatedEntry(
        type="Cites", direction="out", id="b", title="B", archived=False, written=tuple(links)
    )

    parsed = parse_markdown(render(page(some_content(), relations=(stated,))).encode(), "x.md")

    assert parsed.relations == (NamedRelation("Cites", "b", tuple(links)),)
    assert parsed.content == some_content()


def test_a_simple_entry_looks_as_a_person_would_write_it() -> None:
    content = Content(
        title="Bedside handover",
        sections=(Section("", "Lead"), Section("What we do", "We hand over.")),
    )

    assert render(page(content)).split("---\n")[2] == "\nLead\n\n## What we do\n\nWe hand over.\n"


def test_an_entry_too_large_to_read_back_is_written_all_the_same() -> None:
    large = Content(title="T", sections=(Section("", "x" * LARGEST_FILE),))

    assert len(render(page(large))) > LARGEST_FILE


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Bedside handover, in 2 minutes!", f"practice/bedside-handover-in-2-minutes-{ID[:8]}.md"),
        ("../../etc", f"practice/etc-{ID[:8]}.md"),
        ("…", f"practice/entry-{ID[:8]}.md"),
        ("Größe", f"practice/grösse-{ID[:8]}.md"),
        ("x" * 200, f"practice/{'x' * 60}-{ID[:8]}.md"),
    ],
)
def test_a_file_has_a_readable_name(title: str, path: str) -> None:
    assert file_path(page(some_content(title))) == path
