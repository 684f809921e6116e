"""Opening of SQLite files, explanations of their errors, and creation of tables."""
