"""Turns exceptions into one sentence and an exit code, never a traceback."""

import os
import re
import sys
from collections.abc import Callable
from contextvars import copy_context
from errno import EDQUOT, ENOSPC
from io import StringIO
from pathlib import Path
from traceback import walk_tb

import click

from kb.cli.invocation import echo
from kb.cli.words import teach
from kb.error_codes import of_error
from kb.errors import KnowledgeBaseError
from kb.messages import _, render, shell_language

DEBUG = "KB_DEBUG"
_UNTOLD = "What the command says cannot be written to where its output goes"
_DONE = _("Only that failed, and what it was to do is done: look before you give it again.")
LONG_WORD = re.compile(r"(\S{200})\S{100,}")


def exit_code(run: Callable[[], object]) -> int:
    """Run a command and return its exit code, after printing what went wrong if anything did."""
    return copy_context().run(_exit_code, run)  # the language of the shell is set in the context


def _exit_code(run: Callable[[], object]) -> int:
    teach()
    try:
        result = run()
        sys.stdout.flush()
    except click.ClickException as error:
        told = StringIO()
        vars(error)["message"] = render(error.message, shell_language())
        error.show(told)
        told.write(_as_word(error))
        echo(_shortened(told.getvalue()), err=True, nl=False)
        return error.exit_code
    except (BrokenPipeError, SystemExit):
        # Here click exits only when its output is no longer read.
        return _quietly()
    except (Exception, KeyboardInterrupt) as error:
        if isinstance(error, OSError) and (said := _untold(error)) is not None:
            _quietly()
            error = OutputLost(f"{_UNTOLD}: {error.strerror}. {_DONE}{said}")
        tell_failure(error)
        return of_error(error).exit if isinstance(error, KnowledgeBaseError) else 1
    return result if isinstance(result, int) else 0


def tell_failure(error: BaseException, before: str = "") -> None:
    """Print `before` and what went wrong; with `DEBUG` set, the traceback too."""
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    echo(f"{before}{explain(error)}", err=True)


def _as_word(error: click.ClickException) -> str:
    """How to pass an unknown option as a word; empty if the command takes none."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return ""
    takes_words = any(isinstance(each, click.Argument) for each in error.ctx.command.params)
    way = f"{error.ctx.command_path} -- {error.option_name}"
    return f"If that is a word of yours, put -- before it: {way}\n" if takes_words else ""


def open_streams() -> None:
    """Open closed standard streams (`kb list >&-`) on the null device.

    Before any file is opened, as that would get the descriptor of a closed stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - stays open
            setattr(sys, name, stream)


class OutputLost(KnowledgeBaseError):
    """Nothing can be written to standard output (`kb list >/dev/full`)."""

    code = "output-lost"


def _untold(error: OSError) -> str | None:
    """The receipt that could not be printed, else empty; None if another write failed.

    Other output is not repeated, as it may be a link or token.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if frames[-1].f_code is not click.echo.__code__ or frames[-1].f_locals.get("err"):
        return None
    is_receipt = any(frame.f_code.co_name == "print_receipt" for frame in frames)
    return f" It says: {frames[-1].f_locals.get('message')}" if is_receipt else ""


def _quietly() -> int:
    """Discard further output, as its reader has gone: `kb list | head`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def explain(error: BaseException) -> str:
    """What went wrong, in one sentence on one line."""
    import sqlite3

    from events.errors import EventLogError
    from events.sqlite_files.errors import said
    from indexer.errors import IndexerError

    match error:
        case KnowledgeBaseError() | EventLogError() | IndexerError():
            sentence = _said(error)
        case click.Abort() | KeyboardInterrupt():
            sentence = "Stopped."
        case OSError() if error.errno in (ENOSPC, EDQUOT):
            sentence = f"{error.filename or 'A file'} {said(error)}."
        case OSError():
            place = f" {error.filename}" if error.filename else ""
            sentence = _(
                "The system refused{place}: {what}.", place=place, what=error.strerror or str(error)
            )
        case sqlite3.Error():
            sentence = _("A database of the data directory {why}.", why=said(error))
        case UnicodeEncodeError():
            sentence = _("Some of the text given is not UTF-8: check how it was typed or made.")
        case MemoryError():
            sentence = _("The memory of this machine is used up.")
        case _:
            sentence = _(
                "Something went wrong that should not ({name}: {why}); set {debug}=1 "
                "to see where, and please report it.",
                name=type(error).__name__,
                why=str(error),
                debug=DEBUG,
            )
    return _shortened(" ".join(render(sentence, shell_language()).split()))


def _said(error: Exception) -> str:
    """The sentence of an error of ours, in the language of the shell."""
    if isinstance(error, KnowledgeBaseError):
        return render(error.said, shell_language())
    return str(error)


def _shortened(sentence: str) -> str:
    """`sentence` with very long words cut, e.g. a path of 5,000 letters."""
    return LONG_WORD.sub(r"\1…", sentence)
