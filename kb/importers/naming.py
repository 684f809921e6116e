"""What the name of a file says: its suffix, a title, the date of a post."""

import posixpath
import re
import unicodedata

from kb.messages import _

SUFFIXES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".mdx", ".qmd", ".rmd")
"""How the name of a Markdown file ends, in letters of any case."""

PAGES = {"readme", "install", "contributing", "changelog", "notes", "history", "faq", "guide"}
"""Names without a suffix of files that are pages."""

OTHER_SUFFIXES = (
    *(".txt", ".text", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".wiki", ".html", ".htm"),
    *(".ipynb", ".tex", ".rtf", ".docx", ".odt"),
)
"""Suffixes of pages that are not in Markdown."""

_SUFFIX = re.compile(rf"(\.html?)?({'|'.join(map(re.escape, SUFFIXES))})$", re.IGNORECASE)
_SEPARATORS = re.compile(r"_+|(?<![A-Z])-+|-+(?!\d)")  # but not that of UTF-8
_POST = re.compile(r"(?:^|/)_(?:posts|drafts)/(?:.*/)?(?:(\d{4}-\d\d-\d\d)-)?[^/]+$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d-")


def is_markdown(name: str) -> bool:
    """Whether a file of this name is a page in Markdown."""
    return name.lower().endswith(SUFFIXES) or name.lower() in PAGES


def is_other_page(name: str) -> bool:
    """Whether a file of this name is a page, or may be, but not in Markdown."""
    return name.lower().endswith(OTHER_SUFFIXES) or "." not in name


def is_hidden(path: str) -> bool:
    """Whether a file or a folder above it is hidden, as systems hide what begins with a dot."""
    return any(part.startswith(".") for part in path.split("/"))


def without_suffix(path: str) -> str:
    """`path` without what tells that it is Markdown, and a page: "a.html.md" is "a"."""
    return _SUFFIX.sub("", path)


def same(path: str) -> str:
    """`path` as all systems write it: a Mac takes letters and their accents apart."""
    return unicodedata.normalize("NFC", path)


def spellings(path: str) -> tuple[str, ...]:
    """`path` as any system may spell it, first as all can."""
    return tuple(dict.fromkeys((same(path), path, unicodedata.normalize("NFD", path))))


def why_twice(external_id: str, owner: str, path: str) -> str:
    """Why a file with the id of that of `owner` is not taken."""
    if same(owner) == same(path):
        return _(
            "Another file of this folder has the same name, only its accents are stored otherwise, "
            "and was taken: rename one of them."
        )
    return _(
        "Its id “{external_id}” is that of {owner} already.", external_id=external_id, owner=owner
    )


def date_in_name(path: str) -> str | None:
    """The date of a post of Jekyll's, which stands before its name."""
    found = _POST.search(path)
    return found[1] if found else None


def without_date(name: str) -> str:
    """A file's name without the date of a post before it."""
    return _DATE.sub("", name)


def readable_name(path: str) -> str:
    """A file's name as a title: "2/code-consumers.md" is "Code consumers".

    Logseq writes the slash of a name as "___".
    """
    parts = same(path).rsplit("/", 2)
    name = without_suffix(parts[-1])
    if name.lower() in ("readme", "index", "_index") and len(parts) > 1:
        name = posixpath.basename(parts[-2])
    if date_in_name(path):
        name = without_date(name)
    return _spelled_out(name.strip().replace("___", "/"))


def _spelled_out(name: str) -> str:
    """A name with blanks for what stands in their place; a word of people's own stays as it is."""
    text = name if " " in name else " ".join(_SEPARATORS.sub(" ", name).split())
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
