"""Ways into the knowledge base for what people have written elsewhere."""
