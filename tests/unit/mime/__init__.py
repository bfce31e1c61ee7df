"""Tests of mime: parsing, rendering, quoting, building."""
