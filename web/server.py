"""HTTP server on a TCP port for people and a socket file for the command line."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout
from litestar import Litestar

from kb import KnowledgeBase
from kb.access import operator
from kb.errors import KnowledgeBaseError
from kb.messages import _
from kb.storage.settings import Settings, is_loopback
from web.app import create_app
from web.protocol import Protocol
from web.reopening import reopening
from web.security import LONGEST_HEAD

THREADS = 32
"""Threads for handlers; a few of them may be waiting for the index."""

PATIENCE = 5
"""Grace period for unfinished responses when the server stops, in seconds."""

CONNECTIONS, BESIDE = 1_000, 300
"""The most connections at a time, and file descriptors reserved for everything else."""

BACKLOG = 100
"""Connections that wait to be accepted; asyncio accepts as many at once before handling any."""


class ServeError(KnowledgeBaseError):
    """The address or the socket cannot be used."""

    code = "cannot-serve"


def serve(
    base: KnowledgeBase,
    *,
    host: str,
    port: int,
    path: Path,
    ready: Callable[[str, Callable[[], bool]], None],
    without_signing_in: bool = False,
) -> None:
    """Answer on `host`:`port` and on the socket file `path` until told to end (SIGINT, SIGTERM).

    Port 0 takes a free one. Once connections are accepted, `ready` gets the URL and a function
    that tells whether the server was told to end; requests are handled when it returns. A base
    that has members needs `without_signing_in` to be served without it. Raises `ServeError`.
    """
    if not without_signing_in:
        refuse_open_to_all(base)
    loopback = is_loopback(host)
    if not loopback:
        refuse_unguarded(host, base.settings)
    app = create_app(base, loopback=loopback)
    made = _Server(configured(app, secure=base.settings.secure, most=connections()))
    with (
        tcp_socket(host, port) as tcp,
        socket_file(path) as local,
        made.capture_signals(),
        reopening(app.state["visits"]),
    ):
        ready(address(tcp), lambda: made.should_exit)
        asyncio.run(_serve(made, [tcp, local]))


def configured(app: Litestar, *, secure: bool, most: int) -> uvicorn.Config:
    """uvicorn's configuration for `app`, with at most `most` connections at a time."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=Protocol,
        ws="none",
        h11_max_incomplete_event_size=LONGEST_HEAD,
        # Protocol makes room before this is reached; uvicorn would answer newcomers with 503.
        limit_concurrency=most,
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        # Only a TLS proxy on this machine is trusted to name the client's address.
        proxy_headers=secure,
        forwarded_allow_ips="127.0.0.1",
    )


def connections() -> int:
    """Raise the limit of open files as far as needed, and return how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + BACKLOG + BESIDE
    unlimited = hard == resource.RLIM_INFINITY
    able = wanted if unlimited else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < able:
        resource.setrlimit(resource.RLIMIT_NOFILE, (able, hard))
        soft = able
    files = wanted if soft == resource.RLIM_INFINITY else soft
    return max(20, min(CONNECTIONS, files - BACKLOG - BESIDE))


async def _serve(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "web"))
    await server.serve(sockets)


class _Server(uvicorn.Server):
    """Server that does not raise the signal again after it has stopped, as uvicorn would."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals within the block, which begins before the URL is announced."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def refuse_open_to_all(base: KnowledgeBase) -> None:
    """Raise `ServeError` if there are members but nobody has to sign in.

    A settings file that lost its lines has the same effect, so serving must be asked for.
    """
    members = () if base.settings.ways else base.as_(operator()).directory.members()
    if members:
        raise ServeError(
            _(
                "This base has members ({count}), but its settings say nothing of "
                "signing in, so that anybody at the port would act as {member!r}: set "
                "sign_in and base_url, or say --without-signing-in to mean just that, "
                "on this machine alone.",
                count=len(members),
                member=base.settings.member,
            )
        )


def refuse_unguarded(host: str, settings: Settings) -> None:
    """Raise `ServeError` for a public address, unless people have to sign in.

    A public host name must be set too, and not a loopback name: only those may use http, which
    can be read on the way.
    """
    if not host or not settings.ways or not settings.host_name:
        raise ServeError(
            _(
                "The address {host!r} could be reached by other machines: set sign_in "
                "and base_url first, so that members sign in at a name that is known, "
                "or use 127.0.0.1.",
                host=host,
            )
        )
    if is_loopback(settings.host_name):
        raise ServeError(
            _(
                "The address {host!r} could be reached by other machines, but "
                "base_url, {base_url}, names this machine alone: set it to the https "
                "address that members know, or use 127.0.0.1.",
                host=host,
                base_url=settings.base_url,
            )
        )


def address(sock: socket.socket) -> str:
    """The URL of a listening TCP socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def tcp_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A listening TCP socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Of IPPROTO_TCP by name: asyncio sends small answers at once (TCP_NODELAY) only then, and an
    # answer over a kept connection would wait for the client's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen()
        except (OSError, OverflowError) as error:
            raise ServeError(
                _(
                    "Port {port} of {host} cannot be used ({reason}): end what uses it or "
                    "choose another with --port.",
                    port=port,
                    host=host,
                    reason=_reason(error),
                )
            ) from error
        yield sock


@contextmanager
def socket_file(path: Path) -> Iterator[socket.socket]:
    """A listening socket at `path` that only this user may use; removed at the end.

    A lock file beside it is held meanwhile, so that two servers cannot run at once.
    """
    lock = FileLock(f"{path}.lock", timeout=0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            lock.acquire()
            made = _listen(sock, path)
        except Timeout:
            raise ServeError(
                _(
                    "Another server runs for this data directory already, at {path}: end it first.",
                    path=str(path),
                )
            ) from None
        except OSError as error:
            lock.release()
            raise ServeError(
                _(
                    "The socket {path} cannot be made ({reason}): check its folder.",
                    path=str(path),
                    reason=_reason(error),
                )
            ) from error
        try:
            yield sock
        finally:
            if _identity(path) == made:
                path.unlink()
            lock.release()


def _listen(sock: socket.socket, path: Path) -> tuple[int, int] | None:
    """Listen at `path`, replacing a stale socket, and return the identity of the new file."""
    path.unlink(missing_ok=True)
    sock.bind(str(path))
    # Before `listen`, so that nobody else can connect in between.
    path.chmod(0o600)
    sock.listen()
    return _identity(path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:].rstrip(".")
