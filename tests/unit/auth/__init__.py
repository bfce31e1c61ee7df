"""Tests of tuimail.auth."""
