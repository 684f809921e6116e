"""A sample community, to try the program without data of your own."""
