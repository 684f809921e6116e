"""A report on reuse as CSV, for the command line and the API."""

import csv
from io import StringIO

from kb.measures.reuse_report import ReuseReport, ReuseRow

COLUMNS = tuple(name for name in ReuseRow.__struct_fields__ if name != "key")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: ReuseReport) -> str:
    """The rows as CSV (RFC 4180); no text in it is a formula to a spreadsheet.

    The total is left out, as a program that adds up the rows would count it twice.
    """
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow((report.by, *COLUMNS))
    for row in report.rows:
        writer.writerow((_plain(row.key), *(getattr(row, column) for column in COLUMNS)))
    return out.getvalue()


def _plain(key: str) -> str:
    return f"'{key}" if key.startswith(_FORMULA) else key
