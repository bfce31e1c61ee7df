"""A real Postfix for message submission: a second opinion on how tuimail speaks SMTP.

It is private, on loopback, signs people in with tokens through Dovecot's SASL port and delivers to
Dovecot by LMTP. No transport leads off the machine. Its master process needs root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from string import Template
from typing import Final

from tests.server.dovecot import DovecotServer
from tests.server.ports import free_ports, wait_for_port
from tests.waiting import wait_until

_HERE: Final = Path(__file__).parent
_PREFIX: Final = "tm-postfix-"
_START_ATTEMPTS: Final = 3


class PostfixFailedError(RuntimeError):
    """The server did not come up."""


def postfix_binary() -> Path | None:
    """Return Postfix where it is installed and may be run, else None."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    found = shutil.which("postfix", path=path)
    return Path(found) if found is not None and os.geteuid() == 0 else None


class PostfixServer:
    """One submission server in front of a Dovecot, on `port`, with STARTTLS.

    Args:
        dovecot: Running; signs in and takes the mail.
        certificate: The server's chain, PEM.
        key: The server's private key, PEM.
    """

    def __init__(self, dovecot: DovecotServer, certificate: Path, key: Path) -> None:
        binary = postfix_binary()
        if binary is None:
            raise PostfixFailedError("Postfix is not installed, or this is not root")
        self._binary = binary
        self._dovecot = dovecot
        self._certificate = certificate
        self._key = key
        self.directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
        self.port = 0

    def start(self) -> None:
        """Write the configuration, start, and return when the port takes connections."""
        for attempt in range(1, _START_ATTEMPTS + 1):
            self.port = free_ports(1)[0]
            self._prepare()
            try:
                self._control("start")
            except PostfixFailedError:
                if attempt == _START_ATTEMPTS or "in use" not in self.log():
                    raise
                continue  # somebody was quicker to take the port
            wait_for_port(self.port)
            return

    def stop(self) -> None:
        """End the master process and its children and remove everything they wrote."""
        master = self._master()
        if master is not None:
            self._control("stop")
            wait_until(lambda: not _alive(master), 30.0, "Postfix to end")
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> PostfixServer:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self) -> str:
        """Return what the server has logged so far."""
        path = self.directory / "postfix.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def queued(self) -> list[str]:
        """Return the names of the messages that were taken over and are not delivered yet."""
        # In the order in which they come through, so that one on its way is not missed.
        queues = ("maildrop", "incoming", "active", "deferred")
        files = (path for queue in queues for path in (self.directory / "spool" / queue).rglob("*"))
        return [path.name for path in files if path.is_file()]

    def _prepare(self) -> None:
        self.directory.chmod(0o755)
        for name in ("etc", "spool", "data"):
            (self.directory / name).mkdir(exist_ok=True)
        shutil.chown(self.directory / "data", "postfix")
        shutil.copyfile(self._certificate, self.directory / "etc/server.pem")
        shutil.copyfile(self._key, self.directory / "etc/server.key")
        (self.directory / "etc/server.key").chmod(0o600)
        values = {
            "state": str(self.directory),
            "port": str(self.port),
            "lmtp_port": str(self._dovecot.ports.lmtp),
            "sasl_port": str(self._dovecot.ports.sasl),
        }
        for name in ("main.cf", "master.cf"):
            template = (_HERE / f"postfix.{name}.template").read_text("utf-8")
            (self.directory / "etc" / name).write_text(Template(template).substitute(values))

    def _control(self, verb: str) -> None:
        done = subprocess.run(
            [self._binary, "-c", self.directory / "etc", verb],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise PostfixFailedError(f"postfix {verb}: {done.returncode}\n{self.log()}")

    def _master(self) -> int | None:
        path = self.directory / "spool/pid/master.pid"
        return int(path.read_text()) if path.exists() else None


def _alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return ") Z " not in status
