"""Data directories that are made once a process, and copied for each test that needs one.

To make one takes many times as long as to copy it: each of its files is synced to the disk.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from indexer.embedding.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase


@cache
def once() -> Path:
    """A folder for what is made once, which goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="made")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _created() -> Path:
    KnowledgeBase.create(once() / "created")
    return once() / "created"


@cache
def _opened() -> Path:
    path = created(once() / "opened")
    KnowledgeBase.open(path, embedder=HashEmbedder()).close()
    return path


def created(path: Path) -> Path:
    """A data directory at `path` that nobody has opened."""
    shutil.copytree(_created(), path)
    return path


def opened(path: Path) -> Path:
    """A data directory at `path` that was opened, and has nothing in its log."""
    shutil.copytree(_opened(), path)
    return path
