"""The data directory: its files, its settings, and reading it where nothing can be written."""
