"""A small community in a data directory, and what each of several principals sees of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from indexer.embedding.testing import HashEmbedder
from kb.access import Principal, Visibility, operator
from kb.entries.content import Content, Draft, Section
from kb.entries.results import EntryFilter
from kb.errors import KnowledgeBaseError
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.session import Session
from kb.storage.settings import load_settings

NOBODY = str(None)
EXPECTED = ("their file is missing", "There is no index in")
"""What is told whenever files that can be made anew were taken away."""

SETTINGS = 'sign_in = "password"\nbase_url = "https://practices.example.org"\n'
WORDS = ("lantern", "harvest", "compass", "drift", "meadow", "anvil", "ribbon", "quarry", "ember")


class Community(Struct):
    """A data directory with what belongs to it: members by name, and secrets of the accounts."""

    data: Path
    members: dict[str, str]
    secrets: dict[str, str]
    texts: frozenset[str] = frozenset()


class Sighted(Struct, frozen=True):
    """What one opening showed: entries and hits by principal, and what was said of trouble."""

    entries: Mapping[str, Mapping[str, str]] = {}
    hits: Mapping[str, Mapping[str, frozenset[str]]] = {}
    let_in: Mapping[str, str] = {}
    settings: str = ""
    counts: str = ""
    told: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    refused: str = ""


def observed(community: Community, data: Path) -> Sighted:
    """Open `data` and look at it as each principal; a refusal is what was seen then."""
    told: list[str] = []
    try:
        with KnowledgeBase.open(data, embedder=HashEmbedder(), notice=told.append) as base:
            return looked(community, base, told)
    except KnowledgeBaseError as error:
        return Sighted(refused=str(error))


def looked(community: Community, base: KnowledgeBase, told: list[str]) -> Sighted:
    """What each principal sees of an opened base."""
    entries: dict[str, dict[str, str]] = {}
    hits: dict[str, dict[str, frozenset[str]]] = {}
    texts: set[str] = set()
    for who, principal in principals(community, base):
        view = base.as_(principal)
        pages = view.catalogue.browse(EntryFilter(archived=None), limit=100).items
        entries[who] = {}
        for summary in pages:
            page = view.catalogue.get(summary.id)
            texts |= {page.title, *(section.text for section in page.sections)}
            entries[who][page.id] = msgspec.json.encode((summary, page), enc_hook=str).decode()
        hits[who] = {}
        for word in WORDS:
            question = f"the {word} of the evening"
            answer = view.search(question, EntryFilter(archived=None), settled=False)
            hits[who][word] = frozenset(result.id for result in answer.results)
            texts |= {result.passage for result in answer.results}
    let_in = dict(signed_in(community, base, told))
    counts = counted(base, told)
    status = base.status()
    told += [*status.errors, *(each.error for each in status.parked)]
    told = [each for each in told if not any(usual in each for usual in EXPECTED)]
    return Sighted(
        entries=entries,
        hits=hits,
        let_in=let_in,
        settings=repr(structs.replace(load_settings(base.settings.data, {}), data=Path())),
        counts=counts,
        told=tuple(told),
        texts=frozenset(texts),
    )


def counted(base: KnowledgeBase, told: list[str]) -> str:
    """What was searched, but on the day of looking; a refusal in a sentence counts nothing."""
    try:
        report = base.session.reports.questions()
    except KnowledgeBaseError as error:
        told.append(str(error))
        return ""
    return msgspec.json.encode(report, enc_hook=str).decode()


def principals(community: Community, base: KnowledgeBase) -> Iterator[tuple[str, Principal]]:
    """Everybody who looks: nobody known, members as the views know them now, the operator."""
    yield "nobody", base.session.directory.anonymous()
    for name, member in community.members.items():
        try:
            principal = base.session.directory.principal(member)
        except KnowledgeBaseError:
            principal = base.session.directory.anonymous()
        yield name, principal
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


def surveyed(data: Path) -> tuple[Community, Sighted]:
    """A community made in `data`, and the truth about it."""
    community = made(data)
    truth = observed(community, data)
    titles = {f"{which} the {word}" for which in ("About", "On") for word in WORDS}
    community.texts = truth.texts | titles
    return community, truth


def made(data: Path) -> Community:
    """A community with three members, entries for each kind of reader, and ways to sign in."""
    KnowledgeBase.create(data)
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        base.session.people.form_group("Harbour")
        base.session.people.open_to_world(True)
        members: dict[str, str] = {}
        for name in ("ada", "ben", "eve"):
            member = base.session.people.invite().id
            members[name] = member
            joining = Principal(member, frozenset(), frozenset())
            base.as_(joining).people.join(member, Profile(name=name))
        harbour = base.session.directory.group("Harbour").id
        for name in ("ada", "ben", "eve"):
            base.session.people.join_group(harbour, members[name])
        base.session.people.leave_group(harbour, members["eve"])
        for name in ("ada", "ben"):
            write(base.as_member(members[name]), harbour)
        secrets = signing_in(base, members)
        for member in (*members.values(), *("four", "five", "six")):
            for word in WORDS[:4]:
                base.parts.questions.asked(f"the {word} of the evening", member)
        base.catch_up()
    (data / "settings.toml").write_text(SETTINGS)
    return Community(data, members, secrets)


def write(session: Session, group: str) -> None:
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
        made = session.entries.contribute(draft)
        if number % 2:
            changed = Content(title=f"On the {word}", sections=filled(content).sections)
            session.entries.revise(made.id, changed, version=made.version)
        if number == len(sights) - 1:
            session.entries.show(made.id, Visibility("author"))


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
