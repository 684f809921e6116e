"""Whatever shape a text has, its page is there soon, whole, and others wait for none of it."""

import asyncio
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, cast

import httpx
import msgspec
import pytest
from markupsafe import escape

from kb import KnowledgeBase
from tests.web.visits import Client, Contribute, page, soon
from tests.worlds.web import app_of
from web import laid_out
from web.laid_out import SOON, TOO_COSTLY, TOO_DEEP, TOO_LONG, LaidOut, Layouts

LONG = "A paragraph with *emphasis* and `code`.\n\n" * 200
BOMBS = {
    "open links": "http:" * 20_000,
    "formulas": "$$ a\n\n" * 20_000,
    "definitions": ": " * 40_000 + "a",
    "references": "[a]: " + "b" * 30_000 + "\n\n" + "[a] " * 10_000,
}
DEEP = {
    "quotations": "> " * 200 + "the innermost words",
    "lists": "- " * 200 + "the innermost words",
    "boxes": "".join(f"{':' * (60 - n)} note\n" for n in range(50)) + "the innermost words",
}


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> Layouts:
    monkeypatch.setattr(laid_out, "PATIENCE", 60)
    return Layouts()


def processes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    begun: list[bytes] = []
    run = subprocess.run

    def counted(*arguments: object, **options: object) -> object:
        begun.append(options["input"])  # type: ignore[arg-type]
        return run(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    return begun


def waited(layouts: Layouts, texts: list[str]) -> list[LaidOut]:
    """The texts as a page shows them that has waited."""
    made = layouts.of(texts)
    if soon := next((one.soon for one in made if one.soon), None):
        asyncio.run(laid_out.wait(soon))
        made = layouts.of(texts)
    return made


@pytest.mark.process
def test_a_text_is_laid_out_once(layouts: Layouts, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = processes(monkeypatch)
    first = waited(layouts, [LONG, "*short*", LONG])
    assert [one.note for one in first] == ["", "", ""]
    assert first[0].html.count("<em>emphasis</em>") == 200
    assert "<em>short</em>" in first[1].html
    assert waited(layouts, [LONG, "*short*", LONG]) == first
    assert len(begun) == 1


@pytest.mark.process
@pytest.mark.parametrize("name", BOMBS)
def test_a_text_of_an_unlucky_shape_is_shown_as_it_was_written(
    layouts: Layouts, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "CPU_SECONDS", 1)
    begun = processes(monkeypatch)
    for _ in range(2):
        [made] = waited(layouts, [BOMBS[name]])
        assert made.note == TOO_COSTLY
        assert made.html == f'<pre class="as-written">{escape(BOMBS[name])}</pre>'
    assert len(begun) == 1


@pytest.mark.process
def test_a_page_does_not_wait_until_a_long_text_is_laid_out(
    layouts: Layouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "PATIENCE", 0)
    [made] = layouts.of([LONG])
    assert made.note == SOON
    assert made.soon
    asyncio.run(laid_out.wait(made.soon))
    monkeypatch.setattr(laid_out, "PATIENCE", 60)
    assert waited(layouts, [LONG])[0].note == ""


def test_what_waits_to_be_laid_out_leaves_pages_their_threads(
    base: KnowledgeBase, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, begun = Event(), Event()

    def slow(*_: object, **given: Any) -> subprocess.CompletedProcess[bytes]:
        begun.set()
        held.wait()
        made = map(laid_out.laid_out, msgspec.json.decode(given["input"]))
        lines = [msgspec.json.encode((str(one.html), one.note)) for one in made]
        return subprocess.CompletedProcess((), 0, b"\n".join(lines))

    monkeypatch.setattr(laid_out, "PATIENCE", 60)
    monkeypatch.setattr(subprocess, "run", slow)
    entry = contribute("Long", does=LONG)

    async def attacked() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        transport = httpx.ASGITransport(app=cast("Any", app_of(base)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            visits = [asyncio.create_task(client.get(f"/entries/{entry}")) for _ in range(20)]
            await soon(begun.is_set)
            for _ in range(20):
                assert (await client.get("/about")).status_code == 200
            assert not any(each.done() for each in visits)
            held.set()
            for answer in await asyncio.gather(*visits):
                assert answer.text.count("<em>emphasis</em>") == 200

    try:
        asyncio.run(attacked())
    finally:
        held.set()


@pytest.mark.process
def test_what_comes_after_a_costly_text_has_its_turn_later(
    layouts: Layouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "CPU_SECONDS", 1)
    texts = [BOMBS["formulas"], LONG]
    assert [one.note for one in waited(layouts, texts)] == [TOO_COSTLY, SOON]
    assert [one.note for one in waited(layouts, texts)] == [TOO_COSTLY, ""]


def test_a_page_lays_out_so_much_and_shows_the_rest_as_written(
    layouts: Layouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "LONGEST_OF_ALL", 100)
    assert [one.note for one in layouts.of(["a" * 60, "b" * 60])] == ["", TOO_LONG]


def test_many_short_texts_of_a_page_are_laid_out_as_a_long_one(
    layouts: Layouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "SHORT_OF_ALL", 10)
    ended = subprocess.CompletedProcess((), 0, b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert [one.note for one in layouts.of(["a" * 6, "b" * 6])] == ["", SOON]


def test_html_that_is_far_longer_than_its_text_is_not_shown(
    layouts: Layouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out, "GROWTH_OF_ALL", 0)
    cells = "a|" * 50 + "\n" + "-|" * 50 + "\na" * 50
    assert [one.note for one in layouts.of(["plain", cells])] == ["", TOO_COSTLY]


@pytest.mark.parametrize("name", DEEP)
def test_what_stands_too_deep_to_be_laid_out_is_not_left_out(layouts: Layouts, name: str) -> None:
    [made] = layouts.of([DEEP[name]])
    assert made.note == TOO_DEEP
    assert "the innermost words" in made.html


def made_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The short texts that are laid out from now on."""
    anew: list[str] = []
    lay_out = laid_out.laid_out

    def noted(text: str) -> LaidOut:
        anew.append(text)
        return lay_out(text)

    monkeypatch.setattr(laid_out, "laid_out", noted)
    return anew


def test_what_is_kept_is_bounded(layouts: Layouts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laid_out, "KEPT", 100)
    texts = [f"text number {number}" for number in range(20)]
    shown = [layouts.of([text])[0].html for text in texts]
    again = made_anew(monkeypatch)
    for text in reversed(texts):
        layouts.of([text])
    kept = [html for text, html in zip(texts, shown, strict=True) if text not in again]
    assert 0 < len("".join(kept)) <= 100


def test_nothing_laid_out_outlives_an_erasure(
    client: Client, base: KnowledgeBase, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Layouts, Sequence[str], int]] = []
    of = Layouts.of

    def watched(self: Layouts, texts: Sequence[str], erased: int) -> list[LaidOut]:
        asked.append((self, texts, erased))
        return of(self, texts, erased)

    monkeypatch.setattr(Layouts, "of", watched)
    gone, stays = contribute("Gone", does="quinces"), contribute("Stays", does="apples")
    assert "quinces" in page(client, f"/entries/{gone}")
    base.session.erasure.entry(gone)
    page(client, f"/entries/{stays}")
    (layouts, _, erased), anew = asked[-1], made_anew(monkeypatch)
    for _, texts, _ in asked:
        of(layouts, texts, erased)
    assert "quinces" in anew
    assert "apples" not in anew
