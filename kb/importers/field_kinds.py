"""Fields that have no place in an entry: what steers a website, pictures, names of persons."""

import re

from kb.importers.persons import may_name_persons, names_persons
from kb.importers.remarks import Why
from kb.importers.seen_values import plain
from kb.importers.values import Plain, Value, said

_SITE_ONLY = {
    *("templateKey", "layout", "permalink", "cssclass", "cssclasses", "slug", "linkType"),
    *("sidebar_position", "sidebar_class_name", "displayed_sidebar", "pagination_next"),
    *("css", "pagination_prev", "custom_edit_url", "hide_title", "hide_table_of_contents"),
    *("nav_order", "nav_exclude", "search_exclude", "render_with_liquid", "page-layout"),
    "jupyter",
}
_SITE_UNLESS_TEXT = {
    *("hide", "toc", "outline", "weight", "menu", "menus", "format", "execute", "listing"),
    "freeze",
    *("outputs", "cascade", "comments", "sidebar", "search", "draft", "publish", "published"),
    *("archived", "head"),
}
"""Fields that steer a website where they hold a switch, a number, a list or a mapping."""

_EDITORS = {"markdown", "ckeditor", "code", "asciidoc", "wysiwyg", "visual", "source"}
"""With what Wiki.js and Quarto open a page, in a field that names a person elsewhere."""

_REDIRECTS = {"redirect_from", "redirect_to", "redirects"}
_PICTURES = {
    *("gallery", "image", "images", "photo", "photos", "picture", "pictures"),
    *("icon", "icons", "logo", "media", "thumbnail", "jumbotron", "banner", "cover"),
}
_PICTURE = re.compile(r"\.(png|jpe?g|gif|svg|webp|avif|bmp|ico)([?#].*)?$|^/?images?/", re.I)
_MAIL = re.compile(r"\s*(?:mailto:)?[^\s@:/]{1,100}@[^\s@/]{1,200}\.\w{2,20}\s*")
_LONGEST_ADDRESS = 2000
WORD_BREAK = re.compile(r"[_\-\s]+|(?<=[a-z0-9])(?=[A-Z])")
SENTENCE_WORDS = 4
SAID_IN_BANNER = ("content", "text", "message")


def why_not(name: str, value: Value) -> Why | None:
    """Why a field has no place in an entry, if it has none."""
    if name in _REDIRECTS:
        return Why.REDIRECTS
    if is_address(value):
        return Why.PERSONS
    if name == "editor" and said(value).strip().lower() in _EDITORS:
        return Why.SITE
    if name in _SITE_ONLY or (name in _SITE_UNLESS_TEXT and not _is_text(value)):
        return Why.SITE
    in_name = {part.lower() for part in WORD_BREAK.split(name)}
    of_picture = not in_name.isdisjoint(_PICTURES) and not _is_banner_for_readers(name, value)
    if of_picture or (isinstance(value, Plain) and is_picture(value.text)):
        return Why.PICTURES
    last = [part for part in WORD_BREAK.split(name) if part][-1:]
    if may_name_persons(name):
        return Why.PERSONS if isinstance(value, dict) or names_persons(name, said(value)) else None
    # "lead author" as well as "author": better too much left out than a name in.
    if last and may_name_persons(last[0]) and last[0].lower() != "by":
        return Why.PERSONS if names_persons(last[0], said(value)) else None
    return None


def _is_banner_for_readers(name: str, value: Value) -> bool:
    """Whether a banner is a sentence, as Starlight has it, and no picture."""
    if plain(name) != "banner" or isinstance(value, list):
        return False
    if isinstance(value, dict):
        return any(_is_text(value.get(each, [])) for each in SAID_IN_BANNER)
    return len(value.text.split()) >= SENTENCE_WORDS


def _is_text(value: Value) -> bool:
    return isinstance(value, Plain) and isinstance(value.value, str)


def is_address(value: Value) -> bool:
    return isinstance(value, Plain) and _MAIL.fullmatch(value.text) is not None


def is_picture(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _PICTURE.search(text) is not None
