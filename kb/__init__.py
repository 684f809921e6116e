"""The knowledge base: decides, remembers on top of the log, answers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.session import Session

__all__ = ["KnowledgeBase", "Session"]


def __getattr__(name: str) -> Any:
    # Loaded at first use, so that `kb --help` pays for no database or index library.
    if name == "KnowledgeBase":
        from kb.knowledge_base import KnowledgeBase

        return KnowledgeBase
    if name == "Session":
        from kb.session import Session

        return Session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
