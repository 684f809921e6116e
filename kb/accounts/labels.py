"""Labels that members give their tokens and passkeys: one short line."""

from kb.characters import is_blank, visible
from kb.errors import InvalidInput
from kb.messages import _

LONGEST = 100


def checked_label(text: str, field: str) -> str:
    """`text` without spaces around it; raises `InvalidInput` if it is no line of 1 to 100."""
    label = visible(text).strip()
    if is_blank(label) or not 1 <= len(label) <= LONGEST or not label.isprintable():
        raise InvalidInput(
            _(
                "This {field} has to be one line of 1 to {longest} characters.",
                field=field,
                longest=LONGEST,
            ),
            field,
        )
    return label
