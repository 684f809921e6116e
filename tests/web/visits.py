"""What the tests of the pages share: visiting a page and sending a form, as a browser does."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]
Contribute = Callable[..., str]
NOWHERE = "00000000-0000-4000-8000-000000000000"

FORM = {
    "kind": "practice",
    "title": "Handover at the bed",
    "heading-0": "The problem",
    "text-0": "Forty minutes in the office.\r\nNobody listened.",
    "heading-1": "What we do",
    "text-1": "Two minutes at each bed.",
    "heading-2": "",
    "text-2": "",
    "group": "North Clinic",
    "tags": "handover, Night Shift",
}
PRACTICE = {
    "kind": "practice",
    "content": {
        "title": "Night shift",
        "sections": [
            {"heading": "The problem", "text": "Nobody knows."},
            {"heading": "What we do", "text": "A second bin stands behind the first."},
        ],
    },
}
"""A practice as a program sends it."""

REVISED = {name: text for name, text in FORM.items() if name not in ("kind", "tags")}
"""The fields of `FORM` in the form that revises."""


async def soon(condition: Callable[[], object]) -> None:
    """Let others go on until it is so: a loop without a rest would keep the interpreter from the
    threads that are waited for.
    """
    while not condition():
        await asyncio.sleep(0.001)


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


def posted(client: Client, path: str, form: dict[str, str], status: int = 303) -> Any:
    response = client.post(path, data=form)
    assert response.status_code == status, response.text
    return response


def followed(client: Client, path: str, form: dict[str, str]) -> str:
    return page(client, posted(client, path, form).headers["location"])


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]
