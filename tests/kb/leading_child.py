"""A process that leads a data directory until its input ends.

Run as: python -m tests.kb.leading_child DATA
"""

import sys
from pathlib import Path

from indexer.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings


def main(data: Path) -> None:
    with (
        KnowledgeBase.open(data, settings=Settings(data=data), embedder=HashEmbedder()) as base,
        base.follow(),
    ):
        # The index is there as soon as this process leads, even for an empty log.
        base.wait(0, index=True)
        print("leading", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
