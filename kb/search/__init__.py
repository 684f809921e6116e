"""Search: what the index holds of entries, and how a question is answered."""
