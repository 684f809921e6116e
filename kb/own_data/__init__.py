"""Everything that is a member's own, to take along."""
