"""The face of the knowledge base: pages for people and JSON for programs."""
