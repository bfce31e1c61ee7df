"""The sandbox and Dovecot compared, message by message."""
