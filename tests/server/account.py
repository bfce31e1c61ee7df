"""A mailbox on the real servers, with everything a client or a test needs to reach it."""

from __future__ import annotations

import imaplib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.server.dovecot import DovecotServer, StoredMail
from tuimail.model.account import Account, AccountId, Endpoint, SaveSent
from tuimail.sandbox.entra import CLIENT_ID, Entra
from tuimail.sandbox.tokens import AUDIENCE


@dataclass(frozen=True, slots=True)
class DovecotAccount:
    """One address of example.com that no other test uses.

    Attributes:
        address: The mailbox, also its user name.
        authority: Entra ID's URL with the tenant.
        ca_file: What every certificate of the lane is checked against.
        imap: Implicit TLS.
        smtp: STARTTLS.
        entra: Signs in, mints, and fails on request.
        dovecot: Holds the mail.
    """

    address: str
    authority: str
    ca_file: Path
    imap: Endpoint
    smtp: Endpoint
    entra: Entra
    dovecot: DovecotServer
    client_id: str = CLIENT_ID

    def mint(self, *, ttl: int = 3600, audience: str = AUDIENCE) -> str:
        """Return an access token; negative seconds for one that has expired."""
        return self.entra.mint(self.address, ttl, audience)

    def account(
        self,
        account_id: int = 1,
        *,
        name: str = "work",
        imap: Endpoint | None = None,
        smtp: Endpoint | None = None,
        save_sent: SaveSent = SaveSent.SERVER,
    ) -> Account:
        """Return it as the engine wants it; the endpoints may be those of a proxy."""
        return Account(
            id=AccountId(account_id),
            name=name,
            address=self.address,
            username=self.address,
            client_id=self.client_id,
            authority=self.authority,
            known_authority=False,
            scopes=(f"{AUDIENCE}/IMAP.AccessAsUser.All", f"{AUDIENCE}/SMTP.Send"),
            imap=imap or self.imap,
            smtp=smtp or self.smtp,
            ca_file=self.ca_file,
            save_sent=save_sent,
        )

    def settings(self, name: str = "work", *, save_sent: SaveSent = SaveSent.SERVER) -> str:
        """Return the settings file's table for it."""
        return "\n".join(
            [
                f"[accounts.{name}]",
                f'address = "{self.address}"',
                f'client_id = "{self.client_id}"',
                f'authority = "{self.authority}"',
                f'imap = "{self.imap}"',
                f'smtp = "{self.smtp}"',
                f'ca_file = "{self.ca_file}"',
                f'save_sent = "{save_sent}"',
                "",
            ]
        )

    def approve(self, user_code: str) -> bool:
        """Approve a device code as this person."""
        return self.entra.approve(user_code, self.address)

    def deliver(self, raw: bytes, *, mail_from: str = "sender@example.com") -> None:
        """Let a message arrive from outside."""
        self.dovecot.deliver(mail_from, [self.address], raw)

    def fill(self, mails: Iterable[StoredMail], folder: str = "INBOX") -> int:
        """Append messages to a folder, made if need be."""
        return self.dovecot.fill(self.address, mails, folder)

    def peer(self) -> AbstractContextManager[imaplib.IMAP4]:
        """Sign in as a second client, that changes the mailbox behind tuimail's back."""
        return self.dovecot.peer(self.address)
