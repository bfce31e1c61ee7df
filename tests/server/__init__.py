"""The servers: the sandbox, and a real Dovecot and Postfix where they are installed."""
