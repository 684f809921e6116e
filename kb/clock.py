"""The clock of the knowledge base: UTC."""

from events.clock import utc_now

__all__ = ["utc_now"]
