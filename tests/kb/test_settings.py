"""Settings come from the file and the environment, and the page about them says the same."""

import os
import re
from pathlib import Path
from typing import Annotated, get_type_hints

import msgspec
import pytest

from kb import KnowledgeBase
from kb.errors import DataDirectoryError
from kb.storage.settings import ENVIRONMENT, FILE_NAME, Settings, load_settings, wanted, written

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| `([^`]*)` \|", re.M)


def test_a_file_that_sets_nothing_leaves_the_defaults(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("# no settings\n")
    assert load_settings(tmp_path, {}) == Settings(data=tmp_path)


def test_a_file_that_is_missing_or_empty_is_told_and_means_no_defaults(tmp_path: Path) -> None:
    with pytest.raises(DataDirectoryError, match="is missing: put back"):
        load_settings(tmp_path, {})
    for text in ("", " \n", "\n\n"):
        (tmp_path / FILE_NAME).write_text(text)
        with pytest.raises(DataDirectoryError, match="is empty: put back"):
            load_settings(tmp_path, {"KB_COMMUNITY": "Ours"})


def test_a_file_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises(DataDirectoryError, match="is not a file: put back a copy"):
        load_settings(tmp_path, {})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('member = "ada"\nport = 9000\ncommunity = "Übung"\n', "utf-8")
    settings = load_settings(tmp_path, {"KB_MEMBER": "bo", "KB_PORT": "9001"})
    assert settings == Settings(data=tmp_path, member="bo", port=9001, community="Übung")


@pytest.mark.parametrize("name", ENVIRONMENT)
@pytest.mark.parametrize("value", ["", " "])
def test_a_variable_that_is_set_to_nothing_means_no_default(
    tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / FILE_NAME).write_text("# no settings\n")
    with pytest.raises(DataDirectoryError, match=f"{name} is set to nothing"):
        load_settings(tmp_path, {name: value})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour = 1", "there is no setting colour"),
        ("port = 'many'", "port has to be a whole number from 1 to 65535"),
        ("port = 0\ncommunity = 5", "; community has to be a text in quotes"),
        ("port = 0", "port"),
        ("port = 70000", "port"),
        ("member = ' '", "member"),
        ("data = '/elsewhere'", "data"),
        ("fulltext = 'grep'", "tantivy or whoosh"),
        ("= nonsense", FILE_NAME),
        ("sign_in = 'fingerprint'", "password, passkey, openid"),
        ("sign_in = 'password,'", "password, passkey, openid"),
        ("sign_in = 'openid'", "openid_issuer"),
        ("base_url = 'kb.example.org'", "https://"),
        ("base_url = 'http://kb.example.org'", "https://"),
        ("base_url = 'https://kb.example.org/kb'", "https://"),
        ("base_url = 'https://kb.example.org:port'", "https://"),
        ("base_url = 'https://user@kb.example.org'", "https://"),
        ("base_url = 'https://'", "https://"),
    ],
)
def test_a_setting_that_does_not_fit_is_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(DataDirectoryError, match=sentence) as caught:
        load_settings(tmp_path, {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ENVIRONMENT.values())
def test_of_each_setting_is_told_what_its_type_wants(tmp_path: Path, name: str) -> None:
    kind = wanted(get_type_hints(Settings, include_extras=True)[name])
    (tmp_path / FILE_NAME).write_text(f"{name} = []")
    with pytest.raises(DataDirectoryError, match=f"{name} has to be {kind}"):
        load_settings(tmp_path, {})
    assert ("number" in kind) == isinstance(getattr(Settings(data=tmp_path), name), int)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (str, "a text in quotes"),
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a number"),
        (Annotated[int, msgspec.Meta(ge=1)], "a whole number from 1"),
        (Annotated[float, msgspec.Meta(le=0.5)], "a number to 0.5"),
        (Annotated[int, msgspec.Meta(ge=0, le=9)], "a whole number from 0 to 9"),
    ],
)
def test_what_a_setting_has_to_be_follows_from_its_type(kind: object, told: str) -> None:
    assert wanted(kind) == told
    with pytest.raises(TypeError, match="Say in `wanted`"):
        wanted(list[str])


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(DataDirectoryError, match=FILE_NAME):
        load_settings(tmp_path, {})


def test_only_what_differs_from_the_defaults_is_written(tmp_path: Path) -> None:
    assert written(Settings(data=tmp_path)) == {}
    assert written(Settings(data=tmp_path, port=1)) == {"port": 1}


def test_the_page_about_settings_lists_every_one_with_its_variable_and_default() -> None:
    rows = {name: (variable, default) for name, variable, default in ROW.findall(PAGE.read_text())}
    variables = {name: variable for variable, name in ENVIRONMENT.items()}
    defaults = msgspec.structs.asdict(Settings(data=Path()))
    assert rows == {
        name: (variables[name], str(default))
        for name, default in defaults.items()
        if name != "data"
    }


def test_settings_that_could_not_be_opened_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(DataDirectoryError, match="no name"):
        KnowledgeBase.create(tmp_path / "base", settings=Settings(data=tmp_path, member=" "))
    assert not (tmp_path / "base").exists()


def test_ways_of_signing_in_are_named_with_commas_between(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).ways == ()
    assert Settings(data=tmp_path, sign_in="passkey, password").ways == ("password", "passkey")


@pytest.mark.parametrize(
    ("base_url", "host_name", "secure"),
    [
        ("", "", False),
        ("https://kb.example.org", "kb.example.org", True),
        ("https://kb.example.org:8443", "kb.example.org", True),
        ("http://127.0.0.1:8321", "127.0.0.1", False),
    ],
)
def test_the_address_of_the_server_names_its_host(
    tmp_path: Path, base_url: str, host_name: str, secure: bool
) -> None:
    (tmp_path / FILE_NAME).write_text("# no settings\n")
    settings = load_settings(tmp_path, {"KB_BASE_URL": base_url} if base_url else {})
    assert (settings.host_name, settings.secure) == (host_name, secure)


def test_no_secret_is_in_what_a_traceback_would_show(tmp_path: Path) -> None:
    assert "s3cret" not in repr(Settings(data=tmp_path, openid_client_secret="s3cret"))
