"""From the bytes of a Markdown file to what an entry is made of."""

import re

import pytest

from kb.entries import validation
from kb.entries.content import Section, Source
from kb.errors import NotTaken
from kb.importers.decoding import LARGEST_FILE
from kb.importers.fields import readable
from kb.importers.markdown import (
    NamedArchive,
    NamedRelation,
    ParsedFile,
    parse_markdown,
)
from kb.importers.naming import readable_name
from kb.importers.parts import Parts


def parsed(text: str, path: str = "folder/some-file.md") -> ParsedFile:
    return parse_markdown(text.encode(), path)


def sections(text: str) -> list[tuple[str, str]]:
    return [(s.heading, s.text) for s in parsed(text).content.sections]


PRACTICE = """---
templateKey: practice-page
title: Ten for ten
subtitle: A quick way to many ideas
date: 2023-04-07T19:27:08.840Z
authors: [ada-l]
tags: [ideate, Team Work]
mobiusTag: options
icon: /images/ten.jpg
jumbotronAlt: Two people look at a wall full of coloured notes and one of them laughs aloud.
whatIs: Short
whyDo: "First line.

  * a list"
howTo: Write.
mediaGallery:
  - link: https://example.org/film
resources:
  - link: https://example.org/book
    linkType: web
    description: The book
  - link: https://example.org/a page
  - description: no link
participants: [Facilitator, the whole team]
people: 2+
difficulty:
seasons: [spring, autumn]
steps: [Write it all down, Sort]
perspectives: [other-practice]
author: {name: Ada}
created_by: Ada Lovelace
leadEditor: Ada
origin: {written-by: Ada, year: 1843}
costs: {money: 3, people: many}
---
"""


def test_prose_fields_become_sections_with_readable_headings() -> None:
    assert sections(PRACTICE) == [
        ("", "A quick way to many ideas"),
        ("What is it", "Short"),
        ("Why do it", "First line.\n* a list"),
        ("How to do it", "Write."),
        (
            "Resources",
            "- [The book](https://example.org/book)\n- <https://example.org/a page>\n- no link",
        ),
        ("Participants", "- Facilitator\n- the whole team"),
        ("Steps", "- Write it all down\n- Sort"),
    ]


def test_scalars_become_properties() -> None:
    assert parsed(PRACTICE).content.properties == {
        "date": "2023-04-07T19:27:08.840Z",
        "mobiusTag": "options",
        "people": "2+",
        "origin year": 1843,
        "costs money": 3,
        "costs people": "many",
    }


def test_lists_of_words_become_tags() -> None:
    assert parsed(PRACTICE).tags == ("ideate", "Team Work", "spring", "autumn")


@pytest.mark.parametrize("field", ["tags", "Categories", "keywords", "season"])
@pytest.mark.parametrize(
    "items", ["['', oak, elm]", "[oak, ' ', elm]", "[oak, null, elm]", "[~, oak, elm]",
              "\n  - oak\n  -\n  - elm", "\n  - oak\n  - ''\n  -\n  - elm"],
)  # fmt: skip
def test_an_empty_item_of_a_list_leaves_the_others_what_they_are(field: str, items: str) -> None:
    found = parsed(f"---\ntitle: T\n{field}: {items}\n---\nText")

    assert found.tags == ("oak", "elm")
    assert [section.text for section in found.content.sections] == ["Text"]


def test_an_empty_item_costs_neither_further_names_nor_relations_nor_the_remark() -> None:
    relation = "{type: Cites, target: b.md}"
    found = parsed(f"---\naliases: ['', Oak]\nrelations: [~, {relation}]\ntags: ['', ~]\n---\nText")

    assert "Oak" in found.aliases
    assert found.content.properties == {"aliases": "Oak"}
    assert [each.target for each in found.relations] == ["b.md"]
    assert found.remarks == ("Fields without a value: tags",)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("questions: ['#ops', ada@example.org]", "Names of persons: questions: ada@example.org"),
        ("tags: [ada@example.org, '#ops']", "Names of persons: tags: ada@example.org"),
        ("questions: [ada@example.org]", "Names of persons: questions: ada@example.org"),
        ("ask: ada@example.org", "Names of persons: ask: ada@example.org"),
        ("css: [a.css]", "What steers a website: css: a.css"),
        ("editor: markdown", "What steers a website: editor: markdown"),
        ("editor: visual", "What steers a website: editor: visual"),
    ],
)
def test_addresses_of_persons_and_settings_are_told_and_nowhere(field: str, told: str) -> None:
    found = parsed(f"---\ntitle: T\n{field}\n---\nText")

    assert told in found.remarks
    assert set(found.tags) <= {"ops"}
    assert "example" not in repr(found.content)


