"""Keeping projections up with the log: the worker, who leads, and the views."""
