"""Exchange Online in a box: Entra ID, IMAP, SMTP and Graph on loopback, ready to sign in to.

    with Sandbox(directory) as sandbox:
        sandbox.mailbox("anna@contoso.example").folder("INBOX").append(raw)

The servers run on one thread with one asyncio loop, on ephemeral ports of 127.0.0.1, under
the name ``localhost`` with a certificate of an authority made at start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tuimail.sandbox.certificates import make_certificates
from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.entra import CLIENT_ID, Entra
from tuimail.sandbox.entra_endpoints import EntraEndpoints
from tuimail.sandbox.graph import Graph
from tuimail.sandbox.http_server import HttpRequest, HttpResponse, HttpServer
from tuimail.sandbox.imap_server import ImapServer
from tuimail.sandbox.keeping import Keep
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.mailbox import Mailbox
from tuimail.sandbox.smtp import SmtpServer
from tuimail.sandbox.smtp_inbound import InboundServer

OWNER = "anna@contoso.example"
COLLEAGUE = "ben@contoso.example"


class Sandbox:
    """The services and the mailboxes behind them.

    Their switches are in tables: `entra` for sign-in, `imap_switches` for reading,
    `client_submission` for sending, `graph`.

    ``directory`` receives the certificates. ``accounts`` are the addresses with a mailbox; the
    first is the one that signs in when nobody says otherwise. ``token_lifetime`` and
    ``device_interval`` are seconds. ``language`` names the default folders. ``keep`` is a
    directory where the mailboxes outlive the sandbox; `KeepInUse` when another one has it.
    ``names`` are further host names of the certificate, for clients that reach it by a proxy.
    """

    def __init__(
        self,
        directory: Path,
        *,
        accounts: Sequence[str] = (OWNER, COLLEAGUE),
        client_id: str = CLIENT_ID,
        token_lifetime: int = 3600,
        device_interval: int = 5,
        language: str = "en",
        keep: Path | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self.accounts = tuple(accounts)
        self.client_id = client_id
        self.entra = Entra(
            accounts,
            token_lifetime=token_lifetime,
            device_interval=device_interval,
            clients=(client_id,),
        )
        self._keep = None if keep is None else Keep(keep)
        self.post_office = PostOffice(accounts, language=language, keep=self._keep)
        self.certificates = make_certificates(directory, hosts=("localhost", *names))
        self._runner = LoopThread("sandbox")
        self._context = context = self.certificates.server_context()
        self._others: list[HttpServer] = []
        self._sign_in = EntraEndpoints(self.entra)
        self._https = HttpServer(self._answer, context)
        self.imap_server = ImapServer(
            self._runner,
            context,
            self.post_office.mailbox,
            lambda token: self.entra.verify(token, scope="IMAP.AccessAsUser.All"),
        )
        self.smtp_server = SmtpServer(
            self._runner,
            context,
            self.post_office,
            lambda token: self.entra.verify(token, scope="SMTP.Send"),
        )
        self.graph = Graph(self.smtp_server, self.entra.tokens)
        self.inbound_server = InboundServer(context, self.post_office)

    @property
    def _mail_servers(self) -> tuple[ImapServer, SmtpServer, InboundServer]:
        return self.imap_server, self.smtp_server, self.inbound_server

    @property
    def ca_file(self) -> Path:
        """The authority to trust, PEM."""
        return self.certificates.ca_file

    @property
    def authority(self) -> str:
        """Entra ID's authority URL, with the tenant."""
        return self.entra.authority

    def set_clock_ahead(self, seconds: float) -> None:
        """Let the Date of Entra ID's answers be wrong: the client's clock is what is checked."""
        self._https.clock_ahead = seconds

    @property
    def graph_url(self) -> str:
        """Microsoft Graph's root, as a client puts it before ``/me/sendMail``."""
        return f"{self.entra.base}/v1.0"

    @property
    def imap(self) -> tuple[str, int]:
        """Host and port of IMAP (implicit TLS)."""
        return self.imap_server.address

    @property
    def smtp(self) -> tuple[str, int]:
        """Host and port of submission (STARTTLS)."""
        return self.smtp_server.address

    @property
    def mx(self) -> tuple[str, int]:
        """Host and port that take mail from outside, without sign-in (plain, or STARTTLS)."""
        return self.inbound_server.address

    def start(self) -> Self:
        """Start the servers; they accept connections when this returns."""
        self._runner.start()
        self._runner.run(self._https.open())
        self.entra.listen_at(f"https://localhost:{self._https.port}")
        self.restore()
        return self

    def stop(self) -> None:
        """Close everything and end the thread; nothing happens the second time."""
        if self._runner.running:
            for server in self._mail_servers:
                self._runner.run(server.close())
            for web in (self._https, *self._others):
                self._runner.run(web.close())
            self._runner.stop()
        if self._keep is not None:
            self._keep.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def mailbox(self, address: str) -> Mailbox:
        """The mailbox of an address; KeyError if it has none."""
        mailbox = self.post_office.mailbox(address)
        if mailbox is None:
            raise KeyError(address)
        return mailbox

    def deliver(self, raw: bytes, rcpt_to: Sequence[str], mail_from: str = "") -> None:
        """Let a message arrive from outside; see `PostOffice.deliver`."""
        self.post_office.deliver(raw, rcpt_to, mail_from)

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        """Entra ID and Graph share a host here; Graph's paths start with a version."""
        return await (self.graph if request.root == "v1.0" else self._sign_in)(request)

    def later(self, delay: float, function: Callable[[], None]) -> None:
        """Run a function on the sandbox's thread after ``delay`` seconds."""
        self._runner.later(delay, function)

    def serve(self, handler: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> int:
        """Serve something else on a port of its own, which `cut` leaves alone; returns the port."""
        server = HttpServer(handler, self._context)
        self._runner.run(server.open())
        self._others.append(server)
        return server.port

    def cut(self, *, sign_in: bool = False) -> None:
        """Cut the network: IMAP and SMTP refuse and lose all connections; Entra ID on request.

        Their ports stay theirs: no other program is given one meanwhile.
        """
        for server in self._mail_servers:
            self._runner.run(server.pause())
        if sign_in:
            self._runner.run(self._https.pause())

    def restore(self) -> None:
        """Undo `cut`: listen again on the same ports."""
        for server in self._mail_servers:
            self._runner.run(server.open())
        self._runner.run(self._https.open())
