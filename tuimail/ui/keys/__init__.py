"""What keys lead to: sequences, numbers, macros, places that take keys, and the help."""
