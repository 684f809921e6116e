"""Lets `python -m kb.cli` do the same as the command `kb`."""

from kb.cli import main

main()
