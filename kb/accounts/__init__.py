"""Sign-in material: neither facts nor views, in a small database of its own."""
