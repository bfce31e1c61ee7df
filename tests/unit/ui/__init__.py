"""Layouts and words of the screen, without a terminal."""
