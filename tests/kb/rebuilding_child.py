"""A process that rebuilds views and index with the test embedder, and tells when it begins."""

from multiprocessing.connection import Connection
from pathlib import Path

from tests.worlds.base import opened


def main(told: Connection, data: Path) -> None:
    """Tell that it begins, and rebuild all."""
    with opened(data) as base:
        told.send("rebuilding")
        base.rebuild("all")
