"""Pure data that every layer shares. Standard library, `text` and nothing else."""
