"""A link of a page whose language is known leads to no page of another one."""

import pytest

from kb.importers.links import Names


def names(*paths: str) -> Names:
    found = Names("site")
    for path in paths:
        found.add(path, path, ())
    return found


@pytest.mark.parametrize(
    ("paths", "path"),
    [
        (("docs/ja/guide.md", "docs/pl/guide.md", "docs/pl/assist/x.mdx"), "docs/guide.md"),
        (("docs/ja/guide.md", "docs/pl/guide.md", "docs/pl/assist/x.mdx"), "docs/ja/guide.md"),
        (("en/blog.md", "pt-BR/assist/x.md"), "en/blog.md"),
        (("docs/guide.md", "docs/de/guide.md", "docs/de/assist/x.md"), "docs/guide.md"),
        (("docs/a.md", "i18n/fr/docs/current/assist/x.md"), "docs/a.md"),
    ],
)
@pytest.mark.parametrize("link", ["/assist/x", "/assist/x/", "wiki:assist/x"])
def test_a_link_leads_to_no_page_in_another_language(
    paths: tuple[str, ...], path: str, link: str
) -> None:
    assert names(path, *paths).find(link, path) is None


def test_it_does_where_it_says_so_or_where_the_page_is_in_that_language() -> None:
    found = names("docs/guide.md", "docs/pl/guide.md", "docs/pl/assist/x.md")

    assert found.find("/pl/assist/x", "docs/guide.md") == "docs/pl/assist/x.md"
    assert found.find("/assist/x", "docs/pl/guide.md") == "docs/pl/assist/x.md"


def test_a_folder_that_is_only_called_like_a_language_is_as_others_are() -> None:
    found = names("teams/kitchen/a.md", "teams/it/assist/x.md")

    assert found.find("/assist/x", "teams/kitchen/a.md") == "teams/it/assist/x.md"
