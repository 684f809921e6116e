"""Writes the exact versions of everything that is installed, with the hashes of all their files.

constraints.txt is what serves, constraints-dev.txt what checks and tests beside it. Of torch there
is a build for processors alone, which not every machine's pip finds (constraints-cpu.txt); the
release that others take needs the libraries of constraints-cuda.txt on Linux. Versions stay as
they are unless pyproject.toml asks for others, or `--upgrade` is given.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from hashlib import file_digest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CUDA = ("cuda-", "nvidia-", "triton")
MARK = "platform_system == 'Linux'"
LOCKS = ("constraints.txt", "constraints-dev.txt", "constraints-cuda.txt")

Blocks = dict[str, str]


def main() -> None:
    """Ask the index for versions and hashes, and write all files."""
    known = "".join((ROOT / name).read_text() for name in LOCKS if (ROOT / name).exists())
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        tools = place / "venv" / "bin"
        subprocess.run([tools / "python", "-m", "pip", "install", "-q", "pip-tools"], check=True)
        whole = compiled(tools, place / "all.txt", known, "--generate-hashes", "--extra=dev")
        serving = compiled(tools, place / "runtime.txt", joined(whole))
        cpu = cpu_build(tools, place / "torch", whole["torch"])
    whole.pop("pip")  # each environment comes with one
    serves = [name for name in whole if name in serving and not name.startswith(CUDA)]
    if cpu:
        (ROOT / "constraints-cpu.txt").write_text(cpu)
    write("constraints.txt", {name: whole[name] for name in serves})
    cuda = {name: block for name, block in whole.items() if name.startswith(CUDA)}
    write("constraints-cuda.txt", {name: marked(block) for name, block in cuda.items()})
    other = whole.keys() - serves - cuda.keys()
    write("constraints-dev.txt", {name: whole[name] for name in sorted(other)})


def compiled(tools: Path, output: Path, known: str, *options: str) -> Blocks:
    """What pip-compile chooses, for everybody's index and not this machine's, keeping `known`."""
    output.write_text(known.replace(f" ; {MARK}", ""))
    chosen = {name: value for name, value in os.environ.items() if not name.startswith("PIP_FIND")}
    subprocess.run(
        [tools / "pip-compile", "-q", "--allow-unsafe", "--no-emit-index-url", "--strip-extras",
         "--no-header", "--no-annotate", *options, *sys.argv[1:], "-o", output,
         ROOT / "pyproject.toml"],
        check=True,
        env=chosen | {"PIP_CONFIG_FILE": os.devnull},
    )  # fmt: skip
    return blocks(output.read_text())


def blocks(text: str) -> Blocks:
    """The lines of each package, by its name."""
    bare = re.sub(r"^(#.*)?\n", "", text, flags=re.MULTILINE)
    parts = re.split(r"^(?=[A-Za-z])", bare, flags=re.MULTILINE)
    return {part.split("==")[0]: part for part in parts if "==" in part}


def joined(whole: Blocks) -> str:
    """Every version, without its hashes."""
    return "".join(f"{block.split()[0]}\n" for block in whole.values())


def marked(block: str) -> str:
    """The same for Linux alone: elsewhere there are no such files."""
    return re.sub(r"^(\S+) \\", rf"\1 ; {MARK} \\", block)


def cpu_build(tools: Path, folder: Path, torch: str) -> str:
    """The build of torch for processors alone and its hash, or nothing where it is not at hand."""
    pinned = f"{torch.split()[0]}+cpu"
    asked = [tools / "python", "-m", "pip", "download", "-q", "--no-deps", "-d", folder, pinned]
    if subprocess.run(asked, check=False).returncode:
        return ""
    (wheel,) = folder.iterdir()
    with wheel.open("rb") as file:
        return f"{pinned} \\\n    --hash=sha256:{file_digest(file, 'sha256').hexdigest()}\n"


def write(name: str, chosen: Blocks) -> None:
    """Write a file of locked versions."""
    (ROOT / name).write_text("".join(chosen.values()))


if __name__ == "__main__":
    main()
