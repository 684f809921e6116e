"""Endorsements: a member vouches for an entry, with a reason, and can take it back."""
