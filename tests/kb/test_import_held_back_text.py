"""Names, tags, properties and comments of a text keep a page for its author as its fields do."""

import pytest

from kb.importers.markdown import parse_markdown


def shown(text: str, path: str = "a.md") -> tuple[str, ...]:
    parsed = parse_markdown(text.encode(), path)
    told = "to its author alone" in " ".join(parsed.remarks)
    assert told == bool(parsed.visible_to)
    return parsed.visible_to


@pytest.mark.parametrize(
    ("says", "to"),
    [
        ("Text #draft", "draft"),
        ("#Draft\n\nText", "draft"),
        ("- Text\n    - more (#status/draft, #ops)", "draft"),
        ("**#wip** Text", "draft"),
        ("Text #[[Private]]", "author"),
        ("Text #pri\u200bvate", "author"),
        ("Text\n\n```\nx\n```\n#confidential", "author"),
        ("status:: draft", "draft"),
        ("- Text\n  - **public**:: false", "author"),
        ("> 1. publish:: no", "draft"),
        ("- [ ] visibility:: private", "author"),
        ("Text [private:: true] and more", "author"),
        ("Text (publish:: false)", "draft"),
        ("Text [**status**::[[Draft]]]", "draft"),
        ("tags:: [[oven]], [[draft]]", "draft"),
    ],
)
def test_a_tag_or_property_in_the_text_may_hold_a_page_back(says: str, to: str) -> None:
    assert shown(f"# Oven\n\n{says}\n") == (to,)
    assert shown(f"---\nvisibility: author\n---\n{says}\n") in {(to,), ("author",)}


@pytest.mark.parametrize(
    "text",
    [
        "C#draft, \\#private, `#draft` and # draft",
        "```\n#draft\nstatus:: draft\n```",
        "[Drafts](#draft) and [[#private]] and [[a#draft]] <a href='#draft'>b</a>",
        "## Drafts {#draft}\n\nText",
        "#drafting #private-school #draft-horses",
        "`std::private` Private::Client and x::private: y",
        "- [ ] Bake [scheduled:: 2999-01-01] [date:: 2999-01-01] [status:: open]",
        "[public:: true] [draft:: no] status:: published",
        "Status: draft horses",
    ],
)
def test_what_only_looks_like_a_tag_or_property_holds_none_back(text: str) -> None:
    assert shown(f"# Oven\n\n{text}\n") == ()


@pytest.mark.parametrize(
    ("comment", "to"),
    [
        ("draft: true", "draft"),
        ("title: Oven, published: false", "draft"),
        ('{"private": true}', "author"),
        ("\n---\ntitle: Oven\ntags: [oven, draft]\n---\n", "draft"),
        ("\n.. title: Oven\n.. status: private\n", "author"),
        ("status = draft", "draft"),
        ("visibility:: private", "author"),
        ("DRAFT", "draft"),
        ("do not publish", "draft"),
        ("For members only!", "author"),
        ("#private", "author"),
    ],
)
@pytest.mark.parametrize(("begin", "end"), [("<!--", "-->"), ("%%", "%%"), ("{/*", "*/}")])
def test_a_comment_may_hold_a_page_back(comment: str, to: str, begin: str, end: str) -> None:
    comment = f"{begin} {comment} {end}"

    assert shown(f"{comment}\n\n# Oven\n\nText") == (to,)
    assert shown(f"# Oven\n\nText\n\n{comment}\n") == (to,)


@pytest.mark.parametrize(
    "text",
    [
        "---\n# draft: true\ntitle: Oven\n---\nText",
        "```\n<!-- draft: true -->\n```",
        "<!-- The draft of Anna is older: see there -->\nText",
        "<!-- draft: false -->\nText",
        "<!-- published: true, hide: [toc] -->\nText",
        "<!-- password: -->\nText",
        "Text\n\nexport const hidden = {visibility: 'hidden'}\n\nText",
    ],
)
def test_a_comment_that_says_nothing_of_who_sees_a_page_holds_none_back(text: str) -> None:
    assert shown(text) == ()


def test_a_head_that_programs_read_may_hold_a_page_back() -> None:
    head = "export const frontMatter = {\n  title: 'Oven',\n  draft: true,\n}"

    assert shown(f"import A from 'a'\n\n{head}\n\nText", "a.mdx") == ("draft",)


@pytest.mark.parametrize(
    ("title", "to"),
    [
        ("[DRAFT] Oven", "draft"),
        ("Draft: Oven", "draft"),
        ("WIP: Oven", "draft"),
        ("WIP - Oven", "draft"),
        ("Draft 2.1: Oven", "draft"),
        ("Work in progress: Oven", "draft"),
        ("Oven (draft v3)", "draft"),
        ("Oven – Do not publish", "draft"),
        ("🔒 Private: Oven", "author"),
        ("Oven [for members only]", "author"),
        ("（Private） Oven", "author"),
        ("DRAFT Oven", "draft"),
        ("Oven DRAFT", "draft"),
        ("DRAFT", "draft"),
        ("WIP Oven", "draft"),
        ("🚧 WIP oven", "draft"),
        ("ENTWURF Ofen", "draft"),
        ("下書き：炉", "draft"),
        ("【草稿】炉", "draft"),
        ("TLP-RED Oven", "author"),
    ],
)
def test_a_mark_in_the_title_holds_the_page_back(title: str, to: str) -> None:
    assert shown(f"# {title}\n\nText") == (to,)
    assert shown(f"---\ntitle: Oven\n---\n# {title}\n\nText") == (to,)
    assert shown(f"---\ntitle: '{title}'\n---\n# Oven\n\nText") == (to,)
    assert shown("Text", f"a/{title}.md") == (to,)


@pytest.mark.parametrize(
    "title",
    [
        "Draft horses: a guide",
        "WIP limits",
        "How to reduce WIP",
        "DRAFT HORSES",
        "TLP-CLEAR Oven",
        "🎉 Private schools",
        "Drafts",
        "Keys (public and private)",
        "Internal communication: who and how",
        "Password: how to reset it",
        "Private schools - a list",
        "No: how to say it",
        "Rooms - 2: only",
    ],
)
def test_a_title_about_drafts_or_what_is_private_holds_no_page_back(title: str) -> None:
    assert shown(f"# {title}\n\n## Draft: of a part\n\nText") == ()


def test_a_meta_of_html_may_hold_a_page_back() -> None:
    meta = '<meta name="{}" content="{}">'

    assert shown(meta.format("draft", "true") + "\n\n# Oven\n\nText") == ("draft",)
    assert shown("# Oven\n\n" + meta.format("visibility", "private")) == ("author",)
    assert shown(meta.format("draft", "false") + "\n\n# Oven") == ()
    assert shown("# Oven\n\n`" + meta.format("draft", "true") + "`") == ()


def test_an_export_is_shown_as_its_entry_was() -> None:
    assert shown("---\ntributary: 1\ntitle: 'Draft: Oven'\n---\n#draft\n\nstatus:: draft\n") == ()
