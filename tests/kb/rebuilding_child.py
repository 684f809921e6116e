"""A process that rebuilds views and index with the test embedder, and says when it begins.

Run as: python -m tests.kb.rebuilding_child DATA
"""

import sys
from pathlib import Path

from indexer.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings


def main(data: Path) -> None:
    with KnowledgeBase.open(data, settings=Settings(data=data), embedder=HashEmbedder()) as base:
        print("rebuilding", flush=True)
        base.rebuild("all")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
