"""Measurements, run by hand; pytest does not collect them."""
