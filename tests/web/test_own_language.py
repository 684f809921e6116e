"""Members are spoken to in the language that they chose, wherever they sign in."""

import pytest
from msgspec import structs

from kb.errors import InvalidInput, Refused
from kb.own_data.read import as_json
from tests.worlds.web import Browsers, Community, send

GERMAN, ENGLISH = '<html lang="de">', '<html lang="en">'
PROFILE = {"name": "Mara", "time_zone": "UTC"}


def test_the_own_choice_of_a_member_comes_before_what_the_browser_asks(browser: Browsers) -> None:
    mara = browser("Mara")
    send(mara, "/account/profile", PROFILE | {"display_language": "de"})
    for path in ("/", "/account", "/nowhere"):
        assert GERMAN in mara.get(path, headers={"accept-language": "en"}).text
        assert GERMAN in browser("Mara").get(path).text
        assert ENGLISH in browser("Cleo").get(path).text
    send(mara, "/account/profile", PROFILE | {"display_language": ""})
    assert ENGLISH in mara.get("/").text
    assert GERMAN in mara.get("/", headers={"accept-language": "de"}).text


def test_a_program_of_a_member_chooses_their_language(
    browser: Browsers, community: Community
) -> None:
    token = community.token("Mara", "admin")
    path = "/api/account/language"
    assert browser().put(path, json={"language": "de"}, headers=token).status_code == 200
    assert GERMAN in browser("Mara").get("/").text
    refused = browser().put(path, json={"language": "xx"}, headers=token)
    assert (refused.status_code, "there are some in en, de" in refused.text) == (400, True)
    assert browser().put(path, json={"language": None}, headers=token).status_code == 200
    assert ENGLISH in browser("Mara").get("/").text


def test_the_language_of_the_base_is_for_browsers_that_ask_for_none_that_there_is(
    community: Community, browser: Browsers
) -> None:
    community.base.settings = structs.replace(community.base.settings, lang="de_AT.UTF-8")
    assert GERMAN in browser().get("/data").text
    assert GERMAN in browser().get("/data", headers={"accept-language": "fr"}).text
    assert ENGLISH in browser().get("/data", headers={"accept-language": "en"}).text


def test_a_choice_is_among_what_a_member_takes_along_and_goes_when_they_do(
    community: Community,
) -> None:
    mara = community.acting("Mara")
    mara.people.choose_language("de")
    assert b'"display_language": "de"' in as_json(mara.own_data())
    with pytest.raises(InvalidInput, match="there are some in en, de"):
        mara.people.choose_language("xx")
    mara.people.leave()
    with pytest.raises(Refused):
        mara.people.choose_language("en")
