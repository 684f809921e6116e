"""The data directory: its files, its settings, and what happens where nothing can be written."""
