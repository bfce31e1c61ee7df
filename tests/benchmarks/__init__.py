"""Measurements: run by hand, never part of a test run, since a number depends on the machine."""
