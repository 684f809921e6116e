"""The history of entries, oldest first."""
