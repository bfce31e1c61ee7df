"""A TLS server on loopback that follows a script: it expects lines, and says what it is told to.

A script is a function that gets a `Talk`. It runs in a thread per connection; what goes wrong in
it fails the test when the server is closed.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence

from tuimail.imap.session import ImapSession, Timeouts
from tuimail.model.account import Endpoint
from tuimail.model.secret import Secret
from tuimail.sandbox.certificates import Certificates

GREETING = "* OK The Microsoft Exchange IMAP4 service is ready. [RgBSADMA]"
BEFORE_SIGN_IN = (
    "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    "CHILDREN IDLE NAMESPACE LITERAL+"
)
AFTER_SIGN_IN = (
    "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    "CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE "
    "LITERAL+"
)
SERVER_ID = '* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")'
INBOX_LISTED = '* LIST (\\Marked \\HasNoChildren) "/" INBOX'
USERNAME = "kim@example.com"
TOKEN = Secret("not-a-real-token")

_SERVER_PATIENCE = 60.0
_USUAL = Timeouts(connect=30, read=30)


class ScriptEndedError(Exception):
    """The client closed the connection while the script expected a line."""


class Talk:
    """One connection, from the server's side."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection
        self.received: list[str] = []
        self.tag = ""
        self._file = connection.makefile("rb")

    def expect(self, pattern: str) -> str:
        """Read a command, remember its tag; the rest must match the whole `pattern`."""
        line = self.line()
        self.tag, _, command = line.partition(" ")
        self.received.append(command)
        assert re.fullmatch(pattern, command, re.DOTALL), f"{command!r} is not {pattern!r}"
        return command

    def line(self) -> str:
        """Read a line that has no tag (DONE, an answer to a challenge)."""
        raw = self._file.readline()
        if not raw.endswith(b"\r\n"):
            raise ScriptEndedError
        return raw[:-2].decode("latin-1")

    def octets(self, count: int) -> bytes:
        """Read a literal."""
        return self._file.read(count)

    def send(self, *lines: str) -> None:
        """Send lines in one packet, as they are."""
        self.raw("".join(line + "\r\n" for line in lines).encode("latin-1"))

    def raw(self, data: bytes) -> None:
        """Send octets."""
        self.connection.sendall(data)

    def ok(self, text: str = "completed.", *, before: Sequence[str] = ()) -> None:
        """End the last command well, after some untagged lines."""
        self.send(*before, f"{self.tag} OK {text}")

    def no(self, text: str) -> None:
        """Refuse the last command."""
        self.send(f"{self.tag} NO {text}")

    def bad(self, text: str) -> None:
        """Fail to understand the last command."""
        self.send(f"{self.tag} BAD {text}")

    def hang_up(self) -> None:
        """End the connection."""
        self.connection.shutdown(socket.SHUT_RDWR)

    def wait_for_the_end(self) -> None:
        """Say nothing until the client goes."""
        while self._file.readline():
            pass

    def close(self) -> None:
        """Let go of the connection."""
        self._file.close()

    def greet(self) -> None:
        """The greeting and the first CAPABILITY, in Exchange's words."""
        self.send(GREETING)
        self.expect("CAPABILITY")
        self.ok(before=[BEFORE_SIGN_IN])

    def sign_in(self, *listed: str) -> None:
        """Everything up to the answer to LIST."""
        self.greet()
        self.expect("AUTHENTICATE XOAUTH2 .+")
        self.ok("AUTHENTICATE completed.")
        self.after_sign_in(*listed)

    def after_sign_in(self, *listed: str) -> None:
        """CAPABILITY, ID and LIST, which the client sends in one go."""
        self.expect("CAPABILITY")
        self.ok(before=[AFTER_SIGN_IN])
        self.expect("ID .+")
        self.ok(before=[SERVER_ID])
        self.expect('LIST "" "\\*"')
        self.ok(before=listed or [INBOX_LISTED])

    def select(self, *, exists: int = 3, uidnext: int = 100, uidvalidity: int = 14) -> None:
        """Answer a SELECT or EXAMINE in Exchange's words."""
        command = self.expect('(SELECT|EXAMINE) ".*"')
        self.ok(
            f"[{'READ-WRITE' if command.startswith('SELECT') else 'READ-ONLY'}] completed.",
            before=[
                f"* {exists} EXISTS",
                "* 0 RECENT",
                "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)",
                "* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)] flags",
                f"* OK [UIDVALIDITY {uidvalidity}] UIDVALIDITY value",
                f"* OK [UIDNEXT {uidnext}] The next unique identifier value",
            ],
        )


Script = Callable[[Talk], None]


class ScriptedServer:
    """Serves one script per connection, the last one again for all later connections."""

    def __init__(self, certificates: Certificates, *scripts: Script) -> None:
        self.ca_file = certificates.ca_file
        self.talks: list[Talk] = []
        self.sessions: list[ImapSession] = []
        self.failures: list[BaseException] = []
        self._scripts = scripts
        self._context = certificates.server_context()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = Endpoint("localhost", self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def connect(self, timeouts: Timeouts = _USUAL) -> ImapSession:
        """Return a session that has read the greeting; `close` closes it if the test does not."""
        session = ImapSession.connect(self.endpoint, ca_file=self.ca_file, timeouts=timeouts)
        self.sessions.append(session)
        return session

    def open_session(self, timeouts: Timeouts = _USUAL) -> ImapSession:
        """Return a session that has signed in."""
        session = self.connect(timeouts)
        session.authenticate(USERNAME, TOKEN)
        return session

    def close(self) -> None:
        """Stop listening, wait for the scripts to end, raise what failed in one."""
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(_SERVER_PATIENCE)
        self._listener.close()
        for session in self.sessions:
            session.close()
        for thread in self._threads:
            thread.join(_SERVER_PATIENCE)
        if self.failures:
            raise self.failures[0]

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(len(self._threads), len(self._scripts) - 1)]
            thread = threading.Thread(target=self._serve, args=(plain, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, script: Script) -> None:
        plain.settimeout(_SERVER_PATIENCE)
        with plain:
            try:
                connection = self._context.wrap_socket(plain, server_side=True)
            except OSError:
                return
            with connection:
                talk = Talk(connection)
                self.talks.append(talk)
                try:
                    script(talk)
                except (ScriptEndedError, ConnectionError, ssl.SSLEOFError):
                    pass
                except BaseException as error:  # noqa: BLE001 - raised again by `close`
                    self.failures.append(error)
                finally:
                    talk.close()
