"""What says in which files log, keys and accounts are: one module, and the stores themselves."""

import re
from pathlib import Path

import kb

ROOM = Path(kb.__file__).parent
OF_SQLITE = {
    "backends.py",  # opens log, vault and accounts
    "storage/frozen.py",  # reads files where nothing can be written
    "accounts/account_file.py",  # the store of accounts
    "accounts/store.py",
    "measures/search_count_file.py",  # the counts of searches
    "drafts/draft_file.py",  # drafts
    "measures/search_counts.py",
    "projections/view_store.py",  # views, which are files of SQLite by design
    "views/tables.py",
}


def importing(pattern: str) -> set[str]:
    """The files of `kb` that import what `pattern` finds."""
    found = re.compile(rf"^\s*(from|import) {pattern}", re.MULTILINE)
    files = ROOM.rglob("*.py")
    return {str(each.relative_to(ROOM)) for each in files if found.search(each.read_text("utf-8"))}


def test_nothing_above_the_backends_names_what_the_log_is_stored_in() -> None:
    assert importing(r"events(\.| import )sqlite(?!_files)") == OF_SQLITE


def test_the_backends_alone_open_a_log_or_a_vault() -> None:
    assert importing(r"events\.sqlite(_vault|_check|_older|_layout)? import") == {"backends.py"}
