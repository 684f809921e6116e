"""A member's own data as one page of Markdown."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msgspec import structs

from kb.access import OPERATOR
from kb.drafts.results import SavedDraft
from kb.own import Own, item, when
from kb.own_data.read import Missing, OwnData, OwnProfile, OwnSignIn
from kb.people.directory import AccessChange
from kb.people.member import Profile
from kb.people.results import OPERATOR_NAME

Lines = Iterator[str]


def as_markdown(data: OwnData, shown: Iterable[Own]) -> str:
    """The data for people, with all texts in full and times in UTC."""
    names = {group.id: group.name for group in data.groups}
    parts: dict[str, Iterable[str]] = {
        "# What is mine": _member(data, names),
        **({"## What is missing here": _missing(data.missing)} if data.missing else {}),
        "## What I told about myself before": _profiles(data.profiles[:-1]),
        **{
            part.title: [line for each in data.said[part.name] for line in part.lines(each, names)]
            for part in shown
        },
        "## Drafts": [line for each in data.drafts for line in _draft(each)],
        "## How I sign in": _sign_in(data.sign_in),
        "## Changes of what I may do": map(partial(_change_of_me, data.member.id), data.changes),
        "## What I changed for others": map(_change_by_me, data.changed),
    }
    return "\n".join(line for title, part in parts.items() for line in (title, "", *part, ""))


def _member(data: OwnData, names: Mapping[str, str]) -> Lines:
    me = data.member
    if me.profile:
        yield from _profile(me.profile)
    yield item("id", me.id)
    yield item("roles", ", ".join(me.roles))
    yield item("groups", ", ".join(names[group] for group in me.groups) or "none")
    if me.joined_at:
        yield item("joined", when(me.joined_at))


def _missing(missing: Iterable[Missing]) -> Lines:
    yield (
        "This cannot be read now. Show it to the operator: what is here belongs in a copy from "
        "before the damage; take your data along again once that was put back."
    )
    yield ""
    for each in missing:
        at = when(each.at) if each.at else "all of it"
        yield item(f"{each.what} {each.id}, {at}", each.why)


def _profile(profile: Profile) -> Lines:
    told = structs.asdict(profile) | {"languages": ", ".join(profile.languages)}
    for name, value in told.items():
        if value:
            yield item(name.replace("_", " "), value)


def _profiles(profiles: Iterable[OwnProfile]) -> Lines:
    for each in profiles:
        yield from (f"From {when(each.at)}:", "", *_profile(each.profile), "")


def _draft(draft: SavedDraft) -> Lines:
    """A draft with the fields of its form, under the names that the form has for them."""
    yield from (f"### {draft.fields.get('title', '')}".strip(), "")
    what = f"revision of {draft.entry_id}" if draft.entry_id else draft.kind
    yield item(what, f"begun {when(draft.begun_at)}, saved {when(draft.saved_at)}")
    yield from (item(name, text) for name, text in draft.fields.items() if text)
    yield ""


def _sign_in(own: OwnSignIn) -> Lines:
    for what, there in {
        "sign-in name": own.name,
        "password": own.password,
        "account elsewhere": own.other_account,
    }.items():
        yield item(what, "set; only a hash of it is kept" if there else "none")
    for key in own.passkeys:
        used = f"last used {key.used_on or 'never'}"
        yield item("passkey", f"{key.label}, added {when(key.made)}, {used}")
    for session in own.sessions:
        times = f"began {when(session.made)}, last used {when(session.seen)}"
        yield item("session", f"with {session.via}, {times}")
    for token in own.tokens:
        scopes = ", ".join(sorted(token.scopes))
        ends = f"made {when(token.made)}, until {when(token.expires_at)}"
        yield item("token", f"{token.name}, {scopes}, {ends}, last used {token.used_on or 'never'}")


def _change_of_me(me: str, change: AccessChange) -> str:
    by = {me: "me", OPERATOR: OPERATOR_NAME}.get(change.actor, change.actor)
    about = change.entry_id and f" It was about {change.entry_id}."
    return item(when(change.at), f"{change.detail}{about or ''} Done by {by}.")


def _change_by_me(change: AccessChange) -> str:
    about = change.entry_id or change.subject
    return item(when(change.at), f"{change.detail}{about and f' It was about {about}.'}")
