"""The screen. It reads the store, inserts intents, and never waits for the network."""
