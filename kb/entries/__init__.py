"""Entries: what people contribute, how it changes, and how it is listed and read."""
