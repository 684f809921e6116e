"""Markdown rendered once: short texts in the calling thread, long ones in a bounded process.

The parser needs some 15 s a megabyte and holds the interpreter meanwhile, and some rules of its
plugins take quadratic time on texts of an unlucky shape. So HTML is cached in memory until the
next erasure, and no text keeps other requests waiting.
"""

import asyncio
import hashlib
import os
import resource
import subprocess  # nosec B404
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import msgspec
from markupsafe import Markup
from msgspec import Struct, structs

from kb.messages import _
from web.markdown import TooDeep, to_html

SHORT, SHORT_OF_ALL = 4_000, 20_000
"""Characters that are laid out in the calling thread: of one text, and of all of a page."""

LONGEST_OF_ALL = 400_000
"""Characters of a page's texts that are laid out; later texts are shown as written."""

CPU_SECONDS, MEMORY = 6, 1_000_000_000
"""Limits of the process for long texts; memory in bytes."""

GROWTH, GROWTH_OF_ALL = 30, 100_000
"""HTML may be `GROWTH` times as long as its text plus `GROWTH_OF_ALL`: tables fill in cells."""

PATIENCE = 3.0
"""Seconds that a page waits for its long texts before it shows them as written."""

KEPT = 64_000_000
"""Characters of HTML in the cache; the least recently shown is dropped first."""

WAITING = 8
"""Pages in the queue for the process; beyond that no work is begun."""

TOO_LONG = _("This text is too long to be laid out, so it is shown as it was written.")
TOO_COSTLY = _("This text takes too long to be laid out, so it is shown as it was written.")
TOO_DEEP = _(
    "Lists or quotations stand too deep within each other here, so it is shown as it was written."
)
UNREAD = _("This text could not be laid out, so it is shown as it was written.")
SOON = _(
    "This text is being laid out, so it is shown as it was written until then: "
    "load the page again in a moment."
)
NOTES = {str(note): note for note in (TOO_LONG, TOO_COSTLY, TOO_DEEP, UNREAD)}
"""The notes by the text with which the process names them."""


class LaidOut(Struct, frozen=True):
    """A text as HTML; `note` says why it is shown as written, if it is.

    `soon` is done once it has been laid out, if that was begun.
    """

    html: Markup
    note: str = ""
    soon: Future[None] | None = None


class Layouts:
    """Cache of texts laid out as HTML. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[bytes, LaidOut] = OrderedDict()
        self._size = 0
        self._erased = -1
        self._pool: ThreadPoolExecutor | None = None
        self._begun: dict[tuple[bytes, ...], Future[None]] = {}

    def of(self, texts: Sequence[str], erased: int = -1) -> list[LaidOut]:
        """The texts of one page; the cache is emptied when `erased`, the last erasure, changes.

        It does not block on long texts, as others need the thread; see `LaidOut.soon`.
        """
        self._forget(erased)
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        made: dict[int, LaidOut] = {}
        short = whole = 0
        for number, (key, text) in enumerate(zip(keys, texts, strict=True)):
            whole += len(text)
            if kept := self._look_up(key):
                made[number] = kept
            elif whole > LONGEST_OF_ALL:
                made[number] = as_written(text, TOO_LONG)
            elif len(text) <= SHORT and short + len(text) <= SHORT_OF_ALL:
                short += len(text)
                made[number] = self._keep(key, laid_out(text))
        left = {keys[n]: text for n, text in enumerate(texts) if n not in made}
        begun = self._begin(left) if left else None
        for number, text in enumerate(texts):
            if number not in made:
                made[number] = structs.replace(as_written(text, SOON), soon=begun)
        return [made[number] for number in range(len(texts))]

    def _forget(self, erased: int) -> None:
        with self._lock:
            if erased != self._erased:
                self._kept.clear()
                self._size, self._erased = 0, erased

    def _look_up(self, key: bytes) -> LaidOut | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: bytes, made: LaidOut) -> LaidOut:
        with self._lock:
            if key not in self._kept:
                self._size += len(made.html)
            self._kept[key] = made
            while self._size > KEPT:
                self._size -= len(self._kept.popitem(last=False)[1].html)
        return made

    def _begin(self, texts: dict[bytes, str]) -> Future[None] | None:
        """Lay out `texts` in another process, one page at a time; None if the queue is full."""
        keys = tuple(texts)
        with self._lock:
            if keys in self._begun:
                return self._begun[keys]
            if len(self._begun) >= WAITING:
                return None
            self._pool = self._pool or ThreadPoolExecutor(1, "laying-out")
            future = self._begun[keys] = self._pool.submit(self._finish, texts, self._erased)
        future.add_done_callback(lambda _: self._ended(keys))
        return future

    def _ended(self, keys: tuple[bytes, ...]) -> None:
        with self._lock:
            self._begun.pop(keys, None)

    def _finish(self, texts: dict[bytes, str], erased: int) -> None:
        answers = iter(_in_a_process(list(texts.values())))
        for key, text in texts.items():
            made = next(answers, None)
            if erased == self._erased:
                self._keep(key, made or as_written(text, TOO_COSTLY))
            if made is None:
                return  # the texts after it were not tried; the next view of the page does that


async def wait(soon: Future[None]) -> None:
    """Wait on the event loop until a text is laid out, at most `PATIENCE` seconds."""
    await asyncio.wait([asyncio.wrap_future(soon)], timeout=PATIENCE)


def as_written(text: str, note: str) -> LaidOut:
    """`text` as preformatted lines."""
    return LaidOut(Markup('<pre class="as-written">{}</pre>').format(text), note)


def laid_out(text: str) -> LaidOut:
    """`text` as HTML, or as written if that fails, is far too long or would omit something."""
    try:
        html = to_html(text)
    except TooDeep:
        return as_written(text, TOO_DEEP)
    except MemoryError:
        raise
    except Exception:  # a parser rule that fails must not take the page down
        return as_written(text, UNREAD)
    if len(html) > GROWTH * len(text) + GROWTH_OF_ALL:
        return as_written(text, TOO_COSTLY)
    return LaidOut(html)


def _in_a_process(texts: list[str]) -> Iterator[LaidOut]:
    """As many of `texts`, in order, as the process finishes within its limits."""
    command = [sys.executable, "-m", __name__, str(CPU_SECONDS), str(MEMORY)]
    ended = subprocess.run(  # nosec B603  # noqa: S603 - the arguments are ours
        command,
        input=msgspec.json.encode(texts),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    for line in ended.stdout.splitlines():
        try:
            html, note = msgspec.json.decode(line, type=tuple[str, str])
        except msgspec.DecodeError:
            return  # it was ended in the middle of a line
        yield LaidOut(Markup(html), NOTES.get(note, note))  # nosec B704  # noqa: S704 - laid out by the code above


def _child() -> None:
    """Lay out the texts from standard input, and write a line for each."""
    seconds, memory = map(int, sys.argv[1:])
    os.nice(10)  # other requests go first
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for text in msgspec.json.decode(sys.stdin.buffer.read(), type=list[str]):
        made = laid_out(text)
        sys.stdout.buffer.write(msgspec.json.encode((str(made.html), str(made.note))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _child()
