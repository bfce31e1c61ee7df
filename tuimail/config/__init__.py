"""Where settings, keys and themes are found, read, checked and written."""
