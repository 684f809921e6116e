"""Messages for people: English sentences with arguments, and their translations."""

from kb.messages.catalogues import languages, render
from kb.messages.choosing import chosen, shell_language, speak
from kb.messages.message import ENGLISH, Message, Value, _, ngettext

__all__ = [
    "ENGLISH",
    "Message",
    "Value",
    "_",
    "chosen",
    "languages",
    "ngettext",
    "render",
    "shell_language",
    "speak",
]
