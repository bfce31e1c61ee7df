"""The terminal and the desktop around it: what is asked of them, and what they are given."""
