"""What answers from memory."""
