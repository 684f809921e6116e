"""Text: terms, passages, Markdown, and what a question says."""
