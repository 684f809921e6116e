"""A community where every field that people fill holds text that means harm."""

import json
from pathlib import Path
from typing import Any

from msgspec import structs

from kb.access import Visibility
from kb.entries.content import Content, Draft, Section
from kb.ids import group_id
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.accounts_authenticator import Authenticator
from tests.web.community import FAR, Browsers, Community, form_token, send
from web.pages.passkeys import passkeys_of

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'{{7777*7777}}"
GROUP = f"<b>own group</b>{HOSTILE}"
TAG = "<script>alert(1)</script>{{7777*7777}}"


def harm(field: str) -> str:
    """Text for a field that shows in which it was."""
    return f"<b>{field}</b>{HOSTILE}"


FRONT = {
    "title": harm("imported title"),
    "group": f"<b>imported group</b>{TAG}",
    "tags": ["<b>imported-tag</b>"],
    f"<b>imported name</b>{TAG}": f"<b>imported value</b>{TAG}",
    "link": "javascript:alert(1)",
}
TEXT = f"""# {TAG}

[a](javascript:alert(1)) ![b](data:text/html,x) <b>imported text</b> <img src=x onerror=alert(1)>
"""

FIELDS = {
    "/people": ("name", "pronouns", "help"),
    "/people/{member_id}": ("name", "address", "languages", "pronouns", "help", "own group"),
    "/groups": ("name", "own group"),
    "/account": ("name", "address", "languages", "pronouns", "help", "token", "passkey"),
    "/audit": ("name", "own group"),
    "/entries/{entry_id}": (
        *("title", "text", "heading", "property", "value", "group", "tag", "note", "endorsement"),
        *("reuse group", "context", "outcome note", "archive reason", "name", "evidence"),
        *("imported group", "imported-tag", "imported name"),
    ),
    "/reuses/{reuse_id}": ("title", "reuse group"),
    "/reuse": ("reuse group", "tag"),
    "/entries": ("title", "group", "tag"),
    "/search/results": ("title",),
    "/about": ("community",),
    "/data": ("community",),
}
"""Which fields are shown at an address, to a steward; titles and values lose tags at import."""


class Hostile:
    """Stella, a steward, and Mara, a member, who mean harm in all that they write."""

    def __init__(self, community: Community, folder: Path) -> None:
        self.community = community
        self.browsers = {name: Browsers(community)(name) for name in ("Stella", "Mara")}
        self.browsers[""] = Browsers(community)()
        for name in ("Stella", "Mara"):
            self._tell_of_themselves(name)
        send(self.browsers["Stella"], "/groups", {"name": GROUP, "open": "1"})
        send(self.browsers["Mara"], f"/groups/{group_id(GROUP)}/join")
        send(self.browsers["Stella"], "/community/world", {"allowed": "yes"})
        self.ids = self._written(folder)

    def _tell_of_themselves(self, name: str) -> None:
        client, member = self.browsers[name], self.community.ids[name]
        profile = {"name": harm("name"), "address": harm("address"), "time_zone": "UTC",
                   "languages": harm("languages"), "pronouns": harm("pronouns")[:50],
                   "help": harm("help")}  # fmt: skip
        send(client, "/account/profile", profile)
        token = {"token_name": harm("token"), "days": "30", "scope-search": "1"}
        assert "trib_" in send(client, "/account/tokens", token, 200).text
        assert self.community.base.accounts.names.set(member, f"{HOSTILE} {name}")
        keys = passkeys_of(self.community.base)
        begun = keys.registration_options(member, harm("passkey"))
        settings = self.community.base.settings
        device = Authenticator(settings.host_name, settings.base_url, credential=name.encode() * 4)
        keys.register(begun.ticket, member, device.create(begun.options), harm("passkey"))

    def _written(self, folder: Path) -> dict[str, str]:
        mara, stella = self.community.acting("Mara"), self.community.acting("Stella")
        headings = ("The problem", "What we do", harm("heading"))
        content = Content(
            title=harm("title"),
            sections=tuple(Section(each, harm("text")) for each in headings),
            properties={harm("property"): harm("value")},
        )
        entry, other = (
            mara.entries.contribute(
                Draft(
                    kind="practice",
                    content=content,
                    group=harm("group"),
                    tags=(f"<b>tag</b>{TAG}",),
                    visibility=Visibility("world"),
                )
            ).id
            for _ in range(2)
        )
        stella.endorsements.endorse(entry, harm("endorsement"))
        given: dict[str, Any] = {"group": harm("reuse group"), "context": harm("context")}
        evidence = f"https://x.example/?{harm('evidence').replace(' ', '/')}"
        reuse = stella.reuses.record(entry, outcome="adopted", evidence=evidence, **given).id
        stella.reuses.update_outcome(reuse, "adapted", harm("outcome note"))
        version = mara.catalogue.get(entry).revision_version
        revised = structs.replace(content, properties={harm("property"): harm("value"), "a": 1})
        mara.entries.revise(entry, revised, version=version, note=harm("note"), group=harm("group"))
        mara.entries.archive(other, harm("archive reason"), entry)
        folder.mkdir()
        (folder / "note.md").write_text(f"---\n{json.dumps(FRONT)}\n---\n{TEXT}")
        base = self.community.base
        [brought] = FolderImport(base.entries, folder, ImportOptions(source="x")).run()
        assert brought.id, brought.reason
        base.wait(base.head(), index=True)
        invited = base.people.invite().id
        secret = base.accounts.links.make("invitation", invited, FAR)
        return {"entry_id": entry, "reuse_id": reuse, "member_id": self.community.ids["Mara"],
                "group_id": group_id(GROUP), "secret": secret, "archived": other,
                "imported": brought.id}  # fmt: skip

    def form_token(self, name: str) -> str:
        """What the forms of their session carry."""
        return form_token(self.browsers[name])
