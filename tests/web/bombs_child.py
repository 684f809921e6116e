"""A process that reads long texts of unlucky shapes, and is ended if one of them takes it long.

Run as: python -m tests.web.bombs_child texts|requests
"""

import faulthandler
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from indexer.document import Document, Section
from indexer.embedding.model import ModelEmbedder
from indexer.embedding.testing import HashEmbedder
from indexer.text import analysis, letters, markdown_text, passages, sayings, snippets, wanted
from indexer.text.names import rung
from kb import characters, collation, fields, ids
from kb.accounts import names, password_rules
from kb.cli import contribute, failures
from kb.entries import differences, headings, meant, tags
from kb.entries.content import Content
from kb.entries.content import Section as Part
from kb.entries.relation import written_name
from kb.errors import KnowledgeBaseError
from kb.exporters import markdown as exported
from kb.importers import folder_links, journals, page_fields, permalinks
from kb.importers.markdown import parse_markdown
from kb.people import directory
from tests.worlds.web import Browsers, Community, community_at, form_token
from web import bodies, places, requests, security
from web import fields as form_fields
from web.markdown import TooDeep, linked, to_html
from web.pages import forms, sections

LENGTH = 2_000
"""Characters of a text; readers that do more with each character get half of it."""

LESS = LENGTH // 2