def test_lists_of_files_and_what_is_nested_are_text_and_no_tags() -> None:
    found = parsed("---\nresources: [demo.pdf]\nparams: {run: {signatures: [a, b]}}\n---\nText")

    assert found.tags == ()
    assert [(s.heading, s.text) for s in found.content.sections[:2]] == [
        ("Resources", "- demo.pdf"),
        ("Params run signatures", "- a\n- b"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Never open it.\n---\n\nStop.", [("", "Never open it.\n\n---\n\nStop.")]),
        ("Never open it\n---\n## B\n\nStop.", [("", "Never open it\n\n---"), ("B", "Stop.")]),
        ("How it opens\n---\n\nStop.", [("How it opens", "Stop.")]),
        ("a " * 151 + "\n---\n\nStop.", [("", ("a " * 151).strip() + "\n\n---\n\nStop.")]),
    ],
)
def test_a_sentence_above_a_rule_is_text(text: str, found: list[tuple[str, str]]) -> None:
    assert sections(f"# Pump\n\n{text}") == found


def test_names_of_authors_are_nowhere() -> None:
    found = parsed(
        PRACTICE + "## Authors\n\n* ada-l\n\n## Acknowledgments\n\nAda\n\n## Notes\n\nYes"
    )

    assert "ada" not in repr([found.content, found.tags, found.links]).lower()
    assert [line for line in found.remarks if line.startswith("Names of persons")] == [
        "Names of persons: authors: ada-l; author: name: Ada; created_by: Ada Lovelace; "
        "leadEditor: Ada; origin written-by: Ada; section “Authors”: * ada-l; "
        "section “Acknowledgments”: Ada"
    ]
    assert found.content.sections[-1] == Section("Notes", "Yes")


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("Call before noon\n---", "Call before noon"),
        ("## Not on Sundays", "Not on Sundays"),
    ],
)
def test_what_stands_behind_names_of_persons_does_not_go_with_them(below: str, said: str) -> None:
    for persons in ("## Contributors", "# Team\n\n## Contributors"):
        found = parsed(f"# Oven\n\nHot.\n\n{persons}\n\n- Ada Lovelace\n\n{below}\n")

        text = "\n".join(f"{each.heading}\n{each.text}" for each in found.content.sections)
        assert said in text
        assert "Lovelace" not in text
        assert "section “Contributors”: - Ada Lovelace" in " ".join(found.remarks)


@pytest.mark.parametrize(
    ("heading", "text", "kept"),
    [
        ("Autores", "- Ada Low (Ward 3)", False),
        ("Autor(es)", "Ada Low", False),
        ("作者", "* Ada Low", False),
        ("著者", "山田花子", False),
        ("作者", "这个页面由大家一起维护。", True),
        ("Agradecimientos", "Gracias a Ada por todo.", False),
        ("Autonomie", "Ada Low", True),
    ],
)
def test_names_of_authors_are_nowhere_in_other_languages(
    heading: str, text: str, kept: bool
) -> None:
    found = parsed(f"# T\n\nText\n\n## {heading}\n\n{text}")

    assert (heading in [section.heading for section in found.content.sections]) == kept
    assert (text in "".join(found.remarks)) != kept


def test_pictures_and_galleries_are_nowhere() -> None:
    found = parsed(PRACTICE)
    said = repr([found.content, found.tags, found.links])

    assert "Pictures: icon: /images/ten.jpg;" in repr(found.remarks)
    assert "ten.jpg" not in said
    assert "film" not in said
    assert "laughs" not in said


def test_a_section_that_repeats_a_prose_field_is_left_out() -> None:
    text = (
        "---\ntitle: T\nwhatIs: It is a *thing*. And more.\n---\n## What is it?\n\nIt is a thing.\n"
    )

    assert sections(text) == [("What is it", "It is a *thing*. And more.")]


