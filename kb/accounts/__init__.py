"""Sign-in material: what is neither a fact nor a view, in one small database of its own."""
