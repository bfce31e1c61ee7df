"""Folders before any widget: their tree, their names, and what is said of them."""
