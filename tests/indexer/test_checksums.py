"""A Tantivy index whose files are not as they were written is not opened."""

from pathlib import Path

import pytest

from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument, open_lexical
from indexer.lexical.checksums import check


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    index = open_lexical("tantivy", tmp_path, writable=True)
    for step in range(2):
        index.put(
            [
                LexicalDocument(
                    id=f"d{number}",
                    terms={"entry": 1, f"word{number}": 40},
                    audience=frozenset({"all"}),
                )
                for number in range(100 - 90 * step)
            ]
        )
        index.commit(step)
    index.close()
    return tmp_path


def summed(directory: Path) -> list[Path]:
    """The files that end in a footer."""
    return sorted(path for path in directory.iterdir() if path.read_bytes()[-4:] == b"\x39\5\0\0")


def test_a_sound_index_passes(directory: Path) -> None:
    assert {path.suffix for path in summed(directory)} >= {".idx", ".fieldnorm", ".del", ".store"}
    check(directory)


def test_one_changed_byte_in_any_file_is_noticed(directory: Path) -> None:
    for path in summed(directory):
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        with pytest.raises(IndexOutdated, match=f"{path.name} is damaged"):
            open_lexical("tantivy", directory, writable=False)
        path.write_bytes(whole)
    check(directory)


@pytest.mark.parametrize("left", [b"", b"short", b"\xa5" * 50])
def test_a_file_that_is_something_else_does_not_open(directory: Path, left: bytes) -> None:
    summed(directory)[0].write_bytes(left)
    with pytest.raises(IndexOutdated):
        open_lexical("tantivy", directory, writable=False)


def test_what_a_writer_has_not_committed_yet_is_not_looked_at(directory: Path) -> None:
    segment = summed(directory)[0].stem.partition(".")[0]
    (directory / f"{segment}.99999.del").write_bytes(b"begun")
    (directory / "0123456789abcdef0123456789abcdef.idx").write_bytes(b"begun")
    check(directory)


def test_a_file_that_a_merge_takes_away_meanwhile_does_not_matter(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = directory / "gone.idx"
    monkeypatch.setattr(Path, "glob", lambda *_: [gone])
    check(directory)
