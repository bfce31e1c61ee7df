"""Laws that hold for any input, looked for with Hypothesis."""
