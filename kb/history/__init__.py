"""What happened to an entry, in the order of time."""
