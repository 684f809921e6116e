"""Erasing: what is recorded, and how it is finished everywhere."""
