"""`tuimail outbox`: what waits, what a timer sends, and how the timer is installed."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.client import mail
from tests.server.shell import Shell, sandbox_settings
from tests.waiting import wait_until
from tuimail.cli.timer import UNITS, remove
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    yield Shell(
        tmp_path,
        sandbox_settings(fresh_sandbox),
        lambda code: fresh_sandbox.entra.approve(code, OWNER),
    )


def queue(shell: Shell, subject: str, at: datetime) -> int:
    """Store a message that is to go out at a time, as a window did before it was closed."""
    store = Store.open(shell.data)
    (account,) = (number for number, _ in store.read.accounts())
    message = OutgoingMessage(
        account,
        mail(subject, sender=OWNER, to=COLLEAGUE, message_id=f"<{subject}@x.example>"),
        f"<{subject}@x.example>",
        OWNER,
        (COLLEAGUE,),
        SafeText("Ben"),
        SafeText(subject),
        not_before=at,
    )
    number = store.write(lambda tx: tx.queue_message(message)).result()
    store.close()
    return number


def state(shell: Shell, number: int) -> OutboxState:
    store = Store.open(shell.data)
    item = store.read.outbox_item(number)
    store.close()
    assert item is not None
    return item.state


def unit_environment(shell: Shell) -> dict[str, str]:
    """All that a user's own unit finds: no terminal, no locale, no variables of a shell."""
    home = shell.environment["HOME"]
    runtime = Path(home, "run")
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "HOME": home,
        "USER": "anna",
        "LOGNAME": "anna",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "XDG_RUNTIME_DIR": str(runtime),
        "INVOCATION_ID": "0",
        "SYSTEMD_EXEC_PID": "1",
    }


def test_what_is_due_goes_out_once_and_what_is_not_waits(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    shell.sign_in()
    assert shell.run("folders").returncode == 0
    now = datetime.now(UTC)
    due = queue(shell, "due", now - timedelta(minutes=1))
    later = queue(shell, "later", now + timedelta(hours=2))
    waiting = shell.json("outbox", "list", "--json")
    assert [(each["subject"], each["state"]) for each in waiting] == [
        ("due", "queued"),
        ("later", "queued"),
    ]
    by_timer = subprocess.run(
        shell.command("outbox", "flush", "--quiet"),
        capture_output=True,
        env=unit_environment(shell),
        timeout=60,
        check=False,
    )
    assert (by_timer.returncode, by_timer.stderr.decode()) == (0, "work: 1 sent.\n")
    assert (state(shell, due), state(shell, later)) == (OutboxState.SENT, OutboxState.QUEUED)
    again = shell.run("outbox", "flush", "--quiet")
    assert (again.returncode, again.stderr) == (0, b"")
    inbox = fresh_sandbox.mailbox(COLLEAGUE).folder("INBOX")
    wait_until(lambda: len(inbox) == 1, 30.0, "the message")
    fresh_sandbox.smtp_server.refuse[OWNER] = "smtp-off-mailbox"
    refused = queue(shell, "refused", now - timedelta(minutes=1))
    ended = shell.run("outbox", "flush")
    assert ended.returncode == 1
    assert b"-SmtpClientAuthenticationDisabled $false" in ended.stderr
    assert state(shell, refused) is OutboxState.FAILED
    del fresh_sandbox.smtp_server.refuse[OWNER]
    fresh_sandbox.entra.revoke_all()
    queue(shell, "signed out", now - timedelta(minutes=1))
    assert shell.run("outbox", "flush").returncode == 3


def test_the_units_name_this_program_and_can_be_taken_away(shell: Shell) -> None:
    written = shell.run("outbox", "timer", "install", "--print")
    assert written.returncode == 0, written.stderr.decode()
    paths = [Path(line) for line in written.stdout.decode().split()]
    assert [path.name for path in paths] == list(UNITS)
    service, timer = (configparser.ConfigParser(interpolation=None) for _ in paths)
    service.optionxform = timer.optionxform = str  # type: ignore[method-assign,assignment]
    service.read(paths[0])
    timer.read(paths[1])
    command = service["Service"]["ExecStart"]
    assert command.startswith("/")
    assert command.endswith(f"-m tuimail --config {shell.config} outbox flush --quiet")
    assert timer["Timer"]["OnCalendar"] == "minutely"
    assert timer["Install"]["WantedBy"] == "timers.target"
    verify = shutil.which("systemd-analyze")
    if verify is not None:
        said = subprocess.run(
            [verify, "verify", "--user", "--man=no", *map(str, paths)],
            capture_output=True,
            text=True,
            env=unit_environment(shell),
            timeout=60,
            check=False,
        )
        assert (said.returncode, said.stdout + said.stderr) == (0, "")
    assert remove(paths[0].parent) == paths
    assert remove(paths[0].parent) == []
