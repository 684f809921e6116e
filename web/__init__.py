"""Web front end of the knowledge base: pages for people and JSON for programs."""
