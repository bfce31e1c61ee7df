"""Message submission (RFC 6409). The only user of aiosmtplib."""
