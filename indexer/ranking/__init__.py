"""From scores to a ranking and its hits: pure functions."""
