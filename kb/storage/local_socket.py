"""HTTP over a Unix socket between the shell and a running server of a data directory.

`kb serve` listens there; `kb search` asks there first, because the server has the model loaded.
"""

import hashlib
import http.client
import json
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kb.errors import InvalidInput, KnowledgeBaseError
from kb.messages import _
from kb.storage.settings import load_settings

SOCKET = "kb.sock"
LONGEST_PATH = 100
"""Bytes; Linux allows 107 and macOS 103 for the path of a Unix socket."""

LONGEST_TARGET = 30_000
"""Bytes of an address: the longest question, at twelve bytes per character, and its filters."""

MEMBER_HEADER = "Tributary-Member"
"""The header with the shell's member, accepted on this socket only."""

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 120.0

Parameters = Sequence[tuple[str, str]]


def socket_path(data: Path) -> Path:
    """The socket of the server of the data directory `data`.

    In the directory itself or, if that path is too long for a socket or read-only, in a private
    folder in the temporary folder, under a name derived from the directory. Raises
    `KnowledgeBaseError` if that folder belongs to another user.
    """
    path = data.resolve() / SOCKET
    if len(os.fsencode(path)) <= LONGEST_PATH and os.access(path.parent, os.W_OK):
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return _private_folder() / f"{name}.sock"


def request(
    data: Path, method: str, path: str, parameters: Parameters = (), body: object = None
) -> Any:
    """The JSON answer of the running server of `data` to the member of the settings.

    None if no server runs. Raises `InvalidInput` with the server's words if it refuses the request,
    or if the parameters are too long for it, and `KnowledgeBaseError` with its words if it cannot
    answer now.
    """
    connection = _Connection(socket_path(data))
    target = f"{path}?{urlencode(parameters)}" if parameters else path
    content = None if body is None else json.dumps(body)
    try:
        connection.connect()
    except OSError:
        # No such file, or a socket left by a killed server.
        return None
    try:
        headers = {
            "Content-Type": "application/json",
            MEMBER_HEADER: load_settings(data, os.environ).member,
        }
        # Checked here, as a server that stops reading in the middle of an address cannot say why.
        if len(target) > LONGEST_TARGET:
            raise InvalidInput(
                _("The question is too long for the running server; leave something out.")
            )
        connection.request(method, target, content, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise KnowledgeBaseError(
            _("The server of this data directory did not answer; stop or restart it and try again.")
        ) from error
    finally:
        connection.close()
    if response.status >= http.HTTPStatus.BAD_REQUEST:
        ours = response.status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        words = answer.get("detail") or _("The server answered {status}.", status=response.status)
        raise InvalidInput(words) if ours else KnowledgeBaseError(words)
    return answer


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT_SECONDS)
        try:
            self.sock.connect(os.fspath(self._path))
        except OSError:
            self.close()
            raise
        self.sock.settimeout(ANSWER_SECONDS)


def _private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"tributary-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise KnowledgeBaseError(
            _(
                "{folder} is open to other users: remove it, so that it can be made anew.",
                folder=str(folder),
            )
        )
    return folder
