"""The finder: documents in, ranked passages out."""
