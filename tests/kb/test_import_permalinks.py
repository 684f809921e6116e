"""Addresses of a website made with Jekyll mean the files of which it made its pages."""

from pathlib import Path

import pytest

from kb.importers.links import Names
from kb.importers.permalinks import Permalinks

PATHS = (
    "_docs/ci/b.md",
    "_docs/index.md",
    "_tutorials/nav.md",
    "_posts/2024-01-02-oil-pump.md",
    "site/_docs/valve.md",
    "a.md",
)


def meant(folder: Path, link: str) -> str | None:
    names, permalinks = Names(), Permalinks(folder, PATHS)
    for path in PATHS:
        names.add(path, path, permalinks.of(path))
    return names.find(link, "a.md")


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/docs/ci/b/", "_docs/ci/b.md"),
        ("/docs/ci/b.html#x", "_docs/ci/b.md"),
        ("/docs/", "_docs/index.md"),
        ("/tutorials/nav/", "_tutorials/nav.md"),
        ("/2024/01/02/oil-pump/", "_posts/2024-01-02-oil-pump.md"),
        ("/docs/valve/", "site/_docs/valve.md"),
        ("/site/docs/valve/", "site/_docs/valve.md"),
        ("/docs/nav/", None),
    ],
)
def test_a_page_of_a_collection_is_at_its_name_and_path(
    link: str, path: str | None, tmp_path: Path
) -> None:
    assert meant(tmp_path, link) == path


@pytest.mark.parametrize(
    ("settings", "link", "path"),
    [
        ("collections: {docs: {permalink: '/manual/:path/'}}", "/manual/ci/b/", "_docs/ci/b.md"),
        ("collections: {docs: {permalink: '/m/:name'}}", "/m/b", "_docs/ci/b.md"),
        ("permalink: /news/:title:output_ext", "/news/oil-pump", "_posts/2024-01-02-oil-pump.md"),
        ("permalink: none", "/oil-pump.html", "_posts/2024-01-02-oil-pump.md"),
        ("collections: {posts: {permalink: '/:year/:title/'}}", "/2024/oil-pump/", PATHS[3]),
        ("collections: [docs]", "/docs/ci/b/", "_docs/ci/b.md"),
        ("collections: {docs: {permalink: [", "/docs/ci/b/", "_docs/ci/b.md"),
    ],
)
def test_the_settings_of_the_website_say_where_else_it_is(
    settings: str, link: str, path: str, tmp_path: Path
) -> None:
    (tmp_path / "_config.yml").write_text(settings)

    assert meant(tmp_path, link) == path


def test_a_file_of_that_very_path_comes_before_one_of_a_collection(tmp_path: Path) -> None:
    names, permalinks = Names(), Permalinks(tmp_path, PATHS)
    for path in ("_docs/b.md", "docs/b.md"):
        names.add(path, path, permalinks.of(path))

    assert names.find("/docs/b/", "a.md") == "docs/b.md"


ARTICLES = ("_articles/legal.md", "_articles/de/legal.md", "_articles/de/x.md", "_articles/y.md")


@pytest.mark.parametrize(
    ("settings", "link", "path"),
    [
        ("permalink: '/:path/'", "../legal/", "_articles/de/legal.md"),
        ("permalink: '/:path/'", "../legal#part", "_articles/de/legal.md"),
        ("permalink: '/:path/'", "../../legal/", "_articles/legal.md"),
        ("permalink: '/:path/'", "../legal.md", "_articles/legal.md"),
        ("permalink: '/:path/'", "../y/", None),
        ("permalink: '/:path/'", "/y/", "_articles/y.md"),
        ("permalink: '/:path.html'", "../legal.html", "_articles/legal.md"),
        ("permalink: '/:path.html'", "legal.html", "_articles/de/legal.md"),
        ("output: true", "../legal", "_articles/legal.md"),
        ("output: true", "legal", "_articles/de/legal.md"),
    ],
)
def test_a_link_leads_from_the_address_of_its_page_and_never_to_another_file(
    settings: str, link: str, path: str | None, tmp_path: Path
) -> None:
    (tmp_path / "_config.yml").write_text(f"collections:\n  articles:\n    {settings}\n")
    names, permalinks = Names(), Permalinks(tmp_path, ARTICLES)
    for each in ARTICLES:
        names.add(each, each, permalinks.of(each), permalinks.folder_of(each))

    assert names.find(link, "_articles/de/x.md") == path
