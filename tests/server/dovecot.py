"""A real Dovecot 2.3 for the tests: private, on loopback, without root, checking real tokens.

The sandbox and tuimail have the same authors and could agree on a mistake; Dovecot has others.
One server serves a whole test session: every address of example.com is a mailbox of its own,
made when it is first used, so each test takes a new one and sees nothing of the others.
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import secrets
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from pathlib import Path
from string import Template
from typing import Final

from tests.server.ports import accepts, free_ports
from tests.waiting import wait_until

SHARED_MAILBOX: Final = "shared@example.com"
"""Opened with any token whose claim `shared_mailbox` names it."""

_HERE: Final = Path(__file__).parent
_BATCH: Final = 500
_START_ATTEMPTS: Final = 3
_GRACE_WHEN_KEPT: Final = 1.5
_GRACE_WHEN_DISPOSABLE: Final = 0.2
_UNPRIVILEGED: Final = "nobody"

_EXCHANGE_CAPABILITY: Final = (
    "imap_capability = IMAP4 IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE "
    "LITERAL+"
)
# Without this, Dovecot holds a refused sign-in back for up to 500 ms and sends a JSON challenge.
_REFUSE_AT_ONCE: Final = """passdb {
  driver = static
  args = nopassword=y nodelay=y
  result_success = return-fail
}"""


class Persona(Enum):
    """Which capabilities the server admits to. It can do everything either way."""

    EXCHANGE = "exchange"
    """Exchange Online's list after sign-in."""
    DOVECOT = "dovecot"
    """Dovecot's own: CONDSTORE, QRESYNC, ESEARCH, SORT, LIST-STATUS, SPECIAL-USE and more."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens the server takes, and who it says it is.

    Attributes:
        issuer: The `iss` claim a token must have.
        audience: The `aud` claim a token must have.
        write_keys: Puts the signing keys below a directory, `default/RS256/<kid>`, as PEM.
        certificate: The server's chain, PEM.
        key: The server's private key, PEM.
    """

    issuer: str
    audience: str
    write_keys: Callable[[Path], None]
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A message as it lies in a folder.

    Attributes:
        raw: RFC 5322 octets with CRLF.
        flags: As in a flag list without its parentheses: `\\Seen \\Flagged`.
        date: INTERNALDATE, aware; the time of filing when None.
    """

    raw: bytes
    flags: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the server listens on 127.0.0.1."""

    imaps: int
    imap: int
    lmtp: int
    sasl: int

    def all(self) -> tuple[int, ...]:
        """Return every one of them."""
        return (self.imaps, self.imap, self.lmtp, self.sasl)


class DovecotFailedError(RuntimeError):
    """The server did not come up, or refused what a test asked of it."""


