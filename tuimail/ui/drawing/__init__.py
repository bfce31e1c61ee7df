"""How rows are drawn: runs of text with a colour role, before any widget knows of them."""
