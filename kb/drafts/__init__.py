"""Drafts: what members write before they contribute it, sealed and their own alone."""
