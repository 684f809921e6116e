"""A member's own data as one page of Markdown."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from operator import itemgetter

from msgspec import structs

from kb.access import OPERATOR
from kb.entries.relation import reads
from kb.importers.visibility import words
from kb.people.directory import AccessChange
from kb.people.member import Profile
from kb.people.own_data import Missing, OwnData, OwnProfile, OwnSignIn
from kb.people.own_writing import OwnEndorsement, OwnEntry, OwnReuse, OwnText
from kb.people.results import OPERATOR_NAME

Lines = Iterator[str]


def as_markdown(data: OwnData) -> str:
    """The data for people: every text whole, times in UTC."""
    names = {group.id: group.name for group in data.groups}
    parts: dict[str, Iterable[str]] = {
        "# What is mine": _member(data, names),
        **({"## What is missing here": _missing(data.missing)} if data.missing else {}),
        "## What I told about myself before": _profiles(data.profiles[:-1]),
        "## Entries": (line for entry in data.entries for line in _entry(entry, names)),
        "## Endorsements": map(_endorsement, data.endorsements),
        "## Reuse": (line for reuse in data.reuses for line in _reuse(reuse)),
        "## How I sign in": _sign_in(data.sign_in),
        "## Changes of what I may do": map(partial(_change_of_me, data.member.id), data.changes),
        "## What I changed for others": map(_change_by_me, data.changed),
    }
    return "\n".join(line for title, part in parts.items() for line in (title, "", *part, ""))


def _member(data: OwnData, names: Mapping[str, str]) -> Lines:
    me = data.member
    if me.profile:
        yield from _profile(me.profile)
    yield _item("id", me.id)
    yield _item("roles", ", ".join(me.roles))
    yield _item("groups", ", ".join(names[group] for group in me.groups) or "none")
    if me.joined_at:
        yield _item("joined", _time(me.joined_at))


def _missing(missing: Iterable[Missing]) -> Lines:
    yield (
        "This cannot be read now. Show it to the operator: what is here belongs in a copy from "
        "before the damage; take your data along again once that was put back."
    )
    yield ""
    for each in missing:
        when = _time(each.at) if each.at else "all of it"
        yield _item(f"{each.what} {each.id}, {when}", each.why)


def _profile(profile: Profile) -> Lines:
    told = structs.asdict(profile) | {"languages": ", ".join(profile.languages)}
    for name, value in told.items():
        if value:
            yield _item(name.replace("_", " "), value)


def _profiles(profiles: Iterable[OwnProfile]) -> Lines:
    for each in profiles:
        yield from (f"From {_time(each.at)}:", "", *_profile(each.profile), "")


def _entry(entry: OwnEntry, names: Mapping[str, str]) -> Lines:
    yield from (f"### {entry.texts[-1].content.title if entry.texts else entry.id}", "")
    yield _item("id", entry.id)
    if entry.kind:
        yield _item("kind", entry.kind)
    if entry.visibility:
        yield _item("seen by", ", ".join(words(entry.visibility, names)))
    if not entry.contributed:
        yield _item("contributed by", "another member")
    if entry.source:
        yield _item("imported from", f"{entry.source.name}, {entry.source.external_id}")
    yield from (*(line for _, line in sorted(_acts(entry), key=itemgetter(0))), "")
    for text in entry.texts:
        yield from _text(text)


def _acts(entry: OwnEntry) -> Iterator[tuple[datetime, str]]:
    """What the member did to the entry but writing its text, and when."""
    for tag in entry.tags:
        yield tag.at, _item(_time(tag.at), f"tag {tag.tag}{'' if tag.given else ' taken off'}")
    for each in entry.relations:
        said = "stated that it" if each.stated else "no longer stated that it"
        relation = f"{said} {reads(each.relation.type)} {each.relation.target}"
        yield each.at, _item(_time(each.at), relation)
    for archiving in entry.archived:
        instead = f" In its place: {archiving.successor}" if archiving.successor else ""
        yield archiving.at, _item(_time(archiving.at), f"archived: {archiving.reason}{instead}")
    for at in entry.restored:
        yield at, _item(_time(at), "restored")


def _text(text: OwnText) -> Lines:
    yield from (f"#### Version {text.version}: {text.content.title}", "")
    yield _item("written", _time(text.at))
    own = {f"property {name}": value for name, value in text.content.properties.items()}
    facts = [("group", text.group), ("note", text.note), *own.items()]
    yield from (_item(name, value) for name, value in facts if value is not None)
    yield ""
    for section in text.content.sections:
        if section.heading:
            yield from (f"##### {section.heading}", "")
        yield from (section.text, "")


def _endorsement(each: OwnEndorsement) -> str:
    until = f" to {_time(each.ended_at)}" if each.ended_at else ""
    return _item(f"{each.entry_id}, {_time(each.endorsed_at)}{until}", each.reason)


def _reuse(reuse: OwnReuse) -> Lines:
    yield from (f"### Reuse {reuse.id}", "", _item("entry", reuse.entry_id))
    if reuse.context is None:
        yield _item("recorded by", "another member")
    else:
        yield from (_item("group", reuse.group), _item("context", reuse.context))
    for each in reuse.outcomes:
        yield _item(_time(each.at), each.outcome)
        told = {"note": each.note, "evidence": each.evidence, "made from it": each.resulting_entry}
        yield from (f"  {_item(name, value, '    ')}" for name, value in told.items() if value)
    yield ""


def _sign_in(own: OwnSignIn) -> Lines:
    for what, there in {
        "sign-in name": own.name,
        "password": own.password,
        "account elsewhere": own.other_account,
    }.items():
        yield _item(what, "set; only a hash of it is kept" if there else "none")
    for key in own.passkeys:
        used = f"last used {key.used_on or 'never'}"
        yield _item("passkey", f"{key.label}, added {_time(key.made)}, {used}")
    for session in own.sessions:
        times = f"began {_time(session.made)}, last used {_time(session.seen)}"
        yield _item("session", f"with {session.via}, {times}")
    for token in own.tokens:
        scopes = ", ".join(sorted(token.scopes))
        ends = f"made {_time(token.made)}, until {_time(token.expires_at)}"
        yield _item(
            "token", f"{token.name}, {scopes}, {ends}, last used {token.used_on or 'never'}"
        )


def _change_of_me(me: str, change: AccessChange) -> str:
    by = {me: "me", OPERATOR: OPERATOR_NAME}.get(change.actor, change.actor)
    about = change.entry_id and f" It was about {change.entry_id}."
    return _item(_time(change.at), f"{change.detail}{about or ''} Done by {by}.")


def _change_by_me(change: AccessChange) -> str:
    about = change.entry_id or change.subject
    return _item(_time(change.at), f"{change.detail}{about and f' It was about {about}.'}")


def _item(name: str, value: object, indent: str = "  ") -> str:
    """A point of a list; further lines of the value stay in it."""
    return f"- {name}: {value}".replace("\n", f"\n{indent}")


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
