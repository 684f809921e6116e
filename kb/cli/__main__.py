"""`python -m kb.cli` runs the command `kb`."""

from kb.cli import main

main()