def test_fields_of_our_own_format_are_taken_as_they_are() -> None:
    found = parsed(
        "---\ntributary: 1\nid: slug-1\nkind: experiment\ntitle: T\ngroup: Ward 3\n"
        "tags: one, two words\n"
        "properties: {difficulty: 3, empty: }\nrelations:\n  - {type: Cites, target: other}\n"
        "archived: {reason: Old., successor: newer}\nsource: {name: n, external_id: x}\n"
        "aliases: [other name]\n---\nText"
    )

    assert found == ParsedFile(
        path="folder/some-file.md",
        exact=True,
        id="slug-1",
        kind="experiment",
        group="Ward 3",
        content=found.content,
        tags=("one", "two words"),
        relations=(NamedRelation("Cites", "other"),),
        links=(),
        parts=Parts(frozenset(), {}),
        named=(),
        aliases=("other name",),
        archived=NamedArchive("Old.", "newer"),
        source=Source("n", "x"),
        visible_to=(),
    )
    assert found.content.properties == {"difficulty": 3, "empty": "", "aliases": "other name"}
    assert found.content.sections == (Section("", "Text"),)


def test_what_a_relation_says_beyond_type_and_target_stays_as_text() -> None:
    relations = "[{type: Cites, target: a, note: for the zymurgy}, {type: Cites, target: b}]"
    found = parse_markdown(f"---\nrelations: {relations}\n---\nText".encode(), "x.md")
    assert found.relations == (NamedRelation("Cites", "a"), NamedRelation("Cites", "b"))
    assert "for the zymurgy" in " ".join(section.text for section in found.content.sections)


def test_links_that_no_text_can_hold_are_left_out_of_an_export() -> None:
    head = '{"tributary": 1, "relations": [{"type": "Cites", "target": "a", "written": [%s]}]}\n'
    found = parse_markdown((head % '"b.md", "\\u0000", ["c"]').encode(), "x.md")
    assert found.relations == (NamedRelation("Cites", "a", ("b.md",)),)


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        ("# Code reviews\n\nText", "Code reviews", [("", "Text")]),
        ("Code reviews\n===\nText", "Code reviews", [("", "Text")]),
        (
            "# *Code* [reviews](x) <a id='p'></a>\nText",
            "Code reviews",
            [("", "*Code* [reviews](x)\n\nText")],
        ),
        ("## Title\n\nCode reviews\n\n## Patlet\n\nText", "Code reviews", [("Patlet", "Text")]),
        ("# Title\n\n**Code reviews**\n\nmore", "Code reviews", [("", "more")]),
        ("<!-- note -->\n# Code reviews\n\nText", "Code reviews", [("", "Text")]),
        ("Lead\n# One\n\nText", "One", [("", "Lead\n\nText")]),
        ("## One\n\nText", "Some file", [("One", "Text")]),
        ("Only text", "Some file", [("", "Only text")]),
        ("# A\n\nText\n\n# B\n\nMore", "A", [("", "Text"), ("B", "More")]),
    ],
)
def test_the_title_comes_from_the_first_heading_or_the_file_name(
    text: str, title: str, found: list[tuple[str, str]]
) -> None:
    assert parsed(text).content.title == title
    assert sections(text) == found


def test_headings_of_levels_one_and_two_begin_sections_and_deeper_ones_stay() -> None:
    text = "---\ntitle: T\n---\nLead\n\n# One\n\na\n\n### Deep\n\nb\n\n## Two\n\nc\n\n## Empty\n"

    assert sections(text) == [
        ("", "Lead"),
        ("One", "a\n\n### Deep\n\nb"),
        ("Two", "c\n\n### Empty"),
    ]


def test_without_higher_headings_the_deeper_ones_begin_sections() -> None:
    assert sections("---\ntitle: T\n---\n### One\n\na\n\n#### x\n\n### Two\n\nb\n") == [
        ("One", "a\n\n#### x"),
        ("Two", "b"),
    ]


def test_a_heading_in_code_in_a_comment_or_a_quotation_begins_nothing() -> None:
    text = "---\ntitle: T\n---\n```\n# code\n```\n<!--\n# comment\n-->\n> # quoted\n\n- # item\n"

    assert len(sections(text)) == 1


def test_a_lead_after_prose_fields_gets_a_heading() -> None:
    assert sections("---\ntitle: T\nwhatIs: It.\n---\nLead") == [
        ("What is it", "It."),
        ("Details", "Lead"),
    ]