QUESTION = min(analysis.LONGEST_QUESTION, LENGTH // 10)
"""Of a question that is looked for in a text, since that takes as many steps for each of both."""

SECONDS = 2 + LENGTH / 2_000
"""Of the processor, for one reader of one text, which takes a tenth; a square of time is far more.
Where it was is printed when the system ends the process."""

PIECES = (
    *("a", " ", "\n", "[", "](", "![", "<", "(", "*", "`", "_a ", "> ", "- ", "#", "|", "\\"),
    *("<!--", "http://a", ".png#", "'", ".'", "-=", "[a](", "[a]: ", "{", "[[", "=\n", "|-|\n"),
    *(
        "<a",
        "<p hidden>",
        "<pre>",
        "<td>",
        "<A b=",
        "<A b={",
        "={",
        '=" ',
        "{{",
        "{%",
        "{{ a({",
        "{{ a({}) ",
        "{% a `",
        "{% set a %}",
        "`a`{.hidden}",
        "**a**{: .hidden}",
        "# a {.hidden}\n",
        "a\n{: .hidden}\n",
        "opts_chunk$set((",
        "%%",
        "::: a\n",
        '=== "a"\n',
        "```{r, a=\n",
        "*[a]: b\n",
        "a:: b\n",
        "% a\n",
        "(a)=\n",
        "```{note}\n",
        ":::{tip} a\n:b: c\n",
        "{ref}`a <b>`",
        "@sec-a",
        "[@fig-",
        "# a {#sec-a}\n",
        "[](){#a}",
        "[a][b]",
        "```{r}\n#| a: |\n",
        "$a",
        "$$ a_{b} ",
        "\\(a_",
        "$a^b$",
        "((602f149c-8acd-4c88-ba97-c4e189bd8f16))",
        "id:: 602f149c-8acd-4c88-ba97-c4e189bd8f16\n",
        "[^a]",
        "[^a]: b\n",
        "> [!a]\n",
        "!!! a\n",
        "a\n: b\n",
        "tags: [[a]] #b ",
        "- [[a]], ",
    ),
    *("aA", "*a **b ", "a. ", "あ", "a\u0301", "\u0315\u0300", "\u064b\u0651", "\u200d"),
)
"""Repeated, each makes a text. Accents in the wrong order are put right by Unicode's rules."""

IMPORTERS = (
    "abbreviations", "anchors", "attributes", "autorefs", "blocks", "body", "branches",
    "cascades", "cells", "code", "code_blocks", "comments", "components", "crossrefs",
    "decoding", "definitions", "directives", "divisions", "emphasis", "field_kinds", "fields",
    "formulas", "front_matter", "grids", "head_marks", "head_repair", "head_tags", "head_yaml",
    "html", "html_attributes", "html_code", "html_names", "indented", "label_pages",
    "languages", "lines", "links", "marks", "myst", "naming", "own_fields", "page", "parts",
    "persons", "pieces", "plain", "raw", "roles", "seen", "seen_marks", "seen_rule",
    "seen_text", "seen_values", "seen_words", "seen_words", "shortcodes", "signs", "slashes",
    "unseen", "values", "wide_links",
)  # fmt: skip

Reads = Callable[[str], object]


def _file(text: str) -> None:
    half = text[: LESS // 2]
    heads = (f"---\ntitle: {half}\n---\nx", f"---\n{half}\n---\n", f"---\n{half}", f"a:: {half}")
    for file in (text, f"# a\n\n{half}\n# b", f"<div>\n{half}\n</div>", f"{{{{{half}", *heads):
        with suppress(KnowledgeBaseError):
            parse_markdown(file.encode(), "x.md")


def _patterns(module: ModuleType) -> Reads:
    """What applies each pattern of `module`."""
    found = [one for one in vars(module).values() if isinstance(one, re.Pattern)]
    assert found

    def read(text: str) -> None:
        for one in found:
            one.fullmatch(text)
            one.sub("", text)

    return read


def _page_text(text: str) -> None:
    with suppress(TooDeep):
        linked(to_html(text), lambda _: None)


def _says(text: str) -> object:
    """What a question of its signs says, looked for in all of the text."""
    question = text[:QUESTION]
    found = [*sayings.sayings(question, (), short=True), *sayings.sayings(text[:9], (), short=True)]
    return [[*saying.places(text)] for saying in found]


def _compared(text: str) -> object:
    earlier, later = (
        Content(title="x", sections=(Part("", each),)) for each in (text, f"b {text[::-1]}")
    )
    return differences.differences(earlier, later)


def _passages(text: str) -> object:
    sections = (Section("", text),)
    document = Document(id="x", title="x", sections=sections, audience=frozenset("x"))
    return passages.split([document], HashEmbedder())


READERS: Mapping[str, tuple[Reads, ...]] = {
    "indexer/text/analysis.py": (
        analysis.terms,
        analysis.name_key,
        lambda text: [*analysis.spans(text)],
        analysis.all_terms,
    ),
    "indexer/text/letters.py": (letters.composed, letters.folded, letters.others, letters.written),
    **dict.fromkeys(
        ("indexer/text/markdown_grammar.py", "indexer/text/markdown_text.py"),
        (markdown_text.blocks,),
    ),
    "indexer/embedding/model.py": (ModelEmbedder().share,),
    "indexer/text/names.py": (lambda text: rung(text, text + ".", signed=True),),
    "indexer/text/sayings.py": (_says,),
    "indexer/text/snippets.py": (
        lambda text: snippets.spans(text, (), (analysis.name_key(text[:99]),)),
    ),
    "indexer/text/wanted.py": (
        lambda question: wanted.wanted(question[: analysis.LONGEST_QUESTION]),
    ),
    "kb/accounts/names.py": (names.normalised,),
    "kb/accounts/password_rules.py": (lambda text: password_rules.checked_password(text, "us"),),
    "kb/cli/failures.py": (_patterns(failures),),
    "kb/cli/contribute.py": (lambda text: contribute.without_template(text.encode()),),
    "kb/collation.py": (lambda name: collation.sort_key(name[:1_000]),),  # names are bounded
    "kb/entries/differences.py": (differences.words, _compared),
    "kb/entries/headings.py": (headings.slug, headings.part_slug),
    "kb/entries/meant.py": (_patterns(meant),),
    "kb/entries/relation.py": (written_name,),
    "kb/plain.py": (
        lambda text: fields.line("title", text),
        lambda text: fields.link("evidence", f"http://{text}"),
    ),
    "kb/entries/tags.py": (lambda text: tags.tag_names([text]), tags.tag_key),
    "kb/exporters/markdown.py": (_patterns(exported),),
    "kb/ids.py": (ids.group_id,),
    "kb/people/directory.py": (_patterns(directory),),
    "web/bodies.py": (lambda text: bodies.encoded_fields(text.encode()),),
    "web/pages/forms.py": (_patterns(forms),),
    "web/pages/sections.py": (_patterns(sections),),
    "web/fields.py": (_patterns(form_fields),),
    "web/places.py": (_patterns(places),),
    "web/requests.py": (_patterns(requests),),
    "web/security.py": (_patterns(security),),
}
"""What reads what people send with regular expressions, or by rules of Unicode."""

SLOWER: Mapping[str, tuple[Reads, ...]] = {
    "indexer/text/cuts.py": (_passages,),
    "kb/characters.py": (characters.visible, characters.skeleton, characters.one_alphabet),
    **dict.fromkeys((f"kb/importers/{name}.py" for name in IMPORTERS), (_file,)),
    "kb/importers/journals.py": (_patterns(journals),),
    "kb/importers/page_fields.py": (_patterns(page_fields),),
    "kb/importers/permalinks.py": (_patterns(permalinks),),
    "kb/importers/folder_links.py": (_patterns(folder_links),),
    "web/markdown.py": (_page_text,),
}
"""The same, of which each does more with a character."""


def read_texts() -> None:
    """Let each reader read each text, and those that are quick with a letter before it as well."""
    for kinds, length in ((READERS, LENGTH), (SLOWER, LESS)):
        texts = [begin + piece * (length // len(piece)) for piece in PIECES for begin in ("", "a")]
        for read in dict.fromkeys(read for readers in kinds.values() for read in readers):
            for text in texts if kinds is READERS else texts[::2]:
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                with suppress(KnowledgeBaseError, TooDeep):
                    read(text)


def send_requests() -> None:
    """Send the texts in what anybody may send, and members."""
    with tempfile.TemporaryDirectory() as folder, community_at(Path(folder) / "data") as community:
        for text in ("\u0315\u0300" * (LENGTH // 2), "a" + "\u0315\u0300" * (LENGTH // 2)):
            _send(community, text)


def _send(community: Community, text: str) -> None:
    nobody, client = Browsers(community)(), Browsers(community)("Stella")
    entry, form = community.contribute("Stella"), {"form_token": form_token(client)}
    forms = {"/groups": ("name", "parent"), f"/entries/{entry}/tags": ("tags",),
              "/account/profile": ("name",), "/account/password": ("current", "password"),
              "/account/tokens": ("token_name",), "/entries/new?kind=practice": ("tags", "group"),
              f"/entries/{entry}/untag": ("tag",)}  # fmt: skip
    sent = [nobody.post("/sign-in", data={"name": text, "password": text[:1000]})]
    sent.append(nobody.post("/sign-in", data={"name": "x", "password": text}))
    for path, each in forms.items():
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        sent += [client.post(path, data={**form, name: text}) for name in each]
    statuses = {answer.status_code for answer in sent}
    assert statuses <= {303, 400, 401, 404, 413}, [(each.url, each.status_code) for each in sent]


if __name__ == "__main__":
    faulthandler.register(signal.SIGPROF, chain=True)
    {"texts": read_texts, "requests": send_requests}[sys.argv[1]]()
    print("read")
