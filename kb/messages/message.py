"""A message: an English sentence that keeps what it was made of, to be said in other languages."""

import json
from collections.abc import Mapping
from typing import Any

ENGLISH = "en"
"""The language of the source."""

Value = str | int | float
"""What may stand in a message; a text may be a message itself."""


class Message(str):
    """The English sentence, which remembers its `source` and `arguments`.

    It is a `str`, so whatever knows no languages shows English. Cut, joined or put into another
    text it is a plain one; put it into another message instead. `source` is what catalogues list,
    with the names of arguments in braces; of a message with a plural that is its singular, `many`
    the plural, and `number` chooses.
    """

    source: str
    arguments: Mapping[str, Value]
    many: str
    number: int

    def __new__(
        cls, source: str, arguments: Mapping[str, Value], many: str = "", number: int = 1
    ) -> "Message":
        pattern = many if many and number != 1 else source
        made = super().__new__(cls, pattern.format(**arguments) if arguments else pattern)
        made.source, made.arguments, made.many, made.number = source, arguments, many, number
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.source, self.arguments, self.many, self.number

    def stored(self) -> str:
        """The message as JSON, for `restored`."""
        return json.dumps(_plain(self), ensure_ascii=False, separators=(",", ":"))


def _(source: str, **arguments: Value) -> Message:
    """The message with this English text, in which arguments stand in braces by their names."""
    return Message(source, arguments)


def ngettext(one: str, many: str, count: int, **arguments: Value) -> Message:
    """The same for a count: `one` in English for 1, `many` for all else; both may have `{count}`.

    Other languages have as many forms as they need.
    """
    return Message(one, {**arguments, "count": count}, many, count)


def restored(text: str) -> Message:
    """The message that `Message.stored` wrote, or a sentence as views kept it before.

    Those are read until such a view is made anew.
    """
    if not text.startswith("["):
        return Message(text, {})
    made = _message(json.loads(text))
    if not isinstance(made, Message):
        raise TypeError(f"{text[:80]!r} is no message")
    return made


def _plain(value: Value) -> Any:
    if not isinstance(value, Message):
        return value
    arguments = {name: _plain(each) for name, each in value.arguments.items()}
    plural = [value.many, value.number] if value.many else []
    return [value.source, arguments, *plural]


def _message(plain: Any) -> Value:
    if not isinstance(plain, list):
        return plain  # type: ignore[no-any-return]  # a text or number, as `_plain` left it
    source, arguments, *plural = plain
    return Message(source, {name: _message(each) for name, each in arguments.items()}, *plural)
