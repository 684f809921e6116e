"""What random damage to the files of a data directory does: nothing false, hidden or silent.

A small community is made and what each of several askers sees of it is noted. Then, many times
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
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from indexer.testing import HashEmbedder
from kb.access import Asker, Visibility, operator
from kb.entries.content import Content, Draft, Section
from kb.entries.results import BrowseFilter
from kb.errors import KnowledgeBaseError
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.settings import load_settings

NOBODY = str(None)
EXPECTED = ("their file is missing", "There is no index in")
"""What is told whenever files that can be made anew were taken away."""

DERIVED = frozenset({"views.sqlite", "index", "parked.sqlite"})
SETTINGS = 'sign_in = "password"\nbase_url = "https://practices.example.org"\n'
WORDS = ("lantern", "harvest", "compass", "drift", "meadow", "anvil", "ribbon", "quarry", "ember")
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


class Community(Struct):
    """A data directory with what belongs to it: members by name, and secrets of the accounts."""

    data: Path
    members: dict[str, str]
    secrets: dict[str, str]
    texts: frozenset[str] = frozenset()


class Sighted(Struct, frozen=True):
    """What one opening showed: entries and hits by asker, and what was said of trouble."""

    entries: Mapping[str, Mapping[str, str]] = {}
    hits: Mapping[str, Mapping[str, frozenset[str]]] = {}
    let_in: Mapping[str, str] = {}
    settings: str = ""
    told: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    refused: str = ""


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
        community = made(Path(folder) / "sound")
        truth = observed(community, community.data)
        titles = {f"{which} the {word}" for which in ("About", "On") for word in WORDS}
        community.texts = truth.texts | titles
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
    sys.exit(1 if bad else 0)


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
    if seen.texts - community.texts:
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


def observed(community: Community, data: Path) -> Sighted:
    """Open `data` and look at it as each asker; a refusal is what was seen then."""
    told: list[str] = []
    try:
        with KnowledgeBase.open(data, embedder=HashEmbedder(), notice=told.append) as base:
            return looked(community, base, told)
    except KnowledgeBaseError as error:
        return Sighted(refused=str(error))


def looked(community: Community, base: KnowledgeBase, told: list[str]) -> Sighted:
    """What each asker sees of an opened base."""
    entries: dict[str, dict[str, str]] = {}
    hits: dict[str, dict[str, frozenset[str]]] = {}
    texts: set[str] = set()
    for who, asker in askers(community, base):
        view = base.acting_for(asker)
        pages = view.catalogue.browse(BrowseFilter(archived=None), limit=100).items
        entries[who] = {}
        for summary in pages:
            page = view.catalogue.get(summary.id)
            texts |= {page.title, *(section.text for section in page.sections)}
            entries[who][page.id] = msgspec.json.encode((summary, page)).decode()
        hits[who] = {}
        for word in WORDS:
            answer = view.search(f"the {word} of the evening", archived=None, settled=False)
            hits[who][word] = frozenset(result.id for result in answer.results)
            texts |= {result.passage for result in answer.results}
    let_in = dict(signed_in(community, base, told))
    status = base.status()
    told += [*status.errors, *(each.error for each in status.parked)]
    told = [each for each in told if not any(usual in each for usual in EXPECTED)]
    return Sighted(
        entries=entries,
        hits=hits,
        let_in=let_in,
        settings=repr(structs.replace(load_settings(base.settings.data, {}), data=Path())),
        told=tuple(told),
        texts=frozenset(texts),
    )


def askers(community: Community, base: KnowledgeBase) -> Iterator[tuple[str, Asker]]:
    """Everybody who looks: nobody known, members as the views know them now, the operator."""
    yield "nobody", base.directory.anonymous()
    for name, member in community.members.items():
        try:
            asker = base.directory.asker(member)
        except KnowledgeBaseError:
            asker = base.directory.anonymous()
        yield name, asker
    yield "operator", operator()


def signed_in(
    community: Community, base: KnowledgeBase, told: list[str]
) -> Iterator[tuple[str, str]]:
    """Who is let in by each secret, and with what; a refusal in a sentence lets nobody in."""
    accounts, secrets = base.accounts, community.secrets
    ways: dict[str, Callable[[], object]] = {
        "session": lambda: accounts.sessions.member_of(secrets["session"]).member,  # type: ignore[union-attr]  # nobody is let in then
        "token": lambda: accounts.tokens.check(secrets["token"]),
        "past token": lambda: accounts.tokens.check(secrets["past token"]),
        "name": lambda: accounts.names.member("ada"),
        "password": lambda: accounts.passwords.has(community.members["ada"]),
    }
    for way, ask in ways.items():
        try:
            yield way, str(ask())
        except KnowledgeBaseError as error:
            told.append(str(error))
            yield way, NOBODY
        except AttributeError:
            yield way, NOBODY


def made(data: Path) -> Community:
    """A community with three members, entries for each kind of reader, and ways to sign in."""
    KnowledgeBase.create(data)
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        base.people.form_group("Harbour")
        base.people.open_to_world(True)
        members: dict[str, str] = {}
        for name in ("ada", "ben", "eve"):
            member = base.people.invite().id
            members[name] = member
            joining = Asker(member, frozenset(), frozenset())
            base.acting_for(joining).people.join(member, Profile(name=name))
        harbour = base.directory.group("Harbour").id
        for name in ("ada", "ben", "eve"):
            base.people.join_group(harbour, members[name])
        base.people.leave_group(harbour, members["eve"])
        for name in ("ada", "ben"):
            write(base.acting_for(base.directory.asker(members[name])), harbour)
        secrets = signing_in(base, members)
        base.search("the lantern of the evening")
        base.wait(base.head(), index=True)
    (data / "settings.toml").write_text(SETTINGS)
    return Community(data, members, secrets)


def write(base: KnowledgeBase, group: str) -> None:
    """Entries for the world, members, the group and the author alone; some changed afterwards."""
    sights = (
        *(Visibility("world"), Visibility(), Visibility("groups", (group,))),
        *(Visibility("author"), Visibility("draft"), Visibility()),
    )
    for number, sight in enumerate(sights):
        word = WORDS[number]
        text = f"We keep the {word} of the evening in its place. " * 20
        content = Content(title=f"About the {word}", sections=(Section("What we do", text),))
        draft = Draft(kind="practice", content=filled(content), tags=(word,), visibility=sight)
        made = base.entries.contribute(draft)
        if number % 2:
            changed = Content(title=f"On the {word}", sections=filled(content).sections)
            base.entries.revise(made.id, changed, version=made.version)
        if number == len(sights) - 1:
            base.entries.show(made.id, Visibility("author"))


def filled(content: Content) -> Content:
    problem = Section("The problem", "It got lost.")
    return Content(title=content.title, sections=(problem, *content.sections))


def signing_in(base: KnowledgeBase, members: Mapping[str, str]) -> dict[str, str]:
    """Ways in for Ada, and a token of Ben that is over."""
    now = datetime.now(UTC)
    base.accounts.names.set(members["ada"], "ada")
    base.accounts.passwords.set(members["ada"], "a quiet evening by the sea")
    session = base.accounts.sessions.begin(members["ada"], "password")
    make = base.accounts.tokens.make
    _, token = make(members["ada"], ["search"], "notes", now + timedelta(days=9))
    _, past = make(members["ben"], ["search"], "old", now + timedelta(days=9))
    base.accounts.store.run("UPDATE api_token SET expires = 5 WHERE member = ?", (members["ben"],))
    return {"session": session, "token": token, "past token": past}


if __name__ == "__main__":
    main()
