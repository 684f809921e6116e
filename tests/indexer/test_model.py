"""The packaged model: the vectors of sentence-transformers, clear words when it is wrong."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import regex
from tokenizers import Tokenizer

from indexer.embedding import model, model_files
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder, model_folder, native_arithmetic
from indexer.errors import ModelUnavailable
from tests.contracts.embedder import EmbedderContract, TokenEncoderContract

TEXTS = ["How do teams share what they learn?", "Practices. " * 200, "", "one", "naïve 学习 test"]


def no_network(*_: Any) -> None:
    raise AssertionError("something tried to reach the network")


@pytest.fixture(scope="module")
def loaded() -> Iterator[ModelEmbedder]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", no_network)
        embedder = ModelEmbedder()
        embedder.warm()
        yield embedder


@pytest.mark.model
class TestModelEmbedder(EmbedderContract, TokenEncoderContract):
    @pytest.fixture
    def embedder(self, loaded: ModelEmbedder) -> Embedder:
        return loaded

    def reads(self, term: str) -> bool:
        return term.isascii()


@pytest.fixture(scope="module")
def expected() -> Any:
    """The vectors of `TEXTS` by sentence-transformers."""
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    return reference.encode(TEXTS, show_progress_bar=False)


@pytest.mark.model
@pytest.mark.parametrize(("arithmetic", "tolerance"), [("float32", 1e-5), ("bfloat16", 1e-2)])
def test_vectors_are_those_of_sentence_transformers(
    expected: Any, arithmetic: model.Arithmetic, tolerance: float
) -> None:
    found = ModelEmbedder(arithmetic=arithmetic).embed(TEXTS)
    assert np.abs(found - expected).max() < tolerance


@pytest.mark.model
def test_many_texts_have_the_vectors_that_each_has_alone(loaded: ModelEmbedder) -> None:
    texts = [f"{number} " * (1 + 23 * number % 250) for number in (0, 1, 5, 9, 12, 19)]
    alone = np.concatenate([loaded.embed([text]) for text in texts])
    assert np.sum(loaded.embed(texts) * alone, axis=1).min() > 0.999


@pytest.mark.model
def test_a_question_waits_for_no_other_core_whatever_computed_before(
    loaded: ModelEmbedder,
) -> None:
    import torch

    loaded.embed(["long " * 250] * 4)

    def ask() -> int:
        loaded.embed(["question"])
        return torch.get_num_threads()

    with ThreadPoolExecutor(1) as another:
        assert another.submit(ask).result() == 1


@pytest.mark.process
def test_counting_tokens_does_not_load_torch() -> None:
    program = (
        "import sys; from indexer.embedding.model import ModelEmbedder; e = ModelEmbedder();"
        "assert e.token_offsets(['two words']) == [[(0, 3), (4, 9)]]; e.fingerprint, e.dimension;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'sentence_transformers')))"
    )
    root = Path(model.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_other_weights_are_refused_in_one_sentence(tmp_path: Path) -> None:
    shutil.copy(model_folder() / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelUnavailable, match=r"file of weights at .* is not the expected one"):
        ModelEmbedder(tmp_path).embed(["text"])


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no file of weights at .*model\.safetensors"):
        ModelEmbedder(tmp_path).embed(["text"])
    with pytest.raises(ModelUnavailable, match=r"no tokenizer at .*tokenizer\.json"):
        ModelEmbedder(tmp_path).token_offsets(["text"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Every file of the model, by a link that a test may replace."""
    for name in model_files.FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(model_folder() / name)
    return tmp_path


def test_the_files_of_the_package_are_the_expected_ones(folder: Path) -> None:
    model_files.check_all(folder)


@pytest.mark.parametrize("name", model_files.FILES)
def test_each_file_that_is_read_must_be_the_expected_one(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelUnavailable, match=f"There is no .*{name}"):
        model_files.check_all(folder)
    (folder / name).write_bytes(b"{}")
    with pytest.raises(ModelUnavailable, match=f"{name} is not the expected one"):
        model_files.check_all(folder)


@pytest.mark.parametrize("name", ["adapter_config.json", "1_Pooling/more.json"])
def test_a_file_that_does_not_belong_to_the_model_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{}")
    with pytest.raises(ModelUnavailable, match=f"{name} does not belong to the model"):
        model_files.check_all(folder)


def test_another_tokenizer_is_refused_before_a_text_is_split(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"tokenizer at .* is not the expected one"):
        ModelEmbedder(folder).token_offsets(["text"])


@pytest.mark.parametrize("name", model_files.FILES)
def test_every_file_is_part_of_the_fingerprint(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = ModelEmbedder().fingerprint
    monkeypatch.setattr(model_files, "FILES", {**model_files.FILES, name: "0" * 64})
    assert ModelEmbedder().fingerprint != before


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(ModelUnavailable, match="install the package a_package_that_is_not_there"):
        ModelEmbedder()


@pytest.mark.parametrize(
    ("cpuinfo", "arithmetic"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16\n", "bfloat16"),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", "bfloat16"),
        ("Features\t: fp asimd i8mm bf16\n", "bfloat16"),
        ("flags\t\t: fpu avx2\n", "float32"),
        ("", "float32"),
    ],
)
def test_bfloat16_is_used_where_the_processor_computes_in_it(
    tmp_path: Path, cpuinfo: str, arithmetic: str
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(cpuinfo)
    assert native_arithmetic(file) == arithmetic


def test_float32_is_used_where_the_processor_is_unknown(tmp_path: Path) -> None:
    assert native_arithmetic(tmp_path / "missing") == "float32"


def test_the_arithmetic_is_part_of_the_fingerprint() -> None:
    prints = {ModelEmbedder(arithmetic=a).fingerprint for a in ("float32", "bfloat16")}
    assert len(prints) == 2


def test_the_model_reads_latin_letters_and_single_signs_of_others() -> None:
    model = ModelEmbedder()
    assert model.share("Größe of a café, 12 €") == 1.0
    assert model.share("the α decay") == 1.0
    assert model.share("ключ") == model.share("盘点") == model.share("กุญแจ") == 0.0
    assert model.share("open ключ") == 0.5
    assert model.share("…") == 1.0


def test_its_table_has_whole_words_of_no_script_but_latin() -> None:
    names = ("Cyrillic", "Greek", "Arabic", "Hebrew", "Han", "Hiragana", "Thai", "Hangul")
    script = regex.compile("|".join(rf"\p{{{name}}}" for name in names))
    pieces = Tokenizer.from_file(str(model_folder() / model_files.TOKENIZER)).get_vocab()
    others = [piece for piece in pieces if script.search(piece)]
    assert sum(len(piece.removeprefix("##")) > 1 for piece in others) < 0.02 * len(others)
