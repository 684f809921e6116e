"""The log: what happened, in order, forever."""
