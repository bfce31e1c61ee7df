"""Units for systemd, as they are installed by `tuimail outbox timer install`."""
