"""Every command once: how it is called in Python, sent by a page or as JSON, and typed.

All tests that ask each command something go over this table: a new one is written here alone, like
its neighbour. `tests/kb/test_table_of_commands.py` names what the program has and this has not.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

from msgspec import Struct

from kb.access import Role, Visibility
from kb.accounts.passkeys import Passkeys, Site
from kb.accounts.store import AccountStore
from kb.entries import entry
from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Relation, Source
from kb.people.member import Profile
from kb.reuse.reuse import Outcome
from kb.session import Session
from tests.worlds.log import ABSENT, World, some_content

WARD = "Ward 3"
FAR = datetime(2100, 1, 1, tzinfo=UTC)
NO_PASSKEYS = Passkeys(
    cast(AccountStore, None), Site("kb.example.org", "Ours", ""), clock=lambda: FAR, random=bytes
)
"""For those who are refused before anything is looked up in it."""


class Asked(Struct, frozen=True, kw_only=True):
    """What commands in Python are asked with: a test gives what matters to it, or draws it all."""

    entry: str = ABSENT
    other: str | None = None
    """Another entry, which the command names beside."""
    reuse: str = ABSENT
    member: str = ABSENT
    group: str = WARD
    roles: tuple[Role, ...] = ("member",)
    fate: Literal["kept", "erased"] = "kept"
    """What becomes of the entries of a member who is erased."""
    kind: str = "practice"
    content: Content = some_content("New")
    version: int = 1
    revision: int = 1
    tags: tuple[str, ...] = ("night",)
    relation: str = "Cites"
    reason: str = "Old"
    ward: str = WARD
    """What stands for a group in an entry or a reuse, where no group needs to have this name."""
    outcome: Outcome = "adopted"
    visibility: Visibility = Visibility()
    source: Source | None = None
    imported: bool = False
    command_id: UUID | None = None

    @property
    def related(self) -> Relation:
        return Relation(self.relation, self.other or ABSENT)

    @property
    def draft(self) -> Draft:
        return Draft(
            kind=self.kind,
            content=self.content,
            group=self.ward or None,
            tags=self.tags,
            relations=(self.related,) if self.other else (),
            visibility=self.visibility,
        )


class Command(Struct, frozen=True, kw_only=True):
    """One command at every level that has it."""

    call: Callable[[Session, Asked], object] | None = None
    page: Mapping[str, Mapping[str, str]] = {}
    """The form that is sent to each of its routes."""
    api: Mapping[str, Any] = {}
    """The JSON that is sent to each of its routes, which may end with the parameters."""
    line: Mapping[str, str] = {}
    """What is typed after the name of each of its commands of `kb`."""
    naming: str = ""
    """The same where it is done to what is one's own and names another entry beside."""
    after: str = ""
    """The command without which it has nothing to do."""
    event: Callable[[Asked], entry.EntryEvent] | None = None
    """The event of an entry that it leads to, for histories drawn at random."""
    weight: int = 0
    """How often it is drawn, beside others, where much is to happen at random."""

    def ask(self, session: Session | World, asked: Asked) -> object:
        """What it answers; a world of tests has those services that are about entries."""
        assert self.call
        return self.call(cast(Session, session), asked)


CONTENT = {
    "title": "Bedside handover",
    "sections": [
        {"heading": "The problem", "text": "Slow."},
        {"heading": "What we do", "text": "Walk."},
    ],
}
TEXTS = {
    **{"title": "Handover", "heading-0": "The problem", "text-0": "Slow."},
    **{"heading-1": "What we do", "text-1": "Walk."},
}
REUSE = {"group": WARD, "context": "Nights", "outcome": "adopted"}

BEGINNING = {
    "contribute": Command(
        call=lambda b, a: b.entries.contribute(a.draft, command_id=a.command_id),
        page={"POST /entries/new": {**TEXTS, "kind": "practice"}},
        api={"POST /api/entries": {"kind": "practice", "content": CONTENT}},
        line={"contribute": "{file}"},
        naming="{naming_file}",
        weight=3,
    ),
    "import": Command(
        call=lambda b, a: b.entries.bring(
            ImportedEntry(id=a.entry, draft=a.draft, source=a.source)
        ),
        line={"import": "{folder} --no-wait"},
    ),
}
"""What begins an entry."""

