"""A message that is written, from its draft to the outbox."""
