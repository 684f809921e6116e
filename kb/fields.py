"""Checks of input fields that are common to all areas."""

from urllib.parse import urlsplit
from uuid import UUID

from kb.characters import is_blank, visible
from kb.errors import InvalidInput, NotFound
from kb.messages import Message, _
from kb.plain import field_name, printable, within

GROUP_LENGTH = 100
LINE_LENGTH = 500
TEXT_LENGTH = 5_000
LINK_LENGTH = 2_000

_THINGS = (_("entry"), _("reuse"), _("member"))
"""Things that have an id."""


def text(field: str, value: str, limit: int = TEXT_LENGTH) -> str:
    """`value` trimmed, with plain line ends: 1 to `limit` characters, none a control character."""
    return within(field, printable(field, value).strip(), limit)


def line(field: str, value: str, limit: int = LINE_LENGTH) -> str:
    """As `text`, on one line, without invisible characters."""
    return one_line(field, visible(value), limit)


def one_line(field: str, value: str, limit: int) -> str:
    cleaned = text(field, value, limit)
    if "\n" in cleaned or "\t" in cleaned:
        raise InvalidInput(
            _("The {field} must be a single line without tabs.", field=field_name(field)), field
        )
    return cleaned


def optional_line(field: str, value: str | None, limit: int = LINE_LENGTH) -> str | None:
    """As `line`, or None for nothing or only blanks."""
    return line(field, value, limit) if value is not None and not is_blank(value) else None


def group_name(value: str, field: str = "group") -> str:
    """The name of a group."""
    return line(field, value, GROUP_LENGTH)


def optional_group(value: str | None) -> str | None:
    """The name of a group, or None for nothing or only blanks."""
    return optional_line("group", value, GROUP_LENGTH)


def entry_id(field: str, value: str) -> str:
    """`value` as the usual form of a UUID."""
    try:
        return str(UUID(value))
    except ValueError:
        raise InvalidInput(
            _(
                "The {field} {value!r} is not an entry's id.",
                field=field_name(field),
                value=value[:80],
            ),
            field,
        ) from None


def known_id(what: str, value: str) -> str:
    """`value` as the usual form of a UUID; `what`, one of `_THINGS`, has that id.

    Raises `NotFound`, since nothing else has an id here.
    """
    try:
        return str(UUID(value))
    except ValueError:
        thing = Message(what, {})
        raise NotFound(_("There is no {what} {value!r}.", what=thing, value=value[:80])) from None


def is_id(value: str) -> bool:
    """Whether it has the form of an id."""
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def link(field: str, value: str | None) -> str | None:
    """An http or https address, or None for nothing or only blanks."""
    cleaned = optional_line(field, value, LINK_LENGTH)
    if cleaned is not None and not _is_web_address(cleaned):
        raise InvalidInput(
            _(
                "The {field} must be a link that begins with http:// or https://.",
                field=field_name(field),
            ),
            field,
        )
    return cleaned


def version(value: int) -> int:
    """`value` if it is a version: they count from 1."""
    if value < 1:
        raise InvalidInput(
            _(
                "There is no version {value}; name the one that the text started from, 1 or more.",
                value=value,
            ),
            "version",
        )
    return value


def optional_version(value: int | None) -> int | None:
    """As `version`, or None."""
    return None if value is None else version(value)


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
