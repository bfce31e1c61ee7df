"""What is folded in a text."""
