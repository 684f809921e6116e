"""A real disk that is full, where this machine lets a process mount a small one of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.shell import CommandLine

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size=4m tmpfs "$DISK"'
SCRIPT = f"""
set -u
{MOUNT}
cp -r "$BASE" "$DISK/base"
head -c 4m /dev/zero > "$DISK/filler"
kb() {{ "$PYTHON" -m kb.cli --data "$DISK/base" "$@"; echo "ended with $?"; }}
kb list
kb contribute "$FILE"
rm "$DISK/filler"
kb contribute "$FILE"
kb list
"""

SEARCH = """
import sys
from indexer.embedding.testing import HashEmbedder
from kb.cli import cli
from kb.cli.invocation import Invocation
cli(["--data", sys.argv[1], "search", "handover"], obj=Invocation(HashEmbedder()))
"""
"""Loads no model: what matters is where the index is written."""


def run(script: str, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", script],
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where a small disk can be mounted, seen by nobody else."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("unshare") is None or run(MOUNT, DISK=place).returncode:
        pytest.skip("nothing can be mounted here")
    return place


def test_a_disk_that_is_full_is_read_and_written_once_it_has_room(
    kb: CommandLine, disk: Path
) -> None:
    kb.practice("Bedside handover")
    new = kb.file("Quiet hours", name="new.md")
    said = run(SCRIPT, DISK=disk, BASE=kb.data, FILE=new, PYTHON=sys.executable).stdout
    full, refused, written, read = said.split("ended with ")[:4]
    assert "Bedside handover" in full
    assert "because the disk is full" in full
    assert refused.startswith("0\n")
    assert "Nothing can be written in" in refused
    assert written.startswith("1\n")
    assert "Contributed" in written
    assert "Quiet hours" in read
    assert "Bedside handover" in read


def test_a_disk_with_few_files_left_is_searched_as_a_full_one_is(
    kb: CommandLine, disk: Path
) -> None:
    kb.practice("Bedside handover")
    script = SCRIPT.partition("head -c")[0].replace("size=4m", "size=64m,nr_inodes=40")
    script += '"$PYTHON" -c "$SEARCH" "$DISK/base"; echo "ended with $?"'

    said = run(script, DISK=disk, BASE=kb.data, PYTHON=sys.executable, SEARCH=SEARCH).stdout

    assert "Bedside handover" in said
    assert "ended with 0" in said
    assert "Tantivy index cannot be written" not in said
