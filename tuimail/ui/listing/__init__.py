"""A list of messages before any widget: its order, its columns, its rows, and what it says."""
