"""Exchange Online in a box: Entra ID, IMAP and SMTP on loopback, for the demo and the tests.

It shares no code with the client, so that the two cannot agree on a mistake.
"""
