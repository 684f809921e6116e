"""How counts read in sentences, on pages and in the terminal alike."""


def counted(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: "no entries", "1 entry", "1,200 entries"; `many` adds an s."""
    return f"{count or 'no':{',' if count else ''}} {one if count == 1 else many or one + 's'}"


def numbers(first: int, last: int) -> str:
    """Which of a list are meant: "3", or "3 to 20"."""
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"