def dovecot_binary() -> Path | None:
    """Return Dovecot 2.3, or None where it is not installed (2.4 has another configuration)."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which("dovecot", path=path)
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    return Path(found) if version.stdout.startswith("2.3.") else None


class DovecotServer:
    """One server process tree with its own directory, started and stopped by its process id.

    Args:
        trust: Whose tokens are good.
        persona: The capabilities it shows.
        challenge: Whether a refused XOAUTH2 gets a JSON challenge first, as Gmail does it.
    """

    def __init__(
        self, trust: Trust, *, persona: Persona = Persona.EXCHANGE, challenge: bool = False
    ) -> None:
        binary = dovecot_binary()
        if binary is None:
            raise DovecotFailedError("Dovecot 2.3 is not installed")
        self._binary = binary
        self._trust = trust
        self._persona = persona
        self._challenge = challenge
        self._peer_password = secrets.token_urlsafe(16)
        self._process: subprocess.Popen[bytes] | None = None
        # Its unix sockets lie in there, and their paths end at 108 bytes: pytest's are too long.
        self.directory = Path(tempfile.mkdtemp(prefix="tm-", dir="/tmp"))
        self.ports = Ports(0, 0, 0, 0)
        self._identity = _unprivileged_identity()

    # ── life ──────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Write the configuration, start, and return when every port takes connections."""
        for attempt in range(1, _START_ATTEMPTS + 1):
            self.ports = Ports(*free_ports(4))
            self._prepare()
            self._launch()
            if self._came_up():
                return
            self._end(grace=_GRACE_WHEN_DISPOSABLE)
            if attempt == _START_ATTEMPTS or "in use" not in self.log():
                raise DovecotFailedError(f"Dovecot did not start:\n{self.log()}")

    def restart(self) -> None:
        """Stop and start again on the same ports, with the mail kept."""
        self._end(grace=_GRACE_WHEN_KEPT)
        self._launch()
        if not self._came_up():
            raise DovecotFailedError(f"Dovecot did not start again:\n{self.log()}")

    def stop(self) -> None:
        """End the process tree and remove everything it wrote."""
        self._end(grace=_GRACE_WHEN_DISPOSABLE)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> DovecotServer:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the master process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_group(self) -> int | None:
        """The process group of the whole tree while it runs."""
        return self._process.pid if self._process is not None else None

    def log(self) -> str:
        """Return what the server has logged so far."""
        path = self.directory / "dovecot.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    # ── mail ──────────────────────────────────────────────────────────────────────────────────

    def deliver(self, mail_from: str, recipients: Sequence[str], raw: bytes) -> None:
        """Deliver over LMTP, as Exchange's transport does after taking a submission.

        Raises:
            smtplib.SMTPException: A mailbox refused it.
        """
        with smtplib.LMTP("127.0.0.1", self.ports.lmtp, timeout=30) as lmtp:
            refused = lmtp.sendmail(mail_from, list(recipients), raw)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)

    @contextlib.contextmanager
    def peer(self, address: str) -> Iterator[imaplib.IMAP4]:
        """Sign in as a second mail client of this mailbox, without TLS or tokens."""
        with imaplib.IMAP4("127.0.0.1", self.ports.imap, timeout=120) as client:
            client.login(address, self._peer_password)
            yield client

    def file(self, address: str, folder: str, mail: StoredMail) -> None:
        """Append one message to a folder, as Exchange files the copy of a sent one."""
        self.fill(address, [mail], folder)

    def fill(self, address: str, mails: Iterable[StoredMail], folder: str = "INBOX") -> int:
        """Append many messages to a folder, made if need be, and return how many.

        One MULTIAPPEND (RFC 3502) takes some hundred at a time, so that a mailbox of the size
        people have takes seconds.
        """
        count = 0
        remaining = iter(mails)
        with self.peer(address) as client:
            client.create(_quoted(folder))
            client.subscribe(_quoted(folder))
            while batch := list(islice(remaining, _BATCH)):
                _append_together(client, folder, batch)
                count += len(batch)
        return count

    def take_over(self, address: str, place: Path) -> None:
        """Import the maildir `place/maildir` into the Inbox, in the order of its file names."""
        user, group = self._identity
        place.chmod(0o755)
        if os.geteuid() == 0:
            for path in (place / "maildir", *(place / "maildir").rglob("*")):
                shutil.chown(path, user, group)
        self.doveadm("import", "-u", address, f"maildir:{place / 'maildir'}", "", "ALL")

    def doveadm(self, *words: str) -> str:
        """Run the administrator's command as the server's own user and return what it says."""
        root = os.geteuid() == 0
        user, group = self._identity
        done = subprocess.run(
            ["doveadm", "-c", self.directory / "dovecot.conf", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.directory,
            user=user if root else None,
            group=group if root else None,
            extra_groups=[] if root else None,
        )
        if done.returncode:
            raise DovecotFailedError(f"doveadm {words[0]}: {done.stderr}")
        return done.stdout

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    def _prepare(self) -> None:
        for name in ("run", "mail", "tls", "jwtkeys"):
            (self.directory / name).mkdir(exist_ok=True)
        shutil.copyfile(self._trust.certificate, self.directory / "tls/server.pem")
        shutil.copyfile(self._trust.key, self.directory / "tls/server.key")
        (self.directory / "tls/server.key").chmod(0o600)
        self._trust.write_keys(self.directory / "jwtkeys")
        (self.directory / "dovecot.log").write_bytes(b"")
        self._write("dovecot.conf", "dovecot.conf.template", self._values())
        for name, claim in (("own", "preferred_username"), ("shared", "shared_mailbox")):
            values = {
                "state": str(self.directory),
                "claim": claim,
                "issuer": self._trust.issuer,
                "audience": self._trust.audience,
            }
            self._write(f"oauth2-{name}.conf.ext", "dovecot-oauth2.conf.template", values)
        if os.geteuid() == 0:
            user, group = self._identity
            shutil.chown(self.directory, user, group)
            for path in self.directory.rglob("*"):
                shutil.chown(path, user, group)

    def _values(self) -> dict[str, str]:
        user, group = self._identity
        return {
            "state": str(self.directory),
            "instance": self.directory.name,
            "user": user,
            "group": group,
            "peer_password": self._peer_password,
            "shared_mailbox": SHARED_MAILBOX,
            "refuse_at_once": "" if self._challenge else _REFUSE_AT_ONCE,
            "capability": _EXCHANGE_CAPABILITY if self._persona is Persona.EXCHANGE else "",
            "imaps_port": str(self.ports.imaps),
            "imap_port": str(self.ports.imap),
            "lmtp_port": str(self.ports.lmtp),
            "sasl_port": str(self.ports.sasl),
        }

    def _write(self, name: str, template: str, values: dict[str, str]) -> None:
        text = Template((_HERE / template).read_text("utf-8")).substitute(values)
        (self.directory / name).write_text(text, "utf-8")

    def _launch(self) -> None:
        root = os.geteuid() == 0
        user, group = self._identity
        with (self.directory / "dovecot.out").open("wb") as output:
            self._process = subprocess.Popen(
                [self._binary, "-F", "-c", self.directory / "dovecot.conf"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
                start_new_session=True,
                user=user if root else None,
                group=group if root else None,
                extra_groups=[] if root else None,
            )

    def _came_up(self) -> bool:
        def up_or_gone() -> bool:
            return not self.running or all(accepts(port) for port in self.ports.all())

        wait_until(up_or_gone, 30.0, "Dovecot to listen")
        return self.running

    def _end(self, *, grace: float) -> None:
        """Ask the master to end its children, and end by force what is left after `grace`."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _unprivileged_identity() -> tuple[str, str]:
    if os.geteuid() == 0:
        entry = pwd.getpwnam(_UNPRIVILEGED)
        return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literals(mails: Iterable[StoredMail]) -> bytes:
    pieces: list[bytes] = []
    for mail in mails:
        when = f' "{_internaldate(mail.date)}"' if mail.date is not None else ""
        pieces.append(f" ({mail.flags}){when} {{{len(mail.raw)}+}}\r\n".encode() + mail.raw)
    return b"".join(pieces)


def _internaldate(when: datetime) -> str:
    text: str = imaplib.Time2Internaldate(when.astimezone(UTC))
    return text.strip('"')


def _append_together(client: imaplib.IMAP4, folder: str, mails: Sequence[StoredMail]) -> None:
    """Send one MULTIAPPEND with non-synchronizing literals (RFC 7888) and wait for its OK."""
    client.send(f"fill APPEND {_quoted(folder)}".encode() + _literals(mails) + b"\r\n")
    while line := client.readline():
        if line.startswith(b"fill "):
            if not line.startswith(b"fill OK"):
                raise DovecotFailedError(line.decode("utf-8", "replace").strip())
            return
    raise DovecotFailedError("the server closed the connection")
