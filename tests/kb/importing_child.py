"""A process that imports a folder with the test embedder and tells each file that the log has."""

from multiprocessing.connection import Connection
from pathlib import Path

from indexer.embedding.testing import HashEmbedder
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings


def main(told: Connection, data: Path, folder: Path) -> None:
    """Tell (id, outcome) of each file, then wait for the index."""
    settings = Settings(data=data, member="local")
    with (
        KnowledgeBase.open(data, settings=settings, embedder=HashEmbedder()) as base,
        base.follow(),
    ):
        for outcome in FolderImport(
            base.session.entries, folder, ImportOptions(source="folder")
        ).run():
            told.send((outcome.id, outcome.outcome))
        base.wait(base.head(), index=True)
