"""Every error has a code that programs can act on, and one table says what each means."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import kb.cli.failures
import web.bodies
import web.server
from kb.error_codes import CODES
from kb.errors import KnowledgeBaseError
from web.errors import CODES_OF_STATUS, CrossSiteRequest, SignInNeeded, code_of
from web.visit import BadToken

BY_HAND = {"fault", "invalid-request"}
KNOWN = (kb.cli.failures, web.bodies, web.server)
"""They have errors of their own."""


def kinds(kind: type[KnowledgeBaseError] = KnowledgeBaseError) -> list[type[KnowledgeBaseError]]:
    """The errors of the product."""
    own = kind.__module__.partition(".")[0] in {"kb", "web"}
    return [kind] * own + [each for below in kind.__subclasses__() for each in kinds(below)]


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    assert [kind for kind in kinds() if "code" not in vars(kind)] == []
    assert len({kind.code for kind in kinds()}) == len(kinds())


def test_the_table_has_the_codes_that_there_are_and_no_other() -> None:
    of_requests = {code_of(BadToken()), SignInNeeded({}).status_code and code_of(SignInNeeded({}))}
    of_requests |= {code_of(CrossSiteRequest()), *CODES_OF_STATUS.values()}
    assert {kind.code for kind in kinds()} | of_requests | BY_HAND == set(CODES)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/entries/nothing", "not-found"),
        ("GET", "/api/nowhere", "no-such-address"),
        ("DELETE", "/api/search", "method-not-allowed"),
        ("GET", "/api/search?q=", "invalid-input"),
        ("GET", "/api/search?w=x", "invalid-request"),
        ("POST", "/api/entries", "invalid-request"),
    ],
)
def test_an_answer_to_a_program_has_the_code_of_its_error(
    client: TestClient[Litestar], method: str, path: str, code: str
) -> None:
    answer = client.request(method, path)
    assert answer.json()["code"] == code
    assert answer.status_code == CODES[code].status


def test_what_is_answered_to_programs_is_english_in_every_language(
    client: TestClient[Litestar],
) -> None:
    english = client.get("/api/entries/nothing").json()
    assert client.get("/api/entries/nothing", headers={"accept-language": "de"}).json() == english
