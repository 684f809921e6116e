"""A process that leads a data directory until its input ends.

Run as: python -m tests.kb.leading_child DATA
"""

import subprocess
import sys
from pathlib import Path

from indexer.embedding.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings

ROOT = Path(__file__).parents[2]


def leading(data: Path) -> subprocess.Popen[str]:
    """Another process that leads, until its input ends or it is killed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.kb.leading_child", str(data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "leading\n"
    return child


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
