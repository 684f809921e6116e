"""Measures: reuse by published definitions, and anonymous counts of searches."""
