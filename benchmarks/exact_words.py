"""Words that one page alone has, asked singly: is that page among the first three?

    python -m benchmarks.exact_words [FOLDER...] [--seed 1] [--count 80] [--model] [--misses]

Imports each folder as `kb import` does, or makes documents of a test collection's corpus.jsonl,
draws words, numbers, identifiers and strings of four signs that stand in one page and nowhere else,
addresses and code included, and asks for each alone. Numbers and identifiers are drawn whole, and
what stands in another page inside a longer one, or in letters of other case or width, is not drawn.
Prints for each folder and kind how many pages came first and in the first three. Without --model
texts have vectors that know nothing of meaning, which takes seconds instead of minutes.
"""

import argparse
import random
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import regex
from msgspec import Struct

from benchmarks.collections_data import NAMES, data_folder, load_collection
from benchmarks.retrieval import EVERYONE, indexed
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder
from indexer.embedding.testing import HashEmbedder
from kb.entries.content import shown
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings

FIRST = 3
SIGNS = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
LETTER = rf"[\p{{L}}\p{{M}}--[{SIGNS}]]"
KINDS = {
    "word": rf"(?<![\w'’.-]){LETTER}{{3,40}}(?![\w'’-])",
    "number": r"(?<![\w.,-])\d++(?:[.,]\d++)*+(?![\w-])",
    "identifier": r"(?<![\w./@:-])[A-Za-z][^\W_]*+(?:[_./@:-]++[^\W_]++)++",
    "four signs": rf"[{SIGNS}]{{4,}}",
}
_PATTERNS = {kind: regex.compile(text, regex.VERSION1) for kind, text in KINDS.items()}


class Pages(Struct, frozen=True):
    """Texts of pages by id, and what is found for a question, best first."""

    texts: Mapping[str, str]
    ask: Callable[[str], list[str]]


class Drawn(Struct, frozen=True):
    """What is asked for, and the page that alone has it."""

    kind: str
    text: str
    page: str


def draw(texts: Mapping[str, str], count: int, seed: int) -> list[Drawn]:
    """At most `count` of each kind, each from another page while there are such."""
    chooser = random.Random(seed)  # noqa: S311 - a sample to measure by
    plain = {page: unicodedata.normalize("NFKC", text).casefold() for page, text in texts.items()}
    found = []
    for kind, pattern in _PATTERNS.items():
        pages: dict[str, set[str]] = defaultdict(set)
        for page, text in plain.items():
            for part in _parts(kind, pattern, text):
                pages[part].add(page)
        alone: dict[str, list[str]] = defaultdict(list)
        for part, holding in sorted(pages.items()):
            if len(holding) == 1:
                alone[next(iter(holding))].append(part)
        chosen = sorted(alone)
        chooser.shuffle(chosen)
        for parts in alone.values():
            chooser.shuffle(parts)
        rounds = (
            Drawn(kind, alone[page][turn], page)
            for turn in range(count)
            for page in chosen
            if turn < len(alone[page]) and not _elsewhere(kind, alone[page][turn], page, plain)
        )
        found += [one for one, _ in zip(rounds, range(count), strict=False)]
    return found


def _parts(kind: str, pattern: "regex.Pattern[str]", text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        if kind == "four signs":
            yield from (match[0][at : at + 4] for at in range(len(match[0]) - 3))
        else:
            yield match[0]


def _elsewhere(kind: str, part: str, page: str, texts: Mapping[str, str]) -> bool:
    """Whether another page has it, inside something longer but not inside a word."""
    exact = regex.escape(part)
    whole = exact if kind == "four signs" else rf"(?<![^\W_]){exact}(?![^\W_])"
    return any(
        part in text and regex.search(whole, text) for other, text in texts.items() if other != page
    )


def measure(pages: Pages, drawn: list[Drawn]) -> Iterator[tuple[Drawn, int | None]]:
    """For each its place among those found, from 1."""
    for one in drawn:
        found = pages.ask(one.text)
        yield one, found.index(one.page) + 1 if one.page in found else None


@contextmanager
def imported(folder: Path, embedder: Embedder) -> Iterator[Pages]:
    """The entries of a folder, in a knowledge base of their own."""
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        KnowledgeBase.create(data)
        settings = Settings(data=data)
        with (
            KnowledgeBase.open(data, settings=settings, embedder=embedder) as base,
            base.follow(),
        ):
            list(
                FolderImport(base.session.entries, folder, ImportOptions(source=folder.name)).run()
            )
            base.catch_up()
            texts = {name: _text(base, name) for name in base.session.catalogue.all_ids()}
            yield Pages(texts, lambda text: [each.id for each in base.session.search(text).results])


def _text(base: KnowledgeBase, entry_id: str) -> str:
    content = base.session.catalogue.get(entry_id)
    parts = [content.title, *(f"{each.heading}\n{each.text}" for each in content.sections)]
    parts += [f"{name}: {shown(value)}" for name, value in content.properties.items()]
    return "\n".join(parts)


@contextmanager
def collected(folder: Path, embedder: Embedder) -> Iterator[Pages]:
    """The documents of a test collection."""
    collection = load_collection(folder.parent, folder.name)
    texts = {each.id: f"{each.title}\n{each.text}" for each in collection.documents}
    with (
        tempfile.TemporaryDirectory() as place,
        indexed(Path(place), collection, embedder) as index,
    ):
        yield Pages(
            texts, lambda text: [hit.document_id for hit in index.search(text, EVERYONE, 10)]
        )


def show(name: str, placed: list[tuple[Drawn, int | None]], *, misses: bool) -> None:
    """A row for each kind, and what was missed if wanted."""
    for kind in KINDS:
        places = [place for one, place in placed if one.kind == kind]
        if places:
            first = sum(place == 1 for place in places) / len(places)
            reached = sum(place is not None and place <= FIRST for place in places) / len(places)
            print(f"{name:<28}{kind:<12}{len(places):>5}{first:>8.1%}{reached:>8.1%}", flush=True)
    for one, place in placed:
        if misses and (place is None or place > FIRST):
            print(f"    {place or '-':>3}  {one.kind}: {one.text}  ({one.page})")


def _at_hand() -> list[Path]:
    """The test collections, and the folders of content beside them."""
    data = data_folder(None).resolve()
    return [*(data / name for name in NAMES), *sorted((data.parent / "content").glob("*/"))]


def main() -> None:
    """Read the arguments, draw, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="*", type=Path, help="[all of KB_BENCH_DATA and beside]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=80, help="of each kind and folder")
    parser.add_argument("--model", action="store_true", help="vectors of the real model")
    parser.add_argument("--misses", action="store_true", help="print what was not found")
    given = parser.parse_args()
    embedder: Embedder = ModelEmbedder() if given.model else HashEmbedder()
    print(f"{'folder':<28}{'kind':<12}{'asked':>5}{'first':>8}{'in 3':>8}")
    for folder in given.folders or _at_hand():
        opened = collected if (folder / "corpus.jsonl").is_file() else imported
        with opened(folder.resolve(), embedder) as pages:
            drawn = draw(pages.texts, given.count, given.seed)
            show(folder.name, list(measure(pages, drawn)), misses=given.misses)


if __name__ == "__main__":
    main()
