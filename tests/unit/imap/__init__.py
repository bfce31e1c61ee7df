"""Reading and writing of IMAP data without a server."""
