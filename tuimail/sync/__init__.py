"""The engine: schedules jobs on connections, pushes intents, sends the outbox."""
