"""An area of the knowledge base, described by one value.

Code that needs every area (codec, views, permissions, history, documentation, tests) loops over the
list in `kb.areas`, so that a new area is a folder and a line there.
"""

from msgspec import Struct

from kb.access import Action
from kb.own import Own
from kb.views.stream_kind import StreamKind
from kb.views.view import View


class Area(Struct, frozen=True, kw_only=True):
    """The streams, views and actions of a part of the knowledge base.

    `own` finds a member's own data in it, None where there is none.
    """

    name: str
    streams: tuple[StreamKind, ...]
    views: tuple[View, ...]
    actions: tuple[Action, ...]
    own: Own | None
