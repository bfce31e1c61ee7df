"""Tests of tuimail.exchange."""
