"""What keeps the tree in order: imports, sizes, packaging."""
