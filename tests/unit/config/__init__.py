"""Tests of tuimail.config."""
