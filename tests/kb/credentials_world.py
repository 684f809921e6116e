"""Members and what they sign in with, for the tests of what the log tells of it."""

from datetime import UTC, datetime

from argon2 import PasswordHasher

from kb import access
from kb.accounts.passkeys import Passkeys, Site
from kb.accounts.passwords import Passwords
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from tests.kb.accounts_authenticator import Authenticator

END = datetime(2100, 1, 1, tzinfo=UTC)
SITE = Site("kb.circle.example", "Circle", "https://kb.circle.example")
ISSUER, SUBJECT = "https://id.circle.example", "subject-4711"
PASSWORD, NAME, LABEL = "ninety green bicycles", "xanthippe@quillfeather.example", "zymurgy screen"


def operators(base: KnowledgeBase) -> KnowledgeBase:
    """The base with the cheapest hashes, in the hands of the operator."""
    accounts = base.accounts
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts.passwords = Passwords(accounts.store, hasher, community="Ours", random=bytes)
    return base.acting_for(access.operator())


def joined(base: KnowledgeBase, *roles: access.Role) -> KnowledgeBase:
    """The base in the hands of a new member."""
    new = base.people.invite(["member", *roles]).id
    base.acting_for(access.of_member(new, (), ())).people.join(new, Profile(name="Mara"))
    return base.acting_for(base.directory.asker(new))


def id_of(base: KnowledgeBase) -> str:
    assert base.asker.member
    return base.asker.member


def told(base: KnowledgeBase, subject: str) -> list[tuple[str, str]]:
    """Who did what to `subject`, as stewards read it, after they joined."""
    changes = base.acting_for(access.operator()).directory.changes(subject)
    return [(change.actor, change.detail) for change in changes[2:]]


def passkeys_of(base: KnowledgeBase) -> Passkeys:
    return base.accounts.passkeys(SITE)


def add_passkey(base: KnowledgeBase, phone: Authenticator | None = None) -> Authenticator:
    phone = phone or Authenticator(SITE.host, SITE.origin)
    begun = passkeys_of(base).registration_options(id_of(base), "Mara")
    answer = phone.create(begun.options)
    base.credentials.add_passkey(passkeys_of(base), begun.ticket, answer, LABEL)
    return phone
