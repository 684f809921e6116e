"""Reads one Markdown file: bytes in, and out comes what an entry is made of, or why not.

Each block of the text and each value of a field ends in one place: the title, a section, a
property, a tag, a relation, who sees it, or a remark that says what was left out.
"""

from collections.abc import Mapping

from msgspec import Struct

from kb.entries.content import Content, Section, Source
from kb.errors import NotTaken
from kb.importers import own_fields
from kb.importers.abbreviations import with_meanings
from kb.importers.autorefs import IdOf, ids_of, with_autorefs
from kb.importers.blocks import blocks_of, is_block, with_blocks
from kb.importers.cells import with_cells
from kb.importers.code_blocks import with_named_code
from kb.importers.crossrefs import (
    PageOf,
    labels_of,
    standing,
    with_chapters,
    with_references,
    with_words,
)
from kb.importers.decoding import decoded
from kb.importers.directives import with_directives
from kb.importers.fields import Fields
from kb.importers.formulas import Formulas
from kb.importers.front_matter import read_head
from kb.importers.indented import with_list_outdented
from kb.importers.links import links_in
from kb.importers.myst import is_myst, labelled
from kb.importers.naming import date_in_name
from kb.importers.own_fields import EXPORT_FORMAT, NamedArchive, NamedRelation
from kb.importers.page import Page
from kb.importers.page_fields import with_conditions, with_mentioned
from kb.importers.parts import Change, Parts, content_with_parts, parts_of
from kb.importers.plain import plain_markdown
from kb.importers.remarks import Remarks, Why
from kb.importers.roles import with_roles
from kb.importers.seen import also_held_back, for_its_author, take_seen
from kb.importers.seen_text import held_back_in, held_back_in_html
from kb.importers.signs import without_signs
from kb.importers.values import Plain, Value, words
from kb.messages import _

__all__ = ["EXPORT_FORMAT", "NamedArchive", "NamedRelation", "ParsedFile"]

ALL_HIDDEN = _("All that the file holds is hidden from readers of its website.")

_ADDRESSES = ("slug", "permalink", "url", "redirect_from")
"""Fields with an address that a page has or had on its website, or the last part of one."""
_WHOLE_ADDRESSES = ("path", "url", "permalink", "redirect_from")
"""Those in which it is one from the root of the website, with a slash before it or without."""


class ParsedFile(Struct, frozen=True, kw_only=True):
    """What a file says. `links` lead to other files and are not resolved yet.

    `parts` are the places of its page to which links of other files lead, `labels` the words of
    those that have a label, and `made` the labels and pages whose names stand in links for words.
    `relations` are those that the front matter states, `links` those that the text holds, `named`
    the files that a field names, each with the field. `exact`
    says that it is an export of ours: its `id` is an entry's and its `source` the entry's own.
    `visible_to` has the words of `kb.visibility_words`, none where the file does not say, and
    `visible_below` those for the other pages in its folder and below.
    `aliases` are further names under which links find it; `remarks` tell what was left out,
    `unread` that some of its fields could not be read.
    """

    path: str
    exact: bool
    id: str | None
    kind: str | None
    group: str | None
    content: Content
    tags: tuple[str, ...]
    relations: tuple[NamedRelation, ...]
    links: tuple[str, ...]
    parts: Parts
    named: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...]
    archived: NamedArchive | None
    source: Source | None
    visible_to: tuple[str, ...]
    visible_below: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: bool = False
    labels: Mapping[str, str] = {}
    made: frozenset[str] = frozenset()

    def points_elsewhere(self) -> bool:
        """Whether it names other files in any way."""
        successor = self.archived and self.archived.successor
        return bool(self.links or self.named or self.relations or successor)

    def words_of(self, label: str) -> str:
        """What stands for a label of its page elsewhere; the title for "" or a mute block."""
        is_page = not label or is_block(label)
        return self.labels.get(label) or (self.content.title if is_page else "")