ON_ENTRIES = {
    "revise": Command(
        call=lambda b, a: b.entries.revise(
            a.entry, a.content, version=a.version, command_id=a.command_id
        ),
        page={"POST /entries/{entry_id}/revise": {**TEXTS, "version": "1"}},
        api={"PUT /api/entries/{entry_id}": {"content": CONTENT, "version": 1}},
        line={"revise": "{entry_id} {file}"},
        event=lambda a: entry.EntryRevised(
            content=a.content, group=a.ward or None, imported=a.imported
        ),
        weight=2,
    ),
    "restore revision": Command(
        call=lambda b, a: b.entries.restore_revision(
            a.entry, a.revision, version=a.version, command_id=a.command_id
        ),
        page={"POST /entries/{entry_id}/restore-revision": {"revision": "1", "entry_version": "1"}},
        api={"POST /api/entries/{entry_id}/restore-revision": {"revision": 1, "version": 1}},
        line={"restore-revision": "{entry_id} 1"},
        weight=1,
    ),
    "tag": Command(
        call=lambda b, a: b.entries.tag(a.entry, a.tags, command_id=a.command_id),
        page={"POST /entries/{entry_id}/tags": {"tags": "night"}},
        api={"POST /api/entries/{entry_id}/tags": {"tags": ["night"]}},
        line={"tag": "{entry_id} night"},
        event=lambda a: entry.EntryTagged(tag=a.tags[0]),
        weight=1,
    ),
    "untag": Command(
        call=lambda b, a: b.entries.untag(a.entry, a.tags, command_id=a.command_id),
        page={"POST /entries/{entry_id}/untag": {"tag": "night"}},
        api={"DELETE /api/entries/{entry_id}/tags?tag=night": None},
        line={"untag": "{entry_id} morning"},
        after="tag",
        event=lambda a: entry.EntryUntagged(tag=a.tags[0]),
        weight=1,
    ),
    "relate": Command(
        call=lambda b, a: b.entries.relate(a.entry, a.related, command_id=a.command_id),
        api={"POST /api/entries/{entry_id}/relations": {"type": "Cites", "target": "{other_id}"}},
        line={"relate": "{entry_id} Cites {other_id}"},
        naming="{own_id} Cites {entry_id}",
        event=lambda a: entry.EntryRelated(relation=a.related),
        weight=1,
    ),
    "unrelate": Command(
        call=lambda b, a: b.entries.unrelate(a.entry, a.related, command_id=a.command_id),
        api={
            "DELETE /api/entries/{entry_id}/relations?relation_type=Cites&target={other_id}": None
        },
        after="relate",
        event=lambda a: entry.EntryUnrelated(relation=a.related),
        weight=1,
    ),
    "archive": Command(
        call=lambda b, a: b.entries.archive(a.entry, a.reason, a.other, command_id=a.command_id),
        page={"POST /entries/{entry_id}/archive": {"reason": "Old"}},
        api={"POST /api/entries/{entry_id}/archive": {"reason": "Old"}},
        line={"archive": "{entry_id} --reason Old"},
        naming="{own_id} --reason Old --successor {entry_id}",
        event=lambda a: entry.EntryArchived(reason=a.reason, successor=a.other),
        weight=1,
    ),
    "restore": Command(
        call=lambda b, a: b.entries.restore(a.entry, command_id=a.command_id),
        page={"POST /entries/{entry_id}/restore": {}},
        api={"POST /api/entries/{entry_id}/restore": None},
        line={"restore": "{archived_id}"},
        after="archive",
        event=lambda _: entry.EntryRestored(),
        weight=1,
    ),
    "show": Command(
        call=lambda b, a: b.entries.show(a.entry, a.visibility, command_id=a.command_id),
        page={"POST /entries/{entry_id}/show": {"sight": "author", "unseen": "1"}},
        api={"PUT /api/entries/{entry_id}/visibility": {"sight": "author"}},
        line={"visibility": "{entry_id} group:Night"},
        event=lambda a: entry.EntryVisibilityChanged(visibility=a.visibility),
        weight=5,
    ),
    "endorse": Command(
        call=lambda b, a: b.endorsements.endorse(a.entry, "Good.", command_id=a.command_id),
        page={"POST /entries/{entry_id}/endorse": {"reason": "Good"}},
        api={"PUT /api/entries/{entry_id}/endorsement": {"reason": "Good"}},
        line={"endorse": "{entry_id} --reason Good"},
        weight=1,
    ),
    "withdraw": Command(
        call=lambda b, a: b.endorsements.withdraw(a.entry, command_id=a.command_id),
        page={"POST /entries/{entry_id}/withdraw": {}},
        api={"DELETE /api/entries/{entry_id}/endorsement": None},
        after="endorse",
        weight=1,
    ),
    "record reuse": Command(
        call=lambda b, a: b.reuses.record(
            a.entry,
            group=a.ward,
            context="Nights",
            outcome=a.outcome,
            resulting_entry=a.other,
            command_id=a.command_id,
        ),
        page={"POST /entries/{entry_id}/reuses": REUSE},
        api={"POST /api/entries/{entry_id}/reuses": REUSE},
        line={"reuse record": "{entry_id} --group A --context Nights --outcome adopted"},
        naming="{own_id} --group A --context B --outcome adopted --resulting-entry {entry_id}",
        weight=3,
    ),
    "update reuse": Command(
        call=lambda b, a: b.reuses.update_outcome(
            a.reuse, "adapted", "Shorter.", resulting_entry=a.other, command_id=a.command_id
        ),
        page={"POST /reuses/{reuse_id}": {"outcome": "adapted", "note": "Shorter."}},
        api={"PATCH /api/reuses/{reuse_id}": {"outcome": "adapted", "note": "Shorter."}},
        line={"reuse update": "{reuse_id} --outcome adapted --note Shorter"},
        naming="{own_reuse_id} --outcome adapted --note C --resulting-entry {entry_id}",
        weight=1,
    ),
    "withdraw reuse": Command(
        call=lambda b, a: b.reuses.withdraw(a.reuse, "The wrong ward.", command_id=a.command_id),
        page={"POST /reuses/{reuse_id}/withdraw": {"reason": "The wrong ward."}},
        api={"POST /api/reuses/{reuse_id}/withdraw": {"reason": "The wrong ward."}},
        line={"reuse withdraw": "{reuse_id} --reason Wrong"},
        weight=1,
    ),
    "erase entry": Command(
        call=lambda b, a: b.erasure.entry(a.entry),
        page={"POST /entries/{entry_id}/erase": {}},
        line={"erase entry": "{entry_id} --yes"},
        weight=1,
    ),
}
"""What is done to an entry that is there, or to a reuse of it."""

