"""Files of an earlier import that the folder no longer has: what to tell of their entries."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from kb.entries.results import EntryPage
from kb.ids import entry_id_for
from kb.importers.naming import is_hidden, is_markdown, same
from kb.importers.run import FileOutcome, ImportOptions, said


class Gone(Struct, frozen=True, kw_only=True):
    """A file that is gone, by its path or the `id` that it had, and its entry, which stays.

    `now` is the file that has the same text since this import, if one does: it was renamed. One
    that had it before is another page that said the same.
    """

    path: str
    id: str
    title: str
    now: str | None = None


def gone(
    known: Mapping[str, str],
    outcomes: Iterable[FileOutcome],
    options: ImportOptions,
    page: Callable[[str], EntryPage],
) -> tuple[Gone, ...]:
    """What of `known` (names in the source by entry) no file of this import is.

    Entries that someone else imported are not among them, nor files that were refused or may
    have an id that could not be read. `page`
    has the text of an entry.
    """
    outcomes = list(outcomes)
    taken = {each.id for each in outcomes}
    refused = {
        same(each.path)
        for each in outcomes
        if (each.id is None or each.unread) and not is_hidden(each.path)
    }
    new = [each for each in outcomes if each.said and each.outcome in ("contributed", "revised")]
    now = {each.said: each.path for each in new}
    missing = [
        (name, page(entry_id))
        for entry_id, name in known.items()
        if entry_id not in taken
        and entry_id == entry_id_for(options.source, name, options.member)
        and not (refused and (same(name) in refused or not is_markdown(name)))
    ]
    return tuple(
        Gone(path=name, id=entry.id, title=entry.title, now=now.get(said(entry.sections)))
        for name, entry in missing
    )
