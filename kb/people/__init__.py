"""People: members with roles, groups that nest, and what the community allows."""
