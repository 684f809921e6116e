"""The template engine of pages: its filters, and labels that many templates share."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kb.access import Role, Sight
from kb.accounts.sessions import SessionSettings, Via
from kb.characters import visible
from kb.counting import counted, numbers
from kb.entries.kinds import Kind
from kb.entries.relation import reads
from kb.messages import ENGLISH, Message, _, render
from kb.messages.catalogues import names_of_languages, translations
from kb.messages.formats import day, minute
from kb.people.member import Standing
from kb.reuse.reuse import Outcome

TEMPLATES = Path(__file__).parent.parent / "templates"

OUTCOMES: Mapping[Outcome, str] = {
    "adopted": _("Adopted"),
    "adapted": _("Adapted"),
    "tried-and-stopped": _("Tried and stopped"),
}

SHOWN_TO: Mapping[Sight, str] = {
    "members": _("All members"),
    "groups": _("Some groups"),
    "author": _("Only its author"),
    "draft": _("Only its author: a draft"),
    "world": _("Everybody, signed in or not"),
}
"""The choices of who sees an entry, the default first."""

SEEN_BY: Mapping[Sight, str] = {
    "members": _("Seen by all members"),
    "author": _("Seen by its author alone"),
    "draft": _("Draft, seen by its author alone"),
    "world": _("Seen by everybody"),
}
"""Labels for an entry's sight on its page; for groups their names are shown instead."""

ROLE_NAMES: Mapping[Role, str] = {
    "member": _("Member"),
    "curator": _("Curator"),
    "steward": _("Steward"),
    "reporter": _("Reporter"),
}

STANDINGS: Mapping[Standing, str] = {
    "invited": _("invited"),
    "left": _("left"),
    "erased": _("erased"),
}
"""Labels for people who are not members."""

WAYS: Mapping[Via, str] = {
    "password": _("with a password"),
    "passkey": _("with a passkey"),
    "openid": _("with another account"),
    "link": _("with a link"),
}

IDLE_HOURS = SessionSettings().idle // timedelta(hours=1)
"""Hours that an unused session lasts."""

TITLES = (
    _("Bad Request"),
    _("Unauthorized"),
    _("Forbidden"),
    _("Not Found"),
    _("Method Not Allowed"),
    _("Conflict"),
    _("Request Entity Too Large"),
    _("Unsupported Media Type"),
    _("Too Many Requests"),
    _("Request Header Fields Too Large"),
    _("Internal Server Error"),
    _("Service Unavailable"),
)
"""Titles of errors from `http.HTTPStatus`, listed here for the message catalogues."""


class Engines:
    """The template engines by language, each made at its first use."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._made: dict[str, Environment] = {}

    def of(self, language: str) -> Environment:
        """The engine for pages in `language`."""
        if language not in self._made:
            self._made[language] = environment(self._kinds, language)
        return self._made[language]


def environment(kinds: Mapping[str, Kind], language: str = ENGLISH) -> Environment:
    """The template engine for pages in `language`.

    Everything is escaped, invisible characters are not printed, and undefined names are errors.
    """
    printed = partial(_printed, language)
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        finalize=printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension's
    known = translations(language)

    def gettext(text: str, **arguments: Any) -> Markup:
        return _filled(known.gettext(text), arguments)

    def ngettext(one: str, many: str, count: int, **arguments: Any) -> Markup:
        return _filled(known.ngettext(one, many, count), {"num": count} | arguments)

    def _filled(text: str, arguments: Mapping[str, Any]) -> Markup:
        # Our own text may contain elements; its arguments are printed like any other value.
        values = {name: printed(value) for name, value in arguments.items()}
        return Markup(text) % values  # nosec B704  # noqa: S704 - from the source and catalogues

    made.filters |= {"day": partial(day, language=language), "iso": _iso}
    made.filters["minute"] = partial(minute, language=language)
    made.filters |= {"counted": counted, "numbers": numbers, "said": printed}
    # The texts of kinds come from their files; the catalogues have these too.
    made.filters["translated"] = lambda text: Message(text, {})
    made.filters["as_typed"] = escape
    made.filters["role_name"] = ROLE_NAMES.__getitem__
    made.globals |= {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "counted": counted,
        "language": language,
        "language_names": names_of_languages,
        "kinds": kinds,
        "outcomes": OUTCOMES,
        "sights": SHOWN_TO,
        "sight_lines": SEEN_BY,
        "role_names": ROLE_NAMES,
        "standings": STANDINGS,
        "ways": WAYS,
        "idle_hours": IDLE_HOURS,
        "session_days": SessionSettings().absolute.days,
        "kind_name": lambda key: Message(kinds[key].name, {}) if key in kinds else key,
        "relation_reads": lambda relation: reads(
            relation.type, incoming=relation.direction == "in"
        ),
    }
    return made


def _printed(language: str, value: Any) -> Any:
    """`value` in the page's language, without characters that hide or reverse the text around.

    Markup is left alone, as are values for form fields, which must come back as typed.
    """
    if isinstance(value, Message):
        value = render(value, language)
    return visible(value) if type(value) is str else value


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
