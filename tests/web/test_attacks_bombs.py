"""Small things that become large: none makes the server work longer or hold more than it should."""

import gzip
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from events.clock import utc_now
from kb import KnowledgeBase
from kb.accounts.oidc import OpenIdClaims, OpenIdProvider, OpenIdSettings
from kb.errors import SignInRefused
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from tests.kb.accounts_provider import BACK, CLIENT, ISSUER, SECRET, FakeProvider
from tests.web.bombs_child import READERS, SLOWER
from tests.web.test_tokens import DRAFT
from tests.web.visits import FORM, Client
from tests.worlds.web import Community
from web.bodies import TEXT

ROOT = Path(__file__).parents[2]
PATTERN = re.compile(r"\b(?:re|regex)\.(?:compile|sub|findall|finditer|search|match|fullmatch)\(")
UNICODE = "unicodedata.normalize("
NOT_PEOPLES = {"indexer/embedding/testing.py", "kb/accounts/passwords.py", "kb/views/view_set.py"}
"""The embedder of the tests; what cuts a password before reading it; and what reads our own SQL."""

LAUGHS = "a: &a [ha, ha]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def imported(base: KnowledgeBase, folder: Path) -> dict[str, FileOutcome]:
    """The rows of the report."""
    run = FolderImport(base.session.entries, folder, ImportOptions(source="x"))
    return {outcome.path: outcome for outcome in run.run()}


def zipped(text: bytes) -> bytes:
    """An archive of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", text)
    return made.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_a_zip_bomb_in_an_import_is_a_row_of_the_report(
    base: KnowledgeBase, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    packed = pack(b"# A bomb\n\n" + b"boom " * 1_000_000)
    for name in ("bomb.md", "bomb.zip", "bomb.md.gz"):
        (folder / name).write_bytes(packed)
    (folder / "note.md").write_text("# A note\n\nText", encoding="utf-8")
    rows = imported(base, folder)
    assert {path: row.outcome for path, row in rows.items()} == {
        "bomb.md": "refused",
        "note.md": "contributed",
    }
    assert "no text in UTF-8" in str(rows["bomb.md"].reason)


def test_a_zip_bomb_as_a_body_is_taken_as_the_bytes_that_it_is(
    client: Client, base: KnowledgeBase
) -> None:
    headers = {"content-encoding": "gzip"}
    fits = httpx2.Request("POST", "http://x", json=DRAFT).content
    for body in (fits, b" " * 20 * TEXT):
        headers["content-type"] = "application/json"
        sent = client.post("/api/entries", content=gzip.compress(body), headers=headers)
        assert sent.status_code == 400
    headers["content-type"] = "application/x-www-form-urlencoded"
    form = httpx2.Request("POST", "http://x", data=FORM).content
    sent = client.post("/entries/new", content=gzip.compress(form), headers=headers)
    assert sent.status_code in (400, 404)
    assert base.session.catalogue.browse().total == 0


def sign_in(provider: OpenIdProvider, there: FakeProvider) -> OpenIdClaims:
    url, state = provider.begin(BACK)
    return provider.finish(there.sign_in(url), state)


def provider_at(community: Community, transport: httpx2.BaseTransport) -> OpenIdProvider:
    settings = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
    pending = community.base.accounts.pending
    return OpenIdProvider(settings, pending, clock=utc_now, transport=transport)


def packed_answer() -> httpx2.Response:
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    return httpx2.Response(200, content=gzip.compress(b" " * 2_000_000 + b"{}"), headers=headers)


def endless_answer() -> httpx2.Response:
    def pieces() -> object:
        while True:
            yield b" " * 65_536

    return httpx2.Response(200, content=pieces())  # type: ignore[arg-type]


def nested_answer() -> httpx2.Response:
    return httpx2.Response(200, content=b'{"keys": ' + b"[" * 100_000)


@pytest.mark.parametrize("answer", [packed_answer, endless_answer, nested_answer])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_zip_bomb_of_the_provider_is_not_unpacked_nor_read_for_ever(
    community: Community, path: str, answer: Callable[[], httpx2.Response]
) -> None:
    there = FakeProvider(utc_now)
    provider = provider_at(community, there.transport())
    there.answers[path] = answer()
    with pytest.raises(SignInRefused, match="cannot be reached"):
        sign_in(provider, there)


def test_the_provider_is_asked_for_answers_that_are_not_packed(community: Community) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.headers["accept-encoding"])
        return there.handle(request)

    there = FakeProvider(utc_now)
    provider = provider_at(community, httpx2.MockTransport(answer))
    assert sign_in(provider, there).subject == "subject-4711"
    assert asked == ["identity"] * 3


@pytest.mark.parametrize("bomb", [LAUGHS, "a: " + "[" * 100_000, "a: " + "{b: " * 100_000])
def test_a_yaml_bomb_in_an_import_is_a_row_of_the_report(
    base: KnowledgeBase, tmp_path: Path, bomb: str
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "bomb.md").write_text(f"---\n{bomb}\n---\nText", encoding="utf-8")
    [row] = imported(base, folder).values()
    assert (row.outcome, len(row.remarks)) == ("contributed", 1)
    assert "line 3 is no YAML" in row.remarks[0] or "line 2 is no YAML" in row.remarks[0]


@pytest.mark.parametrize("path", ["/api/entries", "/sign-in/passkey/begin"])
def test_a_json_bomb_is_refused(client: Client, path: str) -> None:
    headers = {"content-type": "application/json"}
    for body in (b"[" * 1_000_000, b'{"a":' * 1_000_000):
        assert client.post(path, content=body, headers=headers).status_code in (400, 404)


@pytest.mark.process
@pytest.mark.parametrize("what", ["texts", "requests"])
def test_a_regular_expression_bomb_is_read_in_time_that_grows_with_its_length(what: str) -> None:
    command = [sys.executable, "-m", "tests.web.bombs_child", what]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr[-2000:]


def test_every_regular_expression_is_among_those_that_read_bombs() -> None:
    files = [path for room in ("indexer", "kb", "web") for path in (ROOT / room).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if PATTERN.search(text := path.read_text(encoding="utf-8")) or UNICODE in text
    }
    assert found - NOT_PEOPLES <= READERS.keys() | SLOWER.keys()
