"""A process that changes members or groups in the moment that it is told to, and tells how."""

from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from indexer.embedding.testing import HashEmbedder
from kb.access import operator
from kb.errors import KnowledgeBaseError
from kb.knowledge_base import KnowledgeBase
from kb.people.service import People
from kb.storage.settings import Settings

Act = tuple[str, tuple[str, ...], dict[str, str]]
"""A method of `People`, and what it is given."""


def acted(people: People, act: Act) -> str:
    """What is said where it is refused, else nothing."""
    name, given, named = act
    does: Callable[[], object] = partial(getattr(people, name), *given, **named)
    try:
        does()
    except KnowledgeBaseError as error:
        return str(error)
    return ""


def main(pipe: Connection, data: Path) -> None:
    """Do each act that comes, one after the other, until there is none any more."""
    settings = Settings(data=data)
    with KnowledgeBase.open(
        data, settings=settings, embedder=HashEmbedder(), principal=operator()
    ) as base:
        pipe.send("ready")
        while act := pipe.recv():
            pipe.send(acted(base.session.people, act))
