"""The settings as rows, and taken over while tuimail runs."""
