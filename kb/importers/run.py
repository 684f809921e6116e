"""Drives an import: each file of a folder becomes an entry, or a row that says why not."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from kb.access import AUTHOR_ONLY, Visibility
from kb.entries.bring import Brought, ImportedEntry
from kb.entries.content import Content, Draft, Relation, Source
from kb.entries.entry import EntryArchived
from kb.entries.relation import WIKI, written_name
from kb.errors import Forbidden, InvalidInput, NotFound, NotTaken, Refused
from kb.ids import as_uuid, entry_id_for
from kb.importers.cascades import Cascades, in_order
from kb.importers.crossrefs import with_words
from kb.importers.files import find_files, hidden_pages, read, why_hidden
from kb.importers.folder_links import TagLinks, page_first, with_terms
from kb.importers.journals import Journals
from kb.importers.links import Names
from kb.importers.markdown import ParsedFile
from kb.importers.naming import is_hidden, is_markdown, spellings, why_twice
from kb.importers.outcomes import REFUSED, FileOutcome, not_taken, said
from kb.importers.parts import content_with_parts
from kb.importers.permalinks import Permalinks
from kb.importers.remarks import Remarks, Why
from kb.importers.sight import Sight, changes
from kb.messages import _

__all__ = ["REFUSED", "FileOutcome", "FolderImport", "ImportOptions", "said"]

LINK = "References"
"""The relation type that a link in a text becomes."""
NO_MARKDOWN = _("This is no Markdown file; if it holds Markdown, let its name end in .md.")

AHEAD = 32
"""Files that are read before the first of them goes to the log: their keys take one sync."""


class ImportOptions(Struct, frozen=True, kw_only=True):
    """What holds for files that do not say otherwise. `source` names where they come from.

    By `visibility` no file is shown to more people than that, whatever it says itself; None is no
    bound, and shows to all members what does not say.
    `member` is the one who imports, None for the operator: for members alone the ids in the files
    mean nothing, so that they meet no entry of others. `groups` has the id of each group by the
    id that its present name gives, `group_names` its name by its id.
    """

    source: str
    kind: str = "practice"
    group: str | None = None
    visibility: Visibility | None = None
    member: str | None = None
    groups: Mapping[str, str] = {}
    group_names: Mapping[str, str] = {}


class Brings(Protocol):
    """What an import needs of `kb.entries.service.Entries`."""

    def prepare(self, entry_ids: Iterable[str]) -> None:
        """Make ready for many new entries."""

    def bring(self, imported: ImportedEntry) -> Brought:
        """Take an entry in."""

    def is_known(self, entry_id: str) -> bool:
        """Whether there ever was an entry of this id."""

    def audience_after(self, entry_id: str, shown: Visibility | None) -> frozenset[str]:
        """The labels of those who see an entry once it is brought with `shown`."""


class FolderImport:
    """One run over a folder. Ids follow from source and path: a second run takes what is new."""

    def __init__(self, entries: Brings, folder: Path, options: ImportOptions) -> None:
        self._entries = entries
        self._folder = folder
        self._options = options
        self._files: dict[str, ParsedFile] = {}
        self._owners: dict[str, str] = {}
        self._external_ids: dict[str, str] = {}
        self._cascades = Cascades()
        self._hidden = hidden_pages(folder)
        self.paths = in_order([*find_files(folder), *self._hidden[:1]])
        self._names = Names(folder.resolve().name, self.paths)
        self._cascades.read_settings(folder, self.paths)
        self._permalinks = Permalinks(folder, self.paths)
        self._journals, self._tags = Journals(folder, self.paths), TagLinks(self.paths)
        self._sight = Sight(
            options.visibility, options.groups, options.group_names, entries.audience_after
        )

    def run(self) -> Iterator[FileOutcome]:
        """What became of each file, as it happens.

        A file without links goes to the log soon, so that embedding can begin; one with links
        waits until all files are read, since only then it is known where its links lead.
        """
        waiting: list[tuple[str, ParsedFile]] = []
        for start in range(0, len(self.paths), AHEAD):
            found = [self._read(path) for path in self.paths[start : start + AHEAD]]
            self._entries.prepare(each[0] for each in found if not isinstance(each, FileOutcome))
            for each in found:
                if isinstance(each, FileOutcome):
                    yield each
                elif each[1].points_elsewhere() or self._tags.has(each[1].path):
                    waiting.append(each)
                else:
                    yield self._bring(*each)
        for entry_id, parsed in page_first(waiting, self._names):
            yield self._bring(entry_id, parsed)

    def _read(self, path: str) -> tuple[str, ParsedFile] | FileOutcome:
        """The id and content of a file, or why it is not taken."""
        data = partial(read, self._folder, path)
        try:
            if is_hidden(path):
                raise NotTaken(why_hidden(self._hidden))
            if not (self._folder / path).is_dir() and not is_markdown(path.rpartition("/")[2]):
                self._cascades.refused(data, path)
                raise NotTaken(NO_MARKDOWN)
            parsed = self._cascades.parse(data, path, f"{self._folder.resolve().name}/{path}")
            return self._register(parsed), parsed
        except Exception as error:
            return not_taken(path, error)

    def _register(self, parsed: ParsedFile) -> str:
        """The id of the file's entry, under which links find it from now on."""
        external_id = self._external_id(parsed)
        entry_id = self._own_id(parsed) or self._entry_id(external_id)
        owner = self._owners.setdefault(entry_id, parsed.path)
        if owner != parsed.path:
            raise NotTaken(why_twice(external_id, owner, parsed.path))
        self._external_ids[parsed.path] = external_id
        known_as = (external_id, parsed.id or "", parsed.content.title, *parsed.aliases)
        names = (*known_as, *self._permalinks.of(path := parsed.path), *self._journals.of(path))
        self._files[entry_id] = parsed
        self._sight.add(entry_id, parsed)
        self._names.add(path, entry_id, filter(None, names), self._permalinks.folder_of(path))
        return entry_id

    def _external_id(self, parsed: ParsedFile) -> str:
        """What the file is known by: its id, with its folder if another file has it, or its path.

        Other tools have ids that are unique in a folder alone.
        """
        if not parsed.id:
            return self._path_as_known(parsed.path)
        folder = posixpath.dirname(parsed.path)
        for external_id in (parsed.id, f"{folder}/{parsed.id}", parsed.path):
            owner = self._owners.get(self._entry_id(external_id), parsed.path)
            if owner == parsed.path or self._own_id(parsed):
                return external_id
        return parsed.id

    def _path_as_known(self, path: str) -> str:
        """`path` as all systems write it, or as an earlier import on another one knew it."""
        forms = spellings(path)
        if len(forms) == 1:
            return forms[0]
        known = (form for form in forms if self._entries.is_known(self._entry_id(form)))
        return next(known, forms[0])

    def _entry_id(self, external_id: str) -> str:
        return entry_id_for(self._options.source, external_id, self._options.member)

    def _bring(self, entry_id: str, parsed: ParsedFile) -> FileOutcome:
        told, may_tell = list[str](), partial(self._sight.may_tell, entry_id)
        try:
            with_links = with_terms(parsed, self._names, may_tell)
            with_links = self._tags.led(with_links, self._names, may_tell)
            imported = self._imported(entry_id, with_links, told)
        except Exception as error:
            return not_taken(parsed.path, error)
        try:
            brought = self._entries.bring(imported)
            told += changes(imported.shown, brought, self._options.group_names)
        except (Forbidden, InvalidInput, NotFound, NotTaken, Refused) as error:
            return not_taken(parsed.path, error)
        return FileOutcome(
            path=parsed.path,
            outcome=brought.outcome,
            id=entry_id,
            remarks=(*parsed.remarks, *told),
            position=brought.receipt.position,
            alone=brought.shown.sight in AUTHOR_ONLY,
            said=said(imported.draft.content.sections),
            unread=parsed.unread,
        )

    def _imported(self, entry_id: str, parsed: ParsedFile, told: list[str]) -> ImportedEntry:
        external_id = self._external_ids[parsed.path]
        if parsed.id and external_id != parsed.id:
            told.append(
                f"{Why.CHANGED}: another file has its id {parsed.id}, so it goes by {external_id}"
            )
        options = self._options
        shown = self._sight.said(parsed, told)
        relations = self._relations(entry_id, parsed, told)
        return ImportedEntry(
            id=entry_id,
            draft=Draft(
                kind=parsed.kind or options.kind,
                content=self._leading(entry_id, parsed, told),
                group=parsed.group or options.group,
                tags=parsed.tags,
                relations=tuple(relations),
                visibility=shown or Visibility(),
            ),
            shown=shown,
            source=parsed.source if self._own_id(parsed) else Source(options.source, external_id),
            archived=self._archived(parsed, told),
            written=relations if parsed.exact else self._written(parsed, relations),
        )

    def _leading(self, entry_id: str, parsed: ParsedFile, told: list[str]) -> Content:
        """The content, its links to parts of pages as these call them, and of its own as such.

        What a page calls its parts is told to nobody who does not see it.
        """

        def found_at(target: str) -> str | None:
            found = self._names.find(target, parsed.path) if target else None
            return found if found and self._sight.may_tell(entry_id, found) else None

        def of_label(target: str, label: str) -> bool:
            pages = (self._cascades.page_of, *[self._cascades.id_of] * (label in parsed.made))
            return bool(target) and target in [page(parsed.path, label) for page in pages]

        def words(target: str, label: str) -> str:
            found = found_at(target) if not label or of_label(target, label) else None
            return self._files[found].words_of(label) if found else ""

        def led(target: str, part: str) -> tuple[str, str] | None:
            if not (found := found_at(target)):
                # Of a label its author wrote no page.
                return ("", part) if of_label(target, part) else None
            to = "" if found == entry_id else target.removeprefix(WIKI)
            return to, self._files[found].parts.called(part)

        if parsed.exact or not parsed.links:
            return parsed.content
        content = with_words(parsed.content, parsed.made, words)
        content = content_with_parts(content, led, remarks := Remarks())
        told += remarks.all()
        return content

    def _own_id(self, parsed: ParsedFile) -> str | None:
        """The entry's own id, if the operator imports an export; its source is its own then."""
        trusted = parsed.exact and self._options.member is None
        return as_uuid(parsed.id) if trusted and parsed.id else None

    def _relations(
        self, entry_id: str, parsed: ParsedFile, told: list[str]
    ) -> dict[Relation, tuple[str, ...]]:
        """Those that the file states, each with the links that it says are written for it."""
        stated = {
            Relation(stated.type, target): tuple(map(written_name, stated.written))
            for stated in parsed.relations
            if (target := self._target(stated.type, stated.target, parsed.path, told))
        }
        known = {entry_id, *(relation.target for relation in stated)}
        linked = [self._names.find(link, parsed.path) for link in parsed.links]
        linked += [self._target(f"the field {f}", to, parsed.path, told) for f, to in parsed.named]
        found = dict.fromkeys(target for target in linked if target and target not in known)
        return {**stated, **{Relation(LINK, target): () for target in found}}

    def _written(
        self, parsed: ParsedFile, relations: Iterable[Relation]
    ) -> dict[Relation, tuple[str, ...]]:
        """The links of the text that mean the entry at the other end of each relation."""
        found: dict[str, list[str]] = {}
        for link in parsed.links:
            if target := self._names.find(link, parsed.path):
                found.setdefault(target, []).append(written_name(link))
        return {each: tuple(dict.fromkeys(found.get(each.target, ()))) for each in relations}

    def _archived(self, parsed: ParsedFile, told: list[str]) -> EntryArchived | None:
        if parsed.archived is None:
            return None
        named = parsed.archived.successor
        successor = self._target("successor", named, parsed.path, told) if named else None
        return EntryArchived(reason=parsed.archived.reason, successor=successor)

    def _target(self, what: str, name: str, path: str, told: list[str]) -> str | None:
        # Names first: the ids of other people's notes may look like those of entries.
        found = self._names.named(name, path) or as_uuid(name) or self._names.find(name, path)
        if found is None:
            told.append(
                f"{Why.CHANGED}: {what} points to “{name}”, which is no id and no file here"
            )
        return found