DRAFT = "0199d000-0000-7000-8000-000000000000"
"""The id of a draft, which their members choose."""

DRAFTS = {
    "save draft": Command(
        call=lambda b, a: b.drafts.save(DRAFT, {"title": "Begun"}, number=0, kind=a.kind),
        page={"POST /drafts": {**TEXTS, "kind": "practice", "draft_id": DRAFT}},
        api={"PUT /api/drafts/{draft_id}": {"number": 1, "kind": "practice", "fields": TEXTS}},
    ),
    "discard draft": Command(
        call=lambda b, _: b.drafts.discard(DRAFT),
        page={"POST /drafts/{draft_id}/discard": {}},
        api={"DELETE /api/drafts/{draft_id}": None},
        line={"draft discard": "{draft_id}"},
    ),
}
"""What is done to what is not contributed yet."""

PEOPLE = {
    "invite": Command(
        call=lambda b, a: b.people.invite(a.roles),
        page={"POST /people/invite": {}},
        line={"member invite": ""},
    ),
    "join": Command(
        call=lambda b, a: b.people.join(a.member, Profile(name="Ina")),
        line={"member join": "{invited_id} --name Ina"},
    ),
    "change profile": Command(
        call=lambda b, _: b.people.change_profile(Profile(name="Ina")),
        page={"POST /account/profile": {}},
    ),
    "choose language": Command(
        call=lambda b, _: b.people.choose_language("de"),
        api={"PUT /api/account/language": {"language": "de"}},
        line={"member language": "de"},
    ),
    "change roles": Command(
        call=lambda b, a: b.people.change_roles(a.member, a.roles),
        page={"POST /people/{member_id}/roles": {}},
        line={"member roles": "{member_id} reporter"},
        weight=1,
    ),
    "join group": Command(
        call=lambda b, a: b.people.join_group(a.group, a.member),
        page={"POST /groups/{group_id}/join": {}},
        line={"group add": "{member_id} {group}"},
        weight=1,
    ),
    "change groups": Command(
        call=lambda b, a: b.people.change_groups(a.member, [a.group]),
        page={"POST /people/{member_id}/groups": {}},
        weight=1,
    ),
    "leave group": Command(
        call=lambda b, a: b.people.leave_group(a.group, a.member),
        page={"POST /groups/{group_id}/leave": {}},
        line={"group remove": "{member_id} {group}"},
        weight=1,
    ),
    "form group": Command(
        call=lambda b, _: b.people.form_group("Night"),
        page={"POST /groups": {}},
        line={"group form": "{new_group}"},
    ),
    "change group": Command(
        call=lambda b, a: b.people.change_group(a.group, open=True),
        page={"POST /groups/{group_id}/change": {"name": WARD}},
        line={"group change": "{group} --not-open"},
    ),
    "close group": Command(
        call=lambda b, a: b.people.close_group(a.group),
        page={"POST /groups/{group_id}/close": {}},
        line={"group close": "{group}"},
    ),
    "leave": Command(
        call=lambda b, a: b.people.leave(a.member),
        page={"POST /account/leave": {}, "POST /people/{member_id}/remove": {}},
        line={"member remove": "{member_id} --yes"},
    ),
    "erase member": Command(
        call=lambda b, a: b.erasure.member(a.member, entries=a.fate),
        page={"POST /account/erase": {}, "POST /people/{member_id}/erase": {}},
        line={"erase member": "{member_id} --yes"},
        weight=1,
    ),
    "open to world": Command(
        call=lambda b, _: b.people.open_to_world(True),
        page={"POST /community/world": {}},
        line={"world": "", "world open": "", "world closed": ""},
    ),
}

