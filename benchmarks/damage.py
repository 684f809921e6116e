"""What random damage to the files of a data directory does: nothing false, hidden or silent.

A small community is made and what each of several principals sees of it is noted. Then, many times
for each file, a copy of the directory is damaged at a random place (a bit, a letter, a run of
zeros, the end cut off), opened, listed and searched as each of them, and opened once more. Counted
are tries in which something was shown that was not to be seen, something false was shown, something
lacked without a word, or a file that can be made anew did not become well. A try is a seed:
`--seed` and `--tries 1` repeat one.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from msgspec import structs

from benchmarks.damaged_base import NOBODY, Community, Sighted, observed, surveyed

DERIVED = frozenset({"views.sqlite", "index", "parked.sqlite"})
FILES = (
    "log.sqlite",
    "log.sqlite, new views",
    "vault.sqlite",
    "vault.sqlite, new views",
    "views.sqlite",
    "index",
    "accounts.sqlite",
    "questions.sqlite",
    "settings.toml",
)


def main() -> None:
    """Damage each file so many times and print a row for each; exit code 1 if a count is not 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=200, help="for each file [200]")
    parser.add_argument("--file", action="append", help=f"one of: {'; '.join(FILES)} [all]")
    parser.add_argument("--seed", type=int, default=0, help="of the first try [0]")
    parser.add_argument("--explain", action="store_true", help="print what each bad try showed")
    given = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        community, truth = surveyed(Path(folder) / "sound")
        for name in given.file or FILES:
            counts: Counter[str] = Counter()
            for seed in range(given.seed, given.seed + given.tries):
                found, why = tried(community, truth, name, seed)
                counts.update(found)
                if given.explain and found - {"refused", "told"}:
                    print(f"  {name}, seed {seed}: {', '.join(sorted(found))}: {why}")
            faults = {fault: counts[fault] for fault in FAULTS}
            bad += sum(faults.values())
            row = ", ".join(f"{fault} {count}" for fault, count in faults.items())
            print(f"{name}: {given.tries} tries: {row}; refused {counts['refused']}", flush=True)
    if bad:
        sys.exit(1)


FAULTS = ("shown to more", "false", "silently incomplete", "lasting", "not in a sentence")


def tried(community: Community, truth: Sighted, name: str, seed: int) -> tuple[set[str], str]:
    """The faults of one try, with "refused" where it was, and what explains them."""
    file, _, anew = name.partition(", ")
    chance = random.Random(f"{name}/{seed}")  # noqa: S311 - a try must be one that can be repeated
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(community.data, data)
        if anew:
            (data / "views.sqlite").unlink()
            shutil.rmtree(data / "index")
        place = damage(chance, chosen(chance, data / file))
        try:
            first = observed(community, data)
            second = observed(community, data)
            second = structs.replace(second, told=first.told + second.told)
        except Exception as error:  # whatever is no sentence is what is looked for
            return {"not in a sentence"}, f"{place}: {type(error).__name__}: {error}"
    found = faults(community, truth, first) | faults(community, truth, second)
    if file in DERIVED and not same(truth, second):
        found.add("lasting")
    if first.refused:
        found.add("refused")
    return found, f"{place}: {first.refused or first.told}; {differing(truth, first)}"


def faults(community: Community, truth: Sighted, seen: Sighted) -> set[str]:
    """What is wrong with what was seen."""
    if seen.refused:
        return set() if is_sentence(seen.refused) else {"not in a sentence"}
    found = set()
    if any(
        set(seen.entries[who]) - set(truth.entries[who])
        or any(ids - set(truth.entries[who]) for ids in seen.hits[who].values())
        for who in truth.entries
    ) or any(truth.let_in.get(way) != whom != NOBODY for way, whom in seen.let_in.items()):
        found.add("shown to more")
    if seen.settings and seen.settings != truth.settings:
        found.add("shown to more")
    if seen.texts - community.texts or (seen.counts and seen.counts != truth.counts):
        found.add("false")
    if not same(truth, seen) and not seen.told:
        found.add("silently incomplete")
    return found


def same(truth: Sighted, seen: Sighted) -> bool:
    """Whether all was seen as it is."""
    return not seen.refused and not differing(truth, seen)


def differing(truth: Sighted, seen: Sighted) -> str:
    """In short what was seen otherwise than it is."""
    if seen.refused:
        return ""
    parts = [
        f"{what} of {who}"
        for what, one, other in (
            ("entries", truth.entries, seen.entries),
            ("hits", truth.hits, seen.hits),
        )
        for who in one
        if one[who] != other[who]
    ]
    parts += ["sign-in"] if truth.let_in != seen.let_in else []
    parts += ["counts"] if truth.counts != seen.counts else []
    return ", ".join(parts)


def is_sentence(text: str) -> bool:
    """Whether it can be told to a person."""
    return text.endswith((".", "!")) and "\n" not in text and "Traceback" not in text


def chosen(chance: random.Random, place: Path) -> Path:
    """The file itself, or one of a folder."""
    if place.is_file():
        return place
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size)
    return chance.choice(files)


def damage(chance: random.Random, path: Path) -> str:
    """Damage a file at a random place in one of the ways in which disks do."""
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    way = chance.choice(("bit", "bit", "letter", "letter", "zeros", "cut"))
    if way == "bit":
        content[at] ^= 1 << chance.randrange(8)
    elif way == "letter":
        letters = [here for here, byte in enumerate(content) if chr(byte).isascii() and byte > 96]
        at = chance.choice(letters or [at])
        content[at] = chance.choice([byte for byte in b"abcdefgh0189" if byte != content[at]])
    elif way == "zeros":
        length = chance.choice((16, 512, 4096))
        content[at : at + length] = bytes(len(content[at : at + length]))
    else:
        del content[at:]
    path.write_bytes(content)
    return f"{way} at {at} of {path.name}"


if __name__ == "__main__":
    main()
