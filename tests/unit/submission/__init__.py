"""Tests of tuimail.submission."""
