"""Proves that what ships works: runs the demo from a built wheel, outside the source tree."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path


def main() -> None:
    """Build the wheel, unpack it into an empty folder and ask the demo's questions there."""
    source = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                "-w",
                folder,
                source,
            ],
            check=True,
        )
        (wheel,) = Path(folder).glob("tributary-*.whl")
        unpacked = Path(folder) / "unpacked"
        zipfile.ZipFile(wheel).extractall(unpacked)
        # The unpacked wheel stands before the editable install on the path.
        environment = os.environ | {"PYTHONPATH": str(unpacked), "KB_DEMO_SERVE": "0"}
        subprocess.run([sys.executable, "-m", "kb.demo"], check=True, cwd=unpacked, env=environment)


if __name__ == "__main__":
    main()
