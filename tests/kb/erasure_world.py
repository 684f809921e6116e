"""Someone with much to hide, for the tests of erasing and of leaving."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.testing import HashEmbedder
from kb import access
from kb.access import Asker
from kb.entries.content import Content, Draft, Section
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.settings import Settings
from tests import made

NAME, ADDRESS = "Xanthippe Quillfeather", "xanthippe@quillfeather.example"
HELP, REASON, CONTEXT = "zymurgyhelp", "velleityreason", "quodlibetcontext"
TITLE, TEXT = "Tatterdemalion", "borborygmus callipygian"
SECRETS = (NAME, ADDRESS, HELP, REASON, CONTEXT)


@contextmanager
def new_base(data: Path, engine: str) -> Iterator[KnowledgeBase]:
    """An empty base with that engine, in the hands of the operator."""
    made.created(data)
    settings = Settings(data=data, fulltext=engine)
    with KnowledgeBase.open(data, settings=settings, embedder=HashEmbedder()) as opened:
        yield opened


def joined(base: KnowledgeBase, *roles: access.Role, name: str = NAME) -> KnowledgeBase:
    """The base in the hands of a new member."""
    member = base.people.invite(["member", *roles]).id
    profile = Profile(name=name, address=ADDRESS if name == NAME else None, help=HELP)
    base.acting_for(Asker(member, frozenset(), frozenset())).people.join(member, profile)
    return base.acting_for(base.directory.asker(member))


def practice(base: KnowledgeBase, title: str, text: str) -> str:
    """An entry in whose group and tag the title stands as well."""
    sections = (Section("The problem", text), Section("What we do", text))
    content = Content(title=title, sections=sections)
    draft = Draft(kind="practice", content=content, group=f"{title} group", tags=(title[:20],))
    return base.entries.contribute(draft).id


def member_of(base: KnowledgeBase) -> str:
    assert base.asker.member
    return base.asker.member


def left_in(data: Path, secrets: Iterable[str | bytes]) -> list[tuple[str | bytes, str]]:
    """Which of the secrets stand in which files, as they lie."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return [
        (secret, str(path.relative_to(data)))
        for path in files
        for secret in holding(path.read_bytes(), secrets)
    ]


def holding(held: bytes, secrets: Iterable[str | bytes]) -> list[str | bytes]:
    """Which of the secrets these bytes hold, text also in small letters."""
    return [secret for secret in secrets if any(one in held for one in _written(secret))]


def _written(secret: str | bytes) -> tuple[bytes, ...]:
    return (secret,) if isinstance(secret, bytes) else (secret.encode(), secret.lower().encode())
