"""Exporters: entries as files that any editor opens."""
