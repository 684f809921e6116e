"""An area of the knowledge base, as one value that says what it has.

Whatever has to know every part (codec, views, permission, history, documentation, tests) loops over
the list in `kb.areas`, so that a new area is a folder and a line there.
"""

from msgspec import Struct

from kb.access import Action
from kb.own import Own
from kb.views.stream_kind import StreamKind
from kb.views.view import View


class Area(Struct, frozen=True, kw_only=True):
    """What a part of the knowledge base has: its streams, views, and what can be done there.

    `own` is what a member takes along of what they said there, None where there is nothing.
    """

    name: str
    streams: tuple[StreamKind, ...]
    views: tuple[View, ...]
    actions: tuple[Action, ...]
    own: Own | None
