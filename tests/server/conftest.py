"""Fixtures of this folder's tests."""

from tests.server.both_servers import mailbox
from tests.server.entra_client import http
from tests.server.signing_in import provider, signed_in, token_file
from tests.server.smime_mail import authority, keys, read, renderer, vouched
from tests.server.submitting import submitter

__all__ = [
    "authority", "http", "keys", "mailbox", "provider", "read", "renderer", "signed_in",
    "submitter", "token_file", "vouched",
]  # fmt: skip