def test_subtitle_and_lead_stand_together() -> None:
    assert sections("---\ntitle: T\nsubtitle: S\n---\nLead") == [("", "S\n\nLead")]


def test_a_title_that_is_too_long_is_cut_and_kept_in_the_text() -> None:
    title = "word " * 50

    found = parsed(f"---\nsubtitle: S\n---\n# {title}\n\nText").content

    assert found.title == "word " * 38 + "word…"
    assert found.sections == (Section("", f"{title.strip()}\n\nS\n\nText"),)


def test_byte_order_mark_and_foreign_line_ends_do_no_harm() -> None:
    data = b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\n## One\r\n\r\na\x0cb\rc"

    assert parse_markdown(data, "x.md").content.sections == (Section("One", "a\nb\nc"),)


def test_signs_of_windows_that_became_control_characters_are_put_right() -> None:
    assert sections("a \x96 \x93b\x94") == [("", "a – “b”")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf---\n---\n", "no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "no text in UTF-8"),
        ("\ufeff \n".encode("utf-16-le"), "The file is empty"),
        (b"x" * (LARGEST_FILE + 1), "more than 12 MB"),
        (b"---\ntributary: 1\nsource: {name: x}\n---\nText", "needs a name and an external_id"),
        (b"---\ntributary: 2\n---\nText", "another version"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(data: bytes, said: str) -> None:
    with pytest.raises(NotTaken, match=said):
        parse_markdown(data, "x.md")


@pytest.mark.parametrize(
    ("data", "text", "lines"),
    [
        (b"# A\n\ncaf\xe9 au lait\nna\xefve", "caf\ufffd au lait\nna\ufffdve", "3, 4"),
        (b"a\0b", "a\ufffdb", "1"),
        (b"a\x1b[1mb", "a\ufffd[1mb", "1"),
        (b"\xff\xfea\0b", "a\ufffd", "1"),
        (b"\xff\xfe" + "a\0b".encode("utf-16-le"), "a\ufffdb", "1"),
        (
            b"ab cd ef gh\n" * 11 + b"\xff\n" * 12,
            "ab cd ef gh\n" * 11 + "\ufffd\n" * 11 + "\ufffd",
            "21 and 2 more",
        ),
    ],
)
def test_bytes_that_are_no_text_stand_as_a_sign_and_their_lines_are_told(
    data: bytes, text: str, lines: str
) -> None:
    found = parse_markdown(data, "x.md")

    assert [section.text for section in found.content.sections] == [text]
    assert f"in line {lines}" in found.remarks[0] or f", {lines}" in found.remarks[0]
    assert found.visible_to == ()


@pytest.mark.parametrize(
    "head",
    ["dr\xffaft: true", "status: dr\xfft", "tags: [a, dr\xfft]", "visibility: \xff", "\xff: a"],
)
def test_what_is_no_text_in_a_field_that_may_hold_the_page_back_keeps_it_for_its_author(
    head: str,
) -> None:
    text = f"---\ntitle: caf\xe9\n{head}\n---\nText\n"

    assert parse_markdown(text.encode("latin-1"), "x.md").visible_to == ("author",)


def test_a_title_alone_is_enough() -> None:
    assert parsed("---\ntitle: Only a title\n---\n").content.sections == ()


def test_what_has_another_sense_elsewhere_is_a_field_as_others_are() -> None:
    found = parsed(
        "---\ntitle: T\nsource: a book\nrelations: none\nproperties: coarse\ngroup: [a, b]\n"
        "kind: song\nrelations: [x]\n---\nText".replace("relations: none\n", "")
    )

    assert (found.source, found.relations, found.group, found.kind) == (None, (), None, None)
    assert found.content.properties == {"source": "a book", "properties": "coarse", "kind": "song"}
    assert found.tags == ("a", "b", "x")


def test_the_source_of_a_book_is_no_source_of_an_import() -> None:
    found = parsed("---\nsource: {name: Baking, external_id: '12'}\n---\nText")

    assert found.source is None
    assert found.content.properties == {"source name": "Baking", "source external_id": "12"}


@pytest.mark.parametrize(
    ("fields", "reason", "properties"),
    [
        ("archived: true", "Archived where it comes from.", {}),
        ("archived: True\nreason:", "Archived where it comes from.", {}),
        ("archived: true\nreason: because", "because", {}),
        ("archived: true\narchived_reason: Old.\nreason: because", "Old.", {"reason": "because"}),
        ("archived: false\nreason: because", None, {"reason": "because"}),
        ("archived:\nreason: because", None, {"reason": "because"}),
        ("archived: {successor: x}", "Archived where it comes from.", {}),
        ("archived: 2021-03-04", "Archived where it comes from: 2021-03-04.", {}),
        ("archived: [old]", "Archived where it comes from: old.", {}),
    ],
)
def test_the_reason_of_what_is_archived_may_stand_beside_it(
    fields: str, reason: str | None, properties: dict[str, str]
) -> None:
    found = parsed(f"---\ntitle: T\n{fields}\n---\nText")

    successor = "x" if "successor" in fields else None
    assert found.archived == (reason and NamedArchive(reason, successor))
    assert found.content.properties == properties


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a/code-consumers.md", "Code consumers"),
        ("a/code_of_conduct.md", "Code of conduct"),
        ("project-setup/README.md", "Project setup"),
        ("index.md", "Index"),
        ("a/Code-of-Conduct.md", "Code of Conduct"),
        ("a/v1.2.3.md", "v1.2.3"),
        ("a/iPhone.md", "iPhone"),
        ("a/UTF-8.md", "UTF-8"),
        ("a/Plans___Night.md", "Plans/Night"),
        ("a/my note - on snake_case.md", "My note - on snake_case"),
        ("a/über-uns.md", "Über uns"),
    ],
)
def test_a_file_name_is_made_readable(path: str, title: str) -> None:
    assert readable_name(path) == title


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("whatIs", "What is it"),
        ("meeting_notes", "Meeting notes"),
        ("howWeDo", "How we do"),
        ("FAQ", "FAQ"),
    ],
)
def test_a_field_name_is_made_readable(name: str, heading: str) -> None:
    assert readable(name) == heading


