"""A process that imports a folder with the test embedder and says each file that the log has taken.

Run as: python -m tests.kb.importing_child DATA FOLDER
"""

import sys
from pathlib import Path

from indexer.testing import HashEmbedder
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings


def main(data: Path, folder: Path) -> None:
    settings = Settings(data=data, member="local")
    with (
        KnowledgeBase.open(data, settings=settings, embedder=HashEmbedder()) as base,
        base.follow(),
    ):
        for outcome in FolderImport(base.entries, folder, ImportOptions(source="folder")).run():
            print(outcome.id, outcome.outcome, outcome.position, flush=True)
        base.wait(base.head(), index=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
