"""The spelling of the group of an entry or reuse, which follows the community's group."""

from kb.characters import skeleton

# The views have a name as given, and its skeleton for comparison.
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
"""SQL for a name in a lookup, where hyphens and blanks are equal, as in tags."""

UNJOINED_GROUP = UNJOINED.format("group_looks")


def spelled(table: str) -> str:
    """SQL for the group of a row of `table` (entry or reuse) in its one spelling.

    That is the name of the community's group if there is one, else the first that the principal
    sees.
    """
    return _SPELLED.format(of=table)


def called(group: str | None) -> tuple[str | None, str | None]:
    """A group's name as given, and its key for comparison."""
    return group, skeleton(group) if group else None


def sought(group: str) -> str:
    """The key for looking up a group: its skeleton, with blanks for hyphens."""
    return skeleton(group).replace("-", " ").replace("_", " ")
