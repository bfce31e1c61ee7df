"""The pure data that every layer shares."""
