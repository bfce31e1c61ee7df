"""Pictures of every screen, beside those of the design."""
