"""Tests of text: cleaning, decoding, addresses."""
