"""The one SQLite database. What is shown is read from here; what was done is durable here first."""
