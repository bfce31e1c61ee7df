"""Whatever ends the process, what was typed is in the store."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_until
from tuimail.store.store import Store

WRITER = """
import sys, time
from pathlib import Path
from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import fill, sample_account
from tuimail.config.schema import Settings
from tuimail.model.draft import Draft
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp

store = Store.open(Path(sys.argv[1]))
account = fill(store, total=5, mail=())
app = TuimailApp(store, Settings(), {account: sample_account(account)}, FakeEngine)
draft = Draft(account, to="ben@contoso.com", subject="On the wire")
app.call_later(app.open_composer, draft)
app.run()
store.close()
"""


@pytest.fixture
def writer(tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The composer in a process and a terminal of its own."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "data")],
        stdin=other, stdout=other, stderr=other, start_new_session=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    os.close(other)
    os.set_blocking(main, False)
    return process, main


def shown(terminal: int, seen: bytearray) -> bytearray:
    try:
        seen += os.read(terminal, 1 << 16)
    except (BlockingIOError, OSError):
        pass
    return seen


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_draft_outlives_the_process(
    writer: tuple[subprocess.Popen[bytes], int], tmp_path: Path, number: signal.Signals
) -> None:
    process, terminal = writer
    seen = bytearray()
    try:
        wait_until(lambda: b"On the wire" in shown(terminal, seen), describe="the composer")
        os.write(terminal, "Dear Ω".encode())
        reader = Store.open(tmp_path / "data")
        if number is signal.SIGKILL:
            wait_until(
                lambda: (
                    shown(terminal, seen)
                    and [draft.body for draft in reader.read.drafts()] == ["Dear Ω"]
                ),
                describe="the draft in the store",
            )
        else:
            wait_until(lambda: "Ω".encode() in shown(terminal, seen), describe="the typed words")
        process.send_signal(number)
        wait_until(lambda: shown(terminal, seen) and process.poll() is not None, describe="its end")
        assert [draft.body for draft in reader.read.drafts()] == ["Dear Ω"]
        reader.close()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(terminal)