def parse_markdown(
    data: bytes,
    path: str,
    place: str = "",
    *,
    settings: Mapping[str, Value] | None = None,
    in_book: bool = False,
    in_chapters: bool = False,
    in_mdx: bool = False,
    page_of: PageOf = lambda _: "",
    id_of: IdOf | None = None,
) -> ParsedFile:
    """What the file at `path` (relative, with slashes) with the content `data` says.

    `place` is where it lies, as a path, if that says more: a folder of drafts may lie above.
    `settings` are what is set for it outside of it by name, None where nobody knows that.
    `in_book` says that all pages around it are in MyST, `in_chapters` that it is one of Quarto's or
    bookdown's, whose links to parts may mean another, and `in_mdx` that they may be in MDX,
    `page_of` where their labels are, and `id_of` where the ids of MkDocs are.
    Raises `NotTaken`.
    """
    remarks = Remarks()
    text = decoded(data, remarks)
    head = read_head(text, remarks)
    fields = own_fields.in_our_case(_with_taxonomies(head.fields))
    exact = own_fields.is_export(fields)
    below = () if exact else head.seen_below()
    visible_to = take_seen(fields, "" if exact else place or path, remarks, exact=exact)
    visible_to = for_its_author(visible_to, head.unread, remarks)
    source = own_fields.source(fields) if exact else None
    page = Page(fields, path, exact=exact)
    external_id = own_fields.line(fields, "id")
    kind = own_fields.kind(fields, exact=exact)
    group = own_fields.group(fields)
    relations = own_fields.relations(fields, exact=exact)
    archived = own_fields.archived(fields)
    own_properties = own_fields.properties(fields)
    own_tags = words(fields.pop("tags", None)) if exact else _own_tags(fields, path)
    addresses = _addresses(fields)
    sorted_fields = Fields(remarks)
    for each in own_properties.items():
        sorted_fields.keep(*each)
    sorted_fields.sort(_with_date(fields, path))
    formulas = Formulas("" if exact else head.body)
    body, labels, made = head.body, dict[str, str](), set[str]()
    if not exact:
        labels = labels_of(body) | blocks_of(body)
        body = with_list_outdented(formulas.text)
        body = with_conditions(body, head.fields, None if head.unread else settings)
        myst = in_book or is_myst(body, head.fields)
        if myst:
            body, of_myst = labelled(body, remarks)
            body = with_directives(body, remarks)
            body = with_roles(body, of_myst, page_of, made, remarks)
            labels |= of_myst
        body = _said(body, head.fields, settings or {}, remarks)
        body = with_autorefs(body, id_of, made, remarks)
        body = with_blocks(body, labels, page_of, made, remarks)
        body = with_named_code(with_references(body, labels, page_of, made))
        body = with_chapters(body, labels, page_of) if in_chapters else body
        mdx = in_mdx or path.lower().endswith(".mdx")
        body = plain_markdown(body, remarks, myst=myst, mdx=mdx, made=made)
    title, sections = page.read(body, tuple(sorted_fields.sections), remarks, formulas.put_back)
    if not exact:
        comments = (formulas.put_back(without_signs(each)) for each in remarks.comments)
        held = held_back_in((*page.names, title), formulas.put_back(body), comments)
        said = (*head.held, *held, *held_back_in_html(head.body))
        visible_to = also_held_back(visible_to, said, remarks)
    if not sections and not head.fields:
        if not page.heading_is_title:
            hidden = remarks.has(Why.UNSEEN)
            raise NotTaken(ALL_HIDDEN if hidden else _("The file holds no text."))
        remarks.add(Why.CHANGED, "it holds no more than its title")
    parts = parts_of("", ()) if exact else parts_of(head.body, sections)
    links = () if exact else _links(sections, sorted_fields.related)
    content = Content(title=title, sections=sections, properties=sorted_fields.properties)
    labels = standing(labels, content)
    of_own = {label: words for label, words in labels.items() if label in made}
    return ParsedFile(
        path=path,
        exact=exact,
        id=external_id,
        kind=kind,
        group=group,
        relations=relations,
        archived=archived,
        content=content_with_parts(
            with_words(content, of_own, lambda target, label: "" if target else of_own[label]),
            _within(parts, head.body if in_chapters else None, remarks),
            remarks,
        ),
        tags=tuple(dict.fromkeys([*own_tags, *sorted_fields.tags])),
        links=links,
        parts=parts,
        labels=labels,
        made=frozenset(made),
        named=tuple(dict.fromkeys(sorted_fields.named)),
        aliases=(*sorted_fields.aliases, *addresses),
        source=source,
        visible_to=visible_to,
        visible_below=below,
        remarks=tuple(map(formulas.put_back, remarks.all())),
        unread=bool(head.unread),
    )


def _within(parts: Parts, chapter: str | None, remarks: Remarks) -> Change:
    """How a page calls the parts to which its own links lead; a chapter tells of unknown ones."""
    ids = {*ids_of(chapter or "", headings=True)}

    def called(target: str, part: str) -> tuple[str, str] | None:
        if target:
            return None
        if chapter is not None and part not in ids and not parts.knows(part):
            remarks.add(Why.CHANGED, f"a link to #{part} leads to no heading here")
        return "", parts.called(part)

    return called


def _said(
    body: str, fields: Mapping[str, Value], settings: Mapping[str, Value], remarks: Remarks
) -> str:
    """`body` with what abbreviations, mentions of fields and options of cells say to readers."""
    said = with_mentioned(with_meanings(body, remarks), fields, remarks)
    return with_cells(said, (settings, fields), remarks)


def _with_taxonomies(fields: dict[str, Value]) -> dict[str, Value]:
    """`fields` with Hugo's taxonomies, such as tags, beside the others."""
    taxonomies = fields.get("taxonomies")
    rest = {name: value for name, value in fields.items() if name != "taxonomies"}
    return {**taxonomies, **rest} if isinstance(taxonomies, dict) else {**fields}


def _own_tags(fields: dict[str, Value], path: str) -> list[str]:
    """The tags of a post of Jekyll's, which are set apart by blanks; others are sorted later."""
    value = fields.get("tags")
    if date_in_name(path) and isinstance(value, Plain) and "," not in value.text:
        del fields["tags"]
        return value.text.split()
    return []


def _addresses(fields: dict[str, Value]) -> list[str]:
    found = [word for name in _ADDRESSES for word in words(fields.get(name))]
    whole = [word for name in _WHOLE_ADDRESSES for word in words(fields.get(name))]
    whole += [word for word in words(fields.get("aliases")) if "/" in word]
    found += [f"/{word.lstrip('/')}" for word in whole if not word.startswith((".", "#"))]
    return [word for word in dict.fromkeys(found) if ":" not in word]


def _with_date(fields: dict[str, Value], path: str) -> dict[str, Value]:
    date = date_in_name(path)
    return {"date": Plain(date, date), **fields} if date else fields


def _links(sections: tuple[Section, ...], related: list[str]) -> tuple[str, ...]:
    found = [link for section in sections for link in links_in(Formulas(section.text).text)]
    return tuple(dict.fromkeys([*found, *(f"wiki:{name.strip()}" for name in related)]))
