"""Counts in sentences, for pages and the terminal."""

from kb.messages import Message, _


def counted(count: int, one: str, many: str = "") -> Message:
    """`count` with its noun: "no entries", "1 entry", "1,200 entries"; `many` adds an s."""
    things = Message(one, {}, many or f"{one}s", count)
    if not count:
        return _("no {things}", things=things)
    return _("{count:,} {things}", count=count, things=things)


def numbers(first: int, last: int) -> Message:
    """A range in a list: "3", or "3 to 20"."""
    if first == last:
        return Message("{first:,}", {"first": first})
    return _("{first:,} to {last:,}", first=first, last=last)
