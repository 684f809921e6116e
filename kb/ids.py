"""Ids: random ones, and ones derived from something unique."""

import unicodedata
from uuid import UUID, uuid4, uuid5

from uuid_utils.compat import uuid7

from kb.characters import visible

NAMESPACE = UUID("6f2d3f0e-6c1e-4f5c-9a55-2c1b7a0f4d11")
"""The namespace of every derived id. Changing it would bring every import in a second time."""

LONGEST_NAME = 1_000
"""Characters of a group's name that are looked at; it has at most 100."""


def new_id() -> UUID:
    """A fresh id (UUIDv4) for an entry or a reuse; it tells nothing about when it was made."""
    return uuid4()


def new_event_id() -> UUID:
    """A fresh id (UUIDv7) for a command and its events; sorts by time."""
    return uuid7()


def as_uuid(text: str) -> str | None:
    """`text` as an id in its usual form, or None if it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _derived(*parts: str) -> str:
    # NUL cannot occur in a part: control characters are refused in every field. Surrogates, as in
    # the name of a file that is not UTF-8, are refused as well, but by the check of the field.
    name = "\0".join(parts).encode(errors="backslashreplace").decode()
    return str(uuid5(NAMESPACE, name))


def entry_id_for(source: str, external_id: str, member: str | None = None) -> str:
    """The id of the entry that an import makes of `external_id` in `source`: the same each time.

    What a `member` imports never meets what others did, seen by that member or not.
    """
    return _derived("entry", source, external_id, *([member] if member else []))


def endorsement_id(entry_id: str, member: str) -> str:
    """The id of the one endorsement that a member can give to an entry."""
    return _derived("endorsement", entry_id, member)


def id_for_command(command_id: UUID) -> str:
    """The id of the entry or reuse that a repeatable command makes: the same at each repetition."""
    return _derived("command", str(command_id))


def event_id(command_id: UUID, index: int) -> UUID:
    """The id of a command's event number `index` (from 0): the command's own, counted on.

    Only the 62 random bits at the end of the UUIDv7 are counted, so the result is one as well.
    """
    random_bits = (1 << 62) - 1
    value = command_id.int
    return UUID(int=(value & ~random_bits) | ((value + index) & random_bits))


def group_id(name: str) -> str:
    """The id of the group of that name: two of one name, however written, are the same group.

    Of a text that is too long for a name the beginning: with accents alone, NFKC takes a square of
    time.
    """
    beginning = " ".join(visible(name[: 10 * LONGEST_NAME]).split())[:LONGEST_NAME]
    return _derived("group", " ".join(unicodedata.normalize("NFKC", beginning).casefold().split()))


def entry_stream(entry_id: str) -> str:
    """The log's stream of an entry."""
    return f"entry-{entry_id}"


def member_stream(member: str) -> str:
    """The log's stream of a member."""
    return f"member-{member}"


def group_stream(group: str) -> str:
    """The log's stream of a group."""
    return f"group-{group}"


COMMUNITY_STREAM = "community"
"""The log's stream of what holds for everybody."""


def endorsement_stream(endorsement: str) -> str:
    """The log's stream of an endorsement."""
    return f"endorsement-{endorsement}"


def reuse_stream(reuse_id: str) -> str:
    """The log's stream of a reuse."""
    return f"reuse-{reuse_id}"
