"""Members' own settings."""

from typing import Annotated

from litestar import put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from kb import Session
from kb.messages import languages
from kb.people.actions import CHANGE_SELF
from web.api.given import Given, told
from web.openapi import SENDS, operation
from web.written import Written, written


class OwnLanguage(Given, frozen=True, forbid_unknown_fields=True):
    """The language of the pages for the member; null for what each browser asks for."""

    language: Annotated[str | None, told(enum=[*languages(), None])]


@put("/account/language", **operation("account", *SENDS, rule=CHANGE_SELF))
def choose_language(session: NamedDependency[Session], data: JSONBody[OwnLanguage]) -> Written:
    """Choose the language of the acting member's pages; this interface stays English."""
    return written(session.people.choose_language(data.language))
