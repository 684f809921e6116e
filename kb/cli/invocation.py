"""The context of every command: its data directory, opened on demand."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.characters import escaped
from kb.errors import DataDirectoryError
from kb.messages import _, render, shell_language, speak

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder
    from kb.knowledge_base import KnowledgeBase
    from kb.session import Session

DEFAULT_FOLDER = "kb-data"


class Invocation:
    """The context object of all commands, ours and those of other packages.

    `embedder` replaces the model, for tests.
    """

    def __init__(self, embedder: "Embedder | None" = None) -> None:
        self.data: Path | None = None
        self._embedder = embedder

    @property
    def directory(self) -> Path:
        """The data directory. Raises `DataDirectoryError` if none is named and none is here."""
        if self.data is not None:
            return self.data
        from kb.storage.data_directory import DataDirectory
        from kb.storage.settings import refuse_blank

        refuse_blank(os.environ, "KB_DATA")
        for place in (Path(), Path(DEFAULT_FOLDER)):
            if DataDirectory(place).log.is_file():
                return place
        raise DataDirectoryError(
            _(
                "There is no data directory here: name one with --data or KB_DATA, "
                "or make one with kb init."
            )
        )

    def open(self, notice: Callable[[str], None] | None = None) -> "KnowledgeBase":
        """The knowledge base in it, to be closed by the caller. Raises `DataDirectoryError`.

        `notice` gets a sentence about anything slow or repaired [`tell`].
        """
        from kb.knowledge_base import KnowledgeBase

        base = KnowledgeBase.open(self.directory, embedder=self._embedder, notice=notice or tell)
        speak(base.session.principal.language or base.settings.lang)
        return base

    @contextmanager
    def changing(self) -> "Iterator[KnowledgeBase]":
        """The base for a command that changes something; `NotRecorded` where views keep it off."""
        from kb.errors import NotYetSearchable, not_recorded

        with self.open() as base:
            try:
                yield base
            except NotYetSearchable as error:
                if base.session.recorded:
                    raise
                raise not_recorded(error) from error

    @contextmanager
    def session(self) -> "Iterator[Session]":
        """The same with a session of the member in the settings, or else of the operator."""
        with self.changing() as base:
            yield base.session

    @contextmanager
    def reading(self) -> "Iterator[Session]":
        """A session for a command that only reads, on one snapshot of the views."""
        with self.open() as base, base.session.snapshot() as now:
            yield now


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print `text` for people; names of files and the like command no terminal."""
    click.echo(escaped(text), err=err, nl=nl)


def say(text: str, *, err: bool = False, capital: bool = False) -> None:
    """Print `text` in the language of the shell, with a `capital` first if that is a count."""
    said = render(text, shell_language())
    echo(said[:1].upper() + said[1:] if capital else said, err=err)


def tell(sentence: str) -> None:
    """Say something beside the output, on one line of standard error."""
    echo(" ".join(render(sentence, shell_language()).split()), err=True)


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
