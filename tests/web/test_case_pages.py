"""Each entry that a case of an import gives has its page, and its links lead to pages."""

import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from markupsafe import escape

from kb import KnowledgeBase
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.cases import SOURCE, cases

_LINK = re.compile(r'<a\b[^>]*? href="(/[^"#?]*)')


@pytest.mark.process  # which lays out a long text
@pytest.mark.parametrize("case", cases())
def test_every_entry_of_a_case_has_a_page_whose_links_lead_to_pages(
    case: Path, base: KnowledgeBase, client: TestClient[Litestar]
) -> None:
    rows = FolderImport(base.session.entries, case / "files", ImportOptions(source=SOURCE)).run()
    entries = [row.id for row in rows if row.id]
    base.wait(base.head())
    linked = set[str]()
    for entry in entries:
        page = client.get(f"/entries/{entry}")
        assert page.status_code == 200
        assert str(escape(base.session.catalogue.get(entry).title)) in page.text
        linked |= set(_LINK.findall(page.text.partition("<main")[2].partition("</main>")[0]))
    assert entries
    assert {path for path in linked if client.get(path).status_code not in (200, 303)} == set()
