"""Ways out of the knowledge base: what people wrote, in files that any editor opens."""
