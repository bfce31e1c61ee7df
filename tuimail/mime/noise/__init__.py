"""What of a text is folded: all that is not what somebody wrote to be read now."""
