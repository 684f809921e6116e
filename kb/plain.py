"""Checks of every typed text: printable, visible, and not too long."""

import re

from kb.characters import is_blank
from kb.errors import InvalidInput
from kb.messages import Message, _

NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than tab and newline, and surrogates."""


_FIELDS = (
    _("title"),
    _("text"),
    _("reason"),
    _("group"),
    _("context"),
    _("outcome"),
    _("evidence"),
    _("note"),
    _("tag"),
    _("question"),
    _("section heading"),
    _("successor"),
    _("kind"),
    _("id"),
    _("target"),
    _("languages"),
    _("name"),
    _("address"),
    _("pronouns"),
    _("help"),
    _("path in the source"),
    _("name of the source"),
)
"""Names of the fields of entries, endorsements and reuses in messages."""


def field_name(field: str) -> str:
    """The name of a field in messages; a heading or any other name is unchanged."""
    return Message(field, {}) if field in _FIELDS else field


def printable(name: str, value: str, field: str | None = None) -> str:
    """`value` with "\\n" as its line ends; control characters and half characters are refused."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    found = NOT_TEXT.search(plain)
    if found:
        code = f"{ord(found[0]):04X}"
        raise InvalidInput(
            _(
                "The {name} holds the character U+{code}, which is not text; remove it.",
                name=field_name(name),
                code=code,
            ),
            field or name,
        )
    return plain


def within(field: str, value: str, limit: int) -> str:
    if is_blank(value):
        raise InvalidInput(_("The {field} must not be empty.", field=field_name(field)), field)
    if len(value) > limit:
        raise InvalidInput(
            _(
                "The {field} may have at most {limit} characters; it has {size}.",
                field=field_name(field),
                limit=limit,
                size=len(value),
            ),
            field,
        )
    return value
