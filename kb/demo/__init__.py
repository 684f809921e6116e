"""A sample community, to see the whole path at work without any data of one's own."""
