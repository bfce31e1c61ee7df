"""A mailbox that is signed in to, its servers, and its token."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, NewType

from tuimail.model.secret import Secret
from tuimail.records import record
from tuimail.text.address import Address

AccountId = NewType("AccountId", int)
"""A mailbox that is signed in to: own or shared. Not its label in the settings."""


@record
class Endpoint:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class SaveSent(StrEnum):
    """Who puts the copy of a sent message into Sent Items."""

    AUTO = "auto"
    """The server on Exchange's hosts; elsewhere tuimail, after looking for a copy first."""
    SERVER = "server"
    CLIENT = "client"


class SendVia(StrEnum):
    """The way a message goes out. The words are stored, and are those of the settings."""

    SMTP = "smtp"
    GRAPH = "graph"
    SMTP_THEN_GRAPH = "smtp-then-graph"
    """Microsoft Graph where SMTP AUTH turns out to be switched off."""


@record
class KeyFiles:
    """Where an S/MIME certificate of the user's and its key are.

    Attributes:
        address: Of the account that they are named for.
        certificate: PEM, DER or PKCS #12.
        key: PEM, or the same PKCS #12.
        is_earlier: It only opens what was encrypted for it.
    """

    address: str
    certificate: Path
    key: Path
    is_earlier: bool = False


class Sharing(NamedTuple):
    """A shared mailbox and who opens it, for the line an administrator has to run."""

    mailbox: str
    delegate: str


@record
class Account:
    """Everything needed to sign in to one mailbox and to reach it.

    Attributes:
        id: Stable for the life of the database.
        name: The label in the settings, `[accounts.NAME]`.
        address: The address mail is sent from.
        username: What SASL XOAUTH2 gets as `user=`; often the UPN.
        client_id: The application (client) id registered in Entra ID.
        authority: Full URL with tenant, `https://login.microsoftonline.com/organizations`.
        known_authority: Whether Microsoft's discovery knows it, so instance discovery may be asked.
        scopes: Full scope URLs of one resource.
        imap: Implicit TLS.
        smtp: STARTTLS.
        ca_file: A PEM file trusted instead of the system's store, or None.
        save_sent: Who files the sent copy.
        send_via: The way out.
        graph: Base URL of Microsoft Graph in this cloud, `https://graph.microsoft.com/v1.0`.
        graph_scope: The full scope URL of sending there.
        owner: Of a shared mailbox, the account it is opened with; None for an own mailbox.
        delegate: Of a shared mailbox, the owner's user name, whose token opens it; else empty.
        aliases: What it may be written from beside its address, which gets its name from here.
        key_files: Its S/MIME certificates, the one to sign with first.
    """

    id: AccountId
    name: str
    address: str
    username: str
    client_id: str
    authority: str
    known_authority: bool
    scopes: tuple[str, ...]
    imap: Endpoint
    smtp: Endpoint
    ca_file: Path | None = None
    save_sent: SaveSent = SaveSent.AUTO
    send_via: SendVia = SendVia.SMTP
    graph: str = ""
    graph_scope: str = ""
    owner: AccountId | None = None
    delegate: str = ""
    aliases: tuple[Address, ...] = ()
    key_files: tuple[KeyFiles, ...] = ()

    @property
    def is_shared(self) -> bool:
        """Whether somebody else's sign-in opens it (exchange-online.md 2, "Shared mailbox")."""
        return bool(self.delegate)

    @property
    def sign_in_id(self) -> AccountId:
        """The account whose sign-in it needs: itself, or its owner."""
        return self.id if self.owner is None else self.owner

    @property
    def signs_in_as(self) -> str:
        """Whose token it is: for sending, a shared mailbox has no sign-in of its own."""
        return self.delegate or self.username

    @property
    def signing_in(self) -> Account:
        """The account as the sign-in sees it: whose tokens are asked for."""
        if self.owner is None:
            return self
        return replace(
            self,
            id=self.owner,
            name=self.delegate,
            address=self.delegate,
            username=self.delegate,
            owner=None,
            delegate="",
        )

    def asking(self, *scopes: str) -> Account:
        """The account as the sign-in sees it, for other permissions than those of mail."""
        return replace(self.signing_in, scopes=scopes)

    @property
    def sharing(self) -> Sharing | None:
        """Who opens what, of a shared mailbox."""
        return Sharing(self.address, self.delegate) if self.delegate else None


@record
class Token:
    """An access token.

    Attributes:
        secret: The bearer token.
        expires_on: Unix time, seconds.
        username: The `preferred_username` Entra ID answered with; empty when unknown.
    """

    secret: Secret
    expires_on: float
    username: str = ""
