"""tuimail: Microsoft 365 mail in a terminal."""

__version__ = "0.1.0"
