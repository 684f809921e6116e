"""A message: an English sentence that keeps its template and arguments, for translation."""

from collections.abc import Mapping
from typing import Any

import msgspec

ENGLISH = "en"
"""The language of the source."""

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode

Value = str | int | float
"""An argument of a message; a text may be a message itself."""


class Message(str):
    """The English sentence, which remembers its `source` and `arguments`.

    It is a `str`, so code that knows no languages shows English. Sliced, joined or formatted into
    other text it becomes a plain string; make it an argument of another message instead. `source`
    is the key in catalogues, with the names of arguments in braces; if there is a plural, `source`
    is the singular, `many` the plural, and `number` chooses.
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
        return _encode(_plain(self)).decode()


def _(source: str, **arguments: Value) -> Message:
    """The message with this English text, which has the names of `arguments` in braces."""
    return Message(source, arguments)


def ngettext(one: str, many: str, count: int, **arguments: Value) -> Message:
    """A message with a count: `one` in English for 1, else `many`; both may have `{count}`.

    Other languages have as many forms as they need.
    """
    return Message(one, {**arguments, "count": count}, many, count)


def restored(text: str) -> Message:
    """The message that `Message.stored` wrote.

    A plain sentence too: views of earlier versions have these until they are rebuilt.
    """
    if not text.startswith("["):
        return Message(text, {})
    made = _message(_decode(text))
    if not isinstance(made, Message):
        raise TypeError(f"{text[:80]!r} is no message")
    return made


def _plain(value: Value) -> Any:
    if not isinstance(value, Message):
        return value
    arguments = {name: _plain(each) for name, each in value.arguments.items()}
    plural = [str(value.many), value.number] if value.many else []
    # A source may have been made a message itself, which msgspec would not take for a text.
    return [str(value.source), arguments, *plural]


def _message(plain: Any) -> Value:
    if not isinstance(plain, list):
        return plain  # type: ignore[no-any-return]  # a text or number, as `_plain` left it
    source, arguments, *plural = plain
    return Message(source, {name: _message(each) for name, each in arguments.items()}, *plural)
