"""Fixtures of this folder's tests."""

from tests.server.both_servers import mailbox
from tests.server.entra_client import http
from tests.server.signing_in import provider, signed_in, token_file
from tests.server.submitting import submitter

__all__ = ["http", "mailbox", "provider", "signed_in", "submitter", "token_file"]
