"""IMAP (RFC 3501, RFC 9051) towards Exchange Online and others: typed verbs, no policy."""
