"""The codes of errors: one table of what each means, what to do, and what programs get of it.

docs/reference/errors.md is made of it (`make docs`).
"""

from collections.abc import Mapping

from msgspec import Struct

from kb.errors import KnowledgeBaseError


class ErrorCode(Struct, frozen=True):
    """What an error is: in a few words, and what helps.

    `status` is the one over HTTP; 500 for what no request should lead to, of which a request is
    told nothing more. `exit` is the code that a command of the shell ends with.
    """

    meaning: str
    remedy: str
    status: int
    exit: int = 1


CODES: Mapping[str, ErrorCode] = {
    "not-found": ErrorCode(
        "nothing with that id or name is there for who asks", "look it up again", 404
    ),
    "invalid-input": ErrorCode(
        "fields are missing, too long or of the wrong form", "correct those that are named", 400
    ),
    "forbidden": ErrorCode(
        "seen, but not theirs to change", "ask one who may, or use another token", 403
    ),
    "refused": ErrorCode("the state does not allow it", "read it again and decide anew", 409),
    "sent-already": ErrorCode("the id of a command was used for another one", "send a new id", 409),
    "revision-conflict": ErrorCode(
        "another member changed the entry meanwhile", "read `actual`, merge, send with it", 409
    ),
    "shown-to-more": ErrorCode(
        "more people see the entry than when it was read", "name `actual` if they may read it", 409
    ),
    "reuse-conflict": ErrorCode(
        "another member updated the reuse meanwhile", "read `actual` and decide anew", 409
    ),
    "draft-conflict": ErrorCode(
        "a draft was saved or discarded elsewhere meanwhile",
        "read it again, or save this text as another draft",
        409,
    ),
    "sign-in-refused": ErrorCode(
        "password, passkey, account or session does not do", "sign in again", 401
    ),
    "too-many-attempts": ErrorCode("tried too often", "wait as long as `Retry-After` says", 429),
    "not-yet-searchable": ErrorCode(
        "written, but not taken in by views or index in time", "ask again soon", 503
    ),
    "not-recorded": ErrorCode(
        "a change that was not recorded, as the views lack what was recorded before",
        "send it again soon",
        503,
    ),
    "still-erasing": ErrorCode(
        "the erasure is recorded, but cannot be finished yet",
        "nothing: it goes on by itself; see `kb status` for what keeps it",
        503,
    ),
    "search-unavailable": ErrorCode(
        "the index or the model cannot be used; all else works", "see `kb status`", 503
    ),
    "data-directory": ErrorCode(
        "the data directory is missing, read-only, full, in use or of another version",
        "see `kb status`; mend what the sentence names",
        503,
    ),
    "crowded": ErrorCode(
        "too much is being sent at this moment", "wait as long as `Retry-After` says", 503
    ),
    "stopping": ErrorCode("the server is being stopped", "try again in a minute", 503),
    "not-taken": ErrorCode("a file cannot be imported", "correct the file", 500),
    "interrupted": ErrorCode("a person stopped a long command", "give it again to go on", 500),
    "output-lost": ErrorCode(
        "the output of a command cannot be written",
        "look what was done before giving it again",
        500,
    ),
    "cannot-serve": ErrorCode(
        "the address or socket of the server cannot be had",
        "choose another, or end its holder",
        500,
    ),
    "failed": ErrorCode("something else that the sentence names", "do what it says", 500),
    "sign-in-needed": ErrorCode("nobody is signed in", "sign in, or send a token", 401),
    "bad-token": ErrorCode(
        "the token is not known, was revoked or has expired", "make another one", 401
    ),
    "cross-site-request": ErrorCode(
        "a change was asked for by a page of another site, or of before a sign-in",
        "open the page here and try again",
        403,
    ),
    "invalid-request": ErrorCode(
        "the address, its parameters, headers or body do not fit", "see `/api/docs`", 400
    ),
    "no-such-address": ErrorCode("nothing is at this address", "see `/api/docs`", 404),
    "method-not-allowed": ErrorCode(
        "the address does not take that method", "see `/api/docs`", 405
    ),
    "too-large": ErrorCode("what was sent is too large", "send less", 413),
    "not-json": ErrorCode(
        "the body says that it is not JSON", "send `Content-Type: application/json`", 415
    ),
    "head-too-large": ErrorCode("address and headers are too long", "send less", 431),
    "fault": ErrorCode(
        "a fault of ours, written to the server's log", "try again later, and report it", 500
    ),
}


def of_error(error: KnowledgeBaseError) -> ErrorCode:
    """The row of an error."""
    return CODES[error.code]
