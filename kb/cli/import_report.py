"""The report that `kb import` prints."""

from typing import TYPE_CHECKING

import click

from kb.characters import escaped, visible
from kb.cli.invocation import say
from kb.cli.output import print_table
from kb.counting import counted
from kb.messages import _

if TYPE_CHECKING:
    from kb.cli.import_ import ImportReport, Remark
    from kb.importers.gone import Gone

LONGEST_REMARK = 300
"""Characters of a remark that are printed; JSON has all of it."""


def _short(remark: str) -> str:
    if len(remark) <= LONGEST_REMARK:
        return remark
    return f"{remark[:LONGEST_REMARK]} … (whole with --json)"


def name_of(path: str) -> str:
    """The name of a file on one line, whatever is in it."""
    return escaped(path).replace("\n", r"\n")


def told_late(late: int, *, served: bool) -> str:
    """A sentence on files that cannot be found yet, and until when."""
    taker = "the running server" if served else "kb serve or the next search"
    files = counted(late, "file is", "files are")
    return _("{files} not found before {taker} has taken in what is new.", files=files, taker=taker)


MOST_GONE = 20
"""Names of files that are gone which are printed; JSON has them all."""


def _told_gone(gone: "tuple[Gone, ...]") -> str:
    from kb.importers.naming import is_markdown

    files = [g.path if is_markdown(g.path) else f"{g.path} (“{g.title}”)" for g in gone]
    names = [
        f"{name} (now {g.now}, with the same text)" if g.now else name
        for name, g in zip(files, gone, strict=True)
    ]
    more = len(names) - MOST_GONE
    said = visible(", ".join(names[:MOST_GONE])) + (
        f" and {more:,} more (all with --json)" * (more > 0)
    )
    return _(
        "No longer in the folder, though the entries stay: {said}. Archive "
        "what no longer holds: kb archive NAME --reason TEXT.",
        said=said,
    )


def _remark_rows(remarks: "tuple[Remark, ...]") -> list[tuple[str, str]]:
    """Files and remarks; a remark on several files has one row."""
    files: dict[str, list[str]] = {}
    for each in remarks:
        files.setdefault(each.remark, []).append(each.path)
    return [
        (name_of(paths[0]) + f" and {len(paths) - 1:,} more" * (len(paths) > 1), _short(remark))
        for remark, paths in files.items()
    ]


def print_report(report: "ImportReport") -> None:
    """Print what became of the files of an import."""
    if report.remarks:
        print_table(("taken, but", "what"), _remark_rows(report.remarks))
        click.echo()
    if report.refused:
        print_table(("not taken", "why"), [(name_of(r.path), r.reason) for r in report.refused])
        click.echo()
    if report.gone:
        say(_told_gone(report.gone))
        click.echo()
    count = report.author_alone
    alone = _(" ({count} of them for their author alone)", count=count) if count else ""
    say(
        _(
            "{files} from {place}: {contributed} new{alone}, {revised} "
            "revised, {unchanged} unchanged, {count} not taken.",
            files=counted(report.files, "file", "files"),
            place=report.source,
            contributed=report.contributed,
            alone=alone,
            revised=report.revised,
            unchanged=report.unchanged,
            count=len(report.refused),
        ),
        capital=True,
    )
