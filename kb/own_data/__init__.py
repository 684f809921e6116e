"""The export of a member's own data."""