SIGNING_IN = {
    "make token": Command(
        call=lambda b, a: b.credentials.make_token(a.member, ["search"], "Screen", FAR),
        page={"POST /account/tokens": {}},
        line={"token make": "{member_id} --scope search --name Screen"},
    ),
    "revoke token": Command(
        call=lambda b, _: b.credentials.revoke_token("one"),
        page={"POST /account/tokens/revoke": {}},
        line={"token revoke": "{token_id}"},
    ),
    "make link": Command(
        call=lambda b, a: b.credentials.make_link("sign-in", a.member, FAR),
        page={"POST /people/{member_id}/link": {}},
        line={"member link": "{member_id}", "member first-steward": ""},
    ),
    "take invitation": Command(call=lambda b, _: b.credentials.join(Profile(name="Ina"))),
    "set password": Command(
        call=lambda b, _: b.credentials.set_password("ninety green bicycles", "ina@example.org"),
        page={"POST /account/password": {"current": "{password}", "password": "{password}"}},
    ),
    "add passkey": Command(
        call=lambda b, _: b.credentials.add_passkey(NO_PASSKEYS, "ticket", {}, "x"),
        page={"POST /account/passkeys/begin": {}, "POST /account/passkeys": {}},
    ),
    "remove passkey": Command(
        call=lambda b, _: b.credentials.remove_passkey(NO_PASSKEYS, "one"),
        page={"POST /account/passkeys/remove": {}},
    ),
    "tie identity": Command(
        call=lambda b, _: b.credentials.tie_identity("https://id.example.org", "subject"),
        page={"POST /account/openid": {}},
    ),
    "untie identities": Command(
        call=lambda b, _: b.credentials.untie_identities(),
        page={"POST /account/openid/unlink": {}},
    ),
    "end sessions": Command(
        page={"POST /account/sessions/end": {}, "POST /account/sessions/end-all": {}}
    ),
}

READING = {
    "search": Command(
        call=lambda b, _: b.search("fox"),
        api={"GET /api/search?q=handover": None},
        line={"search": "bedside handover --limit 100 --json"},
        weight=1,
    ),
    "list": Command(line={"list": "--limit 1000 --json"}),
    "read": Command(line={"show": "{entry_id}", "history": "{entry_id}", "diff": "{entry_id}"}),
    "report": Command(line={"report reuse": "--by group", "report questions": ""}),
    "export": Command(line={"export": "{new_folder}"}),
    "see people": Command(line={"member list": "", "member show": "{member_id}", "group list": ""}),
    "audit": Command(line={"audit": "--json", "member history": "{member_id}"}),
    "see what is one's own": Command(
        line={"member data": "", "token list": "", "draft list": "", "draft show": "{draft_id}"}
    ),
    "operate": Command(
        line={"init": "{new_folder}", "serve": "", "status": "", "rebuild": "views"}
    ),
}

COMMANDS: Mapping[str, Command] = {
    **BEGINNING,
    **ON_ENTRIES,
    **DRAFTS,
    **PEOPLE,
    **SIGNING_IN,
    **READING,
}


LINES = {name: rest for each in COMMANDS.values() for name, rest in each.line.items()}
"""What is typed after each command of the shell."""

NAMING = {name: each.naming for each in COMMANDS.values() if each.naming for name in each.line}
"""The same for commands on what is one's own that name another entry beside it."""

REPEATABLE = [name for name in ON_ENTRIES if name != "erase entry"]
"""Those that take the id of a command."""


def material(commands: Iterable[str]) -> list[str]:
    """The names of those that happen in random histories, each as often as its weight says."""
    return [name for name in commands for _ in range(COMMANDS[name].weight)]