def test_a_question_with_a_line_of_its_length_below_it_is_a_heading() -> None:
    text = "Who drains the oil?\n-------------------\n\nEach shift.\n\nWho asks?\n---\n\nText."
    (section,) = parse_markdown(text.encode(), "a.md").content.sections

    assert section.heading == "Who drains the oil?"
    assert section.text.startswith("Each shift.\n\nWho asks?\n\n---")


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
def test_a_file_that_a_shell_of_windows_wrote_is_read(code: str) -> None:
    text = "\ufeff---\ndraft: true\n---\n# Brücke 🌉\r\n\r\nÜber den Fluss."
    found = parse_markdown(text.encode(code), "a.md")

    assert (found.content.title, found.content.sections[0].text) == ("Brücke 🌉", "Über den Fluss.")
    assert found.visible_to


@pytest.mark.parametrize("inside", ["", "  "])
@pytest.mark.parametrize(("count", "value"), [(150, "rarely"), (60, "rarely " * 300)])
def test_properties_that_an_entry_has_no_room_for_are_words_of_its_text(
    inside: str, count: int, value: str
) -> None:
    fields = [f"{inside}field {n}: '{value.strip()} {n}'" for n in range(count)]
    head = "\n".join(["title: Much", *(["properties:"] if inside else []), *fields])
    found = parse_markdown(f"---\n{head}\n---\n\nText.\n".encode(), "x.md")
    kept = validation.content(found.content)
    assert len(kept.properties) < count
    texts = [str(each) for each in kept.properties.values()]
    text = "\n".join([*texts, *(section.text for section in kept.sections)])
    assert [n for n in range(count) if not re.search(rf"rarely {n}\b", text)] == []


def test_an_own_property_longer_than_one_can_be_is_a_section() -> None:
    text = "long " * 2_000
    found = parse_markdown(f"---\nproperties:\n  note: {text}\n---\n\nText.\n".encode(), "x.md")
    assert ("Note", text.strip()) in [(s.heading, s.text) for s in found.content.sections]


def test_a_file_of_very_many_headings_is_taken_whole() -> None:
    text = "# Much\n\n" + "".join(f"## Head {n}\n\nText {n}.\n\n" for n in range(600))
    kept = validation.content(parsed(text).content)
    assert len(kept.sections) <= validation.SECTIONS
    whole = "\n".join(f"{section.heading}\n{section.text}" for section in kept.sections)
    assert all(f"Head {n}\n" in whole and f"Text {n}." in whole for n in range(600))
