"""Reuse: a group took an entry into its work, and what became of it; the facts and the counts."""
