"""Erasure: recorded in the log, then finished in every store."""
