"""Two who say all that can be said of entries, for the tests of what a member takes along."""

from kb import access
from kb.access import Visibility
from kb.entries.content import Content, Draft, Relation, Section
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile


def content(title: str) -> Content:
    sections = (Section("The problem", f"{title} lost."), Section("What we do", f"{title} done."))
    return Content(title=title, sections=sections, properties={f"{title} level": 3})


def practice(base: KnowledgeBase, title: str, group: str | None = None) -> str:
    tags = (f"{title} tag",)
    draft = Draft(kind="practice", content=content(title), group=group, tags=tags)
    return base.entries.contribute(draft).id


def revise(base: KnowledgeBase, entry: str, title: str) -> None:
    """Another text of an entry that may be hidden, in the same group."""
    version = base.acting_for(access.operator()).catalogue.get(entry).version
    base.entries.revise(entry, content(title), version=version, note=f"{title} note")


def regroup(base: KnowledgeBase, entry: str, group: str) -> None:
    now = base.catalogue.get(entry)
    same = Content(title=now.title, sections=now.sections, properties=now.properties)
    base.entries.revise(entry, same, version=now.version, group=group)


def say_all(base: KnowledgeBase, her: KnowledgeBase) -> tuple[str, str]:
    """Her entry and the one of the member who has `base`; each says all in both of them.

    In every text of hers is the word Hers, in every one of the other the word Foreign.
    """
    mine, other = practice(her, "Hers A", "Hers B"), practice(base, "Foreign A", "Foreign B")
    revise(her, mine, "Hers C")
    revise(base, mine, "Foreign C")
    revise(her, other, "Hers E")
    revise(base, other, "Foreign E")
    for who, word in ((her, "Hers"), (base, "Foreign")):
        who.entries.tag(mine, [f"{word} F"])
        who.entries.untag(mine, [f"{word} F"])
        who.entries.archive(mine, f"{word} G", other)
        who.entries.restore(mine)
        who.endorsements.endorse(other, f"{word} H")
        who.endorsements.endorse(other, f"{word} I")
        who.endorsements.withdraw(other)
        who.people.form_group(f"{word} J")
        _reuse(who, word, other, base, her)
    base.reuses.record(other, group="Foreign K", context="Foreign Q", outcome="adopted")
    her.entries.relate(mine, Relation("Cites", other))
    her.entries.unrelate(mine, Relation("Cites", other))
    base.entries.relate(mine, Relation("Requires", other))
    her.entries.show(mine, Visibility("groups", (her.directory.group("Hers J").id,)))
    her.people.change_profile(Profile(name="Hers O", address="Hers P"))
    return mine, other


def _reuse(
    who: KnowledgeBase, word: str, entry: str, base: KnowledgeBase, her: KnowledgeBase
) -> None:
    """A reuse that `who` records, and both update."""
    link = f"https://{word.lower()}.example/"
    reuse = who.reuses.record(
        entry, group=f"{word} K", context=f"{word} L", outcome="adopted", evidence=link
    ).id
    others = f"https://foreign.example/{word}"
    base.reuses.update_outcome(reuse, "adapted", "Foreign M", evidence=others)
    her.reuses.update_outcome(reuse, "tried-and-stopped", f"Hers N of {word[0]}")
