"""How the group of an entry or reuse is spelled: each as the community spells it, everywhere."""

from kb.characters import skeleton

# The views hold a name as it was given and, to compare it by, how it looks.
_SPELLED = """coalesce(
    (SELECT name FROM community_group WHERE looks = {of}.group_looks
        ORDER BY closed, name_key, id LIMIT 1),
    (SELECT group_name FROM (
        SELECT * FROM (SELECT position, group_name FROM entry AS first
            WHERE first.group_looks = {of}.group_looks ORDER BY position LIMIT 1)
        UNION ALL
        SELECT * FROM (SELECT position, group_name FROM reuse AS first
            WHERE first.group_looks = {of}.group_looks ORDER BY position LIMIT 1)
    ) ORDER BY position LIMIT 1))"""


UNJOINED = "replace(replace({}, '-', ' '), '_', ' ')"
"""SQL for a name as it is looked for: a hyphen or a blank is all one there, as in a tag."""

UNJOINED_GROUP = UNJOINED.format("group_looks")


def spelled(table: str) -> str:
    """SQL for the group of a row of `table`, entry or reuse, in the one spelling that it has.

    That is the name of the group of the community, where there is one; else the first that the
    principal sees.
    """
    return _SPELLED.format(of=table)


def called(group: str | None) -> tuple[str | None, str | None]:
    """A group's name as given, and what it is compared by."""
    return group, skeleton(group) if group else None


def sought(group: str) -> str:
    """What a group is looked for by: how its name looks, a blank for each hyphen."""
    return skeleton(group).replace("-", " ").replace("_", " ")
