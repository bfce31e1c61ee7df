"""The sandbox's submission server in front of Dovecot: Exchange's words, Dovecot's mailboxes.

It needs no root, says what Exchange says, and can be told to fail; what it takes over arrives in
Dovecot by LMTP, and the copy is filed over IMAP as the service does it.
"""

from __future__ import annotations

from typing import Final

from tests.server.dovecot import DovecotServer, StoredMail
from tuimail.sandbox.certificates import Certificates
from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.entra import Entra
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.smtp import SentMessage, SmtpServer

_OWN_DOMAIN: Final = "@example.com"


class DovecotSubmission(SmtpServer):
    """Takes messages over for Dovecot; every switch of the sandbox's server works.

    Args:
        runner: The thread it runs on.
        certificates: Of this lane.
        entra: Checks the tokens.
        dovecot: Running; where the mail goes. Mail to other domains than example.com vanishes.
    """

    def __init__(
        self, runner: LoopThread, certificates: Certificates, entra: Entra, dovecot: DovecotServer
    ) -> None:
        super().__init__(
            runner,
            certificates.server_context(),
            PostOffice(()),
            lambda token: entra.verify(token, scope="SMTP.Send"),
        )
        self._lane = runner
        self._dovecot = dovecot
        self.without_copy: set[str] = set()
        """Addresses whose sent mail is not filed by the server."""
        self.elsewhere: dict[str, DovecotServer] = {}
        """Addresses whose mailbox is on another server than the rest."""

    def start(self) -> None:
        """Listen on a free port, `port`. The thread is already running."""
        self._lane.run(self.open())

    def stop(self) -> None:
        """Close the port and every connection."""
        self._lane.run(self.close())

    def __enter__(self) -> DovecotSubmission:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def take_over(self, message: SentMessage, copy_to: str = "") -> None:
        """Deliver a submitted message and file the copy.

        Args:
            copy_to: The mailbox for the copy; the sender's own if empty.
        """
        self.sent.append(message)
        for recipient in message.rcpt_to:
            if recipient.endswith(_OWN_DOMAIN):
                self._home(recipient).deliver(message.mail_from, [recipient], message.raw)
        if self.files_sent_copy and message.user not in self.without_copy:
            self._lane.later(self.sent_copy_delay, lambda: self._file_at_home(message, copy_to))

    def _file_at_home(self, message: SentMessage, copy_to: str) -> None:
        owner = copy_to or message.user
        self._home(owner).file(owner, "Sent Items", StoredMail(message.raw, r"\Seen"))

    def _home(self, address: str) -> DovecotServer:
        return self.elsewhere.get(address, self._dovecot)
