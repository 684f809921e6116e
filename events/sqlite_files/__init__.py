"""SQLite files: how they are opened, what goes wrong with them, and how their tables are made."""
