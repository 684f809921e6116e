"""What an index keeps on disk."""
