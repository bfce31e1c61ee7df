"""A message that is read, as rows: head, text, cards, links, and the conversation around it."""
