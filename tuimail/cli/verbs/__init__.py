"""The headless verbs, one module each. They use the engine's jobs and no screen."""
