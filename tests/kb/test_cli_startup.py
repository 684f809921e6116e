"""What `kb` costs before it does anything, and what it never loads for help."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch", "sentence_transformers", "transformers", "faiss", "litestar", "numpy", "tantivy",
    "whoosh", "sqlite_utils", "markdown_it", "yaml", "tabulate",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """The top packages in sys.modules after running `code` in a new process."""
    program = f"{code}\nimport sys; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import kb.cli",
        "from kb.cli import cli; cli.main(['--help'], standalone_mode=False)",
    ],
)
def test_importing_the_command_line_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code).isdisjoint(HEAVY)


def test_reading_commands_load_no_model_and_no_web() -> None:
    code = "import kb.cli.reading, kb.cli.curating, kb.knowledge_base"

    assert loaded_by(code).isdisjoint({"torch", "transformers", "faiss", "litestar", "tantivy"})
