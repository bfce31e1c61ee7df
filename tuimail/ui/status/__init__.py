"""What the user is told: jobs, notices, the engine's state, what can be taken back."""
