"""The command line: arguments, wiring of store, engine and app, exit codes."""
