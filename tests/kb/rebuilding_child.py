"""A process that rebuilds views and index with the test embedder, and tells when it begins."""

from multiprocessing.connection import Connection
from pathlib import Path

from indexer.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings


def main(told: Connection, data: Path) -> None:
    """Tell that it begins, and rebuild all."""
    with KnowledgeBase.open(data, settings=Settings(data=data), embedder=HashEmbedder()) as base:
        told.send("rebuilding")
        base.rebuild("all")
