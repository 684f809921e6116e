"""What keeps views and index up with the log: the one follower, what it feeds, who waits for it."""
