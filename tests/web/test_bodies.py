"""What is sent is bounded by its address and by who sends it, before anything is parsed."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from litestar.testing import TestClient

from kb import KnowledgeBase
from tests.web.visits import FORM, Client
from tests.worlds.web import Browsers, Community, form_token
from web import bodies
from web.app import create_app
from web.bodies import FIELDS, HELD, NOTES, SMALL, TEXT, UNKNOWN_TEXT, Crowded, Held
from web.rules import FORM_HEADER
from web.security import PARAMETERS

URL_ENCODED = {"content-type": "application/x-www-form-urlencoded"}


def form_of(size: int) -> bytes:
    return b"title=" + b"x" * (size - 6)


@pytest.mark.parametrize("path", ["/entries/x/tags", "/entries/x/archive", "/groups", "/sign-out"])
def test_a_form_without_texts_is_small(client: Client, path: str) -> None:
    sent = client.post(path, content=form_of(SMALL + 1), headers=URL_ENCODED)
    assert sent.status_code == 413
    assert "send at most 64 kB to this address" in sent.text
    assert client.post(path, content=form_of(SMALL), headers=URL_ENCODED).status_code != 413


@pytest.mark.parametrize(("path", "most"), [("/entries/new", TEXT), ("/entries/x/reuses", NOTES)])
def test_a_form_of_texts_is_as_large_as_these_can_be(client: Client, path: str, most: int) -> None:
    assert client.post(path, content=form_of(most), headers=URL_ENCODED).status_code != 413
    assert client.post(path, content=form_of(most + 1), headers=URL_ENCODED).status_code == 413


def test_a_body_that_does_not_say_how_long_it_is_is_bounded_too(client: Client) -> None:
    pieces = (b"x" * 50_000 for _ in range(1_000))
    assert client.post("/sign-in", content=pieces, headers=URL_ENCODED).status_code == 413


def test_a_body_for_programs_is_bounded_by_its_address(client: Client) -> None:
    headers = {"content-type": "application/json"}
    sent = client.post("/api/entries/x/tags", content=b" " * (SMALL + 1), headers=headers)
    assert (sent.status_code, sent.json()["status"]) == (413, 413)
    assert "64 kB" in sent.json()["detail"]


def test_of_those_who_are_not_signed_in_a_long_text_is_not_read(browser: Browsers) -> None:
    nobody, long = browser(), {**FORM, "text-0": "x" * UNKNOWN_TEXT}
    assert "the words" in nobody.post("/entries/new", data={**FORM, "text-0": "the words"}).text
    pieces = (each.encode() for each in (urlencode(long)[:-9], urlencode(long)[-9:]))
    for sent in (
        nobody.post("/entries/new", data=long),
        nobody.post("/entries/new", content=pieces, headers=URL_ENCODED),  # does not say how long
    ):
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/sign-in")


def test_more_fields_than_any_form_has_are_refused(client: Client) -> None:
    many = b"&".join(b"x%d=1" % n for n in range(FIELDS + 1))
    sent = client.post("/entries/new", content=many, headers=URL_ENCODED)
    assert sent.status_code == 400
    assert "at most 1200 fields" in sent.text


def test_what_was_sent_is_not_kept_once_it_is_answered(client: Client) -> None:
    # Litestar keeps them in this function's cache, and tells nowhere else how many.
    from litestar._parsers import parse_url_encoded_form_data

    before = parse_url_encoded_form_data.cache_info().currsize
    client.post("/entries/new", data=FORM)
    assert parse_url_encoded_form_data.cache_info().currsize == before


def test_a_large_body_is_parsed_beside_the_event_loop(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_loop: list[bool] = []

    def running() -> bool:
        try:
            return bool(asyncio.get_running_loop())
        except RuntimeError:
            return False

    def fields(body: bytes) -> dict[str, Any]:
        on_loop.append(running())
        return parse(body)

    parse = bodies.encoded_fields
    monkeypatch.setattr(bodies, "encoded_fields", fields)
    for size in (100, 10 * SMALL):
        client.post("/entries/new", content=form_of(size), headers=URL_ENCODED)
    assert on_loop == [True, False]


def test_all_bodies_together_are_bounded(base: KnowledgeBase) -> None:
    app = create_app(base)
    app.state["held"] = Held(TEXT)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for _ in range(3):  # what is over is held no longer
            sent = client.post("/entries/new", content=form_of(TEXT), headers=URL_ENCODED)
            assert sent.status_code == 400
        app.state["held"] = Held(TEXT // 2)
        sent = client.post("/entries/new", content=form_of(TEXT), headers=URL_ENCODED)
        assert (sent.status_code, sent.headers["retry-after"]) == (503, "60")
        small = client.post("/entries/new", content=form_of(SMALL), headers=URL_ENCODED)
        assert small.status_code == 400


def test_what_is_held_is_given_back_whole() -> None:
    held, scope = Held(HELD), {"type": "http"}
    held.take(scope, HELD)  # type: ignore[arg-type]
    with pytest.raises(Crowded):
        held.take(scope, 1)  # type: ignore[arg-type]
    bodies.give_back(scope)  # type: ignore[arg-type]
    held.take(scope, HELD)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/entries", "/search", "/search/results", "/api/entries"])
def test_a_filter_of_more_values_than_anybody_chooses_is_refused(client: Client, path: str) -> None:
    for name in ("kind", "tag", "group"):
        for count, status in ((20, 200), (21, 400)):
            values = "&".join(f"{name}=a{n}" for n in range(count))
            sent = client.get(f"{path}?q=x&{values}" if "search" in path else f"{path}?{values}")
            assert sent.status_code == status, sent.text
    assert "At most 20 values of group" in sent.text


def test_an_address_of_very_many_parameters_is_refused(client: Client) -> None:
    assert client.get("/about?" + "&x=1" * (PARAMETERS - 1)).status_code == 200
    sent = client.get("/about?" + "&x=1" * PARAMETERS)
    assert sent.status_code == 400
    assert "at most 200 parameters" in sent.text


def test_a_question_longer_than_anybody_asks_is_refused(client: Client) -> None:
    sent = client.get("/api/search", params={"q": "x" * 2_201})
    assert sent.status_code == 400
    assert sent.json()["errors"][0] == {
        "field": "q",
        "message": "The question has 2,201 characters; ask in at most 2,200.",
    }
    assert client.get("/api/search", params={"q": "あ" * 2_200}).status_code == 200


@pytest.mark.parametrize(
    "name", ["x" * 300, "é" * 200, "%00", "a/" * 3_000, "style.css/x", "%ff%fe", "..%2f..%2fapp.py"]
)
def test_a_name_that_no_file_can_have_is_not_there(client: Client, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_members_fill_in_more_than_others_hold(community: Community, browser: Browsers) -> None:
    community.app.state["held_unknown"] = Held(0)
    long = {**FORM, "text-0": "x" * 200_000}
    assert browser().post("/entries/new", data=long).status_code == 503
    assert browser("Mara").post("/entries/new", data=long).status_code == 403  # no form's value


@pytest.mark.parametrize(
    "body",
    [
        "a=b&c=&d&=e&&f=g=h",
        "a=b+c%2Bd%20e&%C3%A9+=%e6%97%A5%0D%0A",
        "a=%&b=%4&c=%zz&d=%%41&e=100%25%2541",
        "a=%ff%C3&b=%ED%A0%80&c=%F0%9F%98%80x",
        f"a={'%E6%97%A5' * 1_001}x{'%41' * 3_001}",
    ],
)
def test_a_form_is_read_as_browsers_write_it(body: str) -> None:
    expected = parse_qsl(body, keep_blank_values=True)
    assert [*bodies.encoded_fields(body.encode()).items()] == expected


def in_parts(*parts: str, boundary: str = "x") -> dict[str, Any]:
    body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
    kind = f"multipart/form-data; boundary={boundary}"
    return {"content": body.encode("utf-8", "surrogateescape"), "headers": {"content-type": kind}}


NAMED = 'Content-Disposition: form-data; name="sign_in_name"'


def test_a_form_in_parts_is_read_as_any_other(client: Client) -> None:
    words = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{FORM[name]}' for name in FORM]
    token = {FORM_HEADER: form_token(client)}
    sent = in_parts(*words)
    answer = client.post("/entries/new", content=sent["content"], headers=sent["headers"] | token)
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(
    "sent",
    [
        *(
            in_parts(f"{NAMED}\r\nContent-Type: text/plain; charset={charset}\r\n\r\nada")
            for charset in (
                "bogus",
                "hex",
                "idna",
                "punycode",
                "utf-16",
                "undefined",
                '"a\0b"',
            )
        ),
        in_parts(f"{NAMED}\r\nContent-Type: text/plain; charset*=utf-8''bogus\r\n\r\nada\udcff"),
        in_parts(f"{NAMED}\r\n\r\nada\udcff"),
        in_parts(f"{NAMED}; filename=a.txt\r\n\r\nada"),
        in_parts("Content-Disposition: form-data; name*=utf-8''name\r\n\r\nada"),
        in_parts("Content-Disposition: form-data\r\n\r\nada"),
        in_parts("Content-Disposition: attachment; name=a\r\n\r\nada"),
        in_parts("Content-Disposition\r\n\r\nada"),
        in_parts("\r\nada"),
        in_parts(f"{NAMED}\udcff\r\n\r\nada"),
        in_parts(f"{NAMED}\r\n\r\nada", boundary="y"),
        in_parts(f"{NAMED}\r\n\r\nada", boundary='""'),
        in_parts(f"{NAMED}\r\n\r\nada", boundary="\xff"),
        in_parts(*["X: y\r\n" * 50]),
        {"content": b"", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"--x", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--x\r\n" * 9, "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"--x--" * 9, "headers": {"content-type": "multipart/form-data; boundary*=x"}},
    ],
)
def test_a_form_in_parts_that_is_malformed_is_refused_in_a_sentence(
    browser: Browsers, sent: dict[str, Any]
) -> None:
    sent["headers"] = {name: value.encode("latin-1") for name, value in sent["headers"].items()}
    answer = browser().post("/sign-in", **sent)
    assert answer.status_code == 400
    assert "our side" not in answer.text


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded; charset=bogus", "text/plain; charset=bogus", "a; b"],
)
def test_what_a_form_says_it_is_written_in_is_no_fault_of_ours(
    browser: Browsers, kind: str
) -> None:
    sent = browser().post("/sign-in", content=b"sign_in_name=%ff", headers={"content-type": kind})
    assert sent.status_code < 500


@pytest.mark.parametrize(
    "kind", ["application/json; charset=bogus", "application/json;charset=idna"]
)
@pytest.mark.parametrize("body", [b"\xff", b'{"title": "\xff"}', b"\xff\xfe{\x00}\x00"])
def test_json_in_another_encoding_is_refused_in_a_sentence(
    client: Client, kind: str, body: bytes
) -> None:
    sent = client.post("/api/entries", content=body, headers={"content-type": kind})
    assert sent.status_code == 400


def test_a_form_in_parts_has_no_more_fields_than_any_form(client: Client) -> None:
    sent = in_parts(*[f"{NAMED}\r\n\r\n"] * (FIELDS + 1))
    answer = client.post("/entries/new", **sent)
    assert answer.status_code == 400
    assert f"at most {FIELDS} fields" in answer.text


@pytest.mark.parametrize("body", [b"\xff", b"[" * 60_000, b"", b'"\\ud800"', b"1e999"])
def test_what_a_passkey_sends_is_refused_in_a_sentence(browser: Browsers, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = browser().post("/sign-in/passkey", content=body, headers=headers)
    assert answer.status_code in (400, 415)
