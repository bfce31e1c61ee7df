"""A mailbox of 100,000 messages costs columns: counted in octets and objects, not in seconds."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuimail.sandbox.folder import Folder
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
COUNT = 100_000
MOST_MEGABYTES = 150
MOST_OBJECTS = 1000

# In a process of its own, because the peak of memory is the process's: fill, select, fetch all
# flags, search for one Message-ID, and say what it took.
PROGRAM = """
import sys
from pathlib import Path
from tests.server.raw_imap import RawImap
from tuimail.sandbox.sandbox import Sandbox

with Sandbox(Path(sys.argv[1])) as sandbox:
    owner = sandbox.accounts[0]
    inbox = sandbox.mailbox(owner).folder("INBOX")
    inbox.extend_generated(
        int(sys.argv[2]),
        lambda number: b"Subject: %d\\r\\nMessage-ID: <%d@x>\\r\\n\\r\\n" % (number, number),
        message_id=lambda number: f"<{number}@x>",
        gaps=int(sys.argv[3]),
    )
    with RawImap(sandbox) as client:
        client.sign_in(owner, sandbox.entra.mint(owner))
        client.command(b"SELECT INBOX")
        client.send(b"X UID FETCH 1:* (FLAGS)\\r\\n")
        rows = 0
        while not client.line().startswith(b"X OK"):
            rows += 1
        assert rows == int(sys.argv[2]), rows
        found = client.command(b"UID SEARCH HEADER Message-ID <77777@x>")[0]
        assert len(found.split()) == 3, found
# Not ru_maxrss: a child inherits the peak of the process that started it.
peak = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM:"))
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.parametrize("gaps", [0, 9])
def test_the_whole_process_stays_small(tmp_path: Path, gaps: int) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(COUNT), str(gaps)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert int(finished.stdout) <= MOST_MEGABYTES


def test_generated_messages_are_not_objects(fresh_sandbox: Sandbox) -> None:
    inbox: Folder = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    gc.collect()
    before = len(gc.get_objects())
    inbox.extend_generated(COUNT, lambda number: b"Subject: %d\r\n\r\n" % number)
    gc.collect()
    assert len(gc.get_objects()) - before < MOST_OBJECTS
    assert len(inbox) == COUNT
    assert inbox.messages[COUNT - 1].raw == b"Subject: 99999\r\n\r\n"


def test_all_flags_come_out_of_the_column_at_once(fresh_sandbox: Sandbox) -> None:
    """Guards the speed of a fetch over everything by its cause: no message is looked up."""
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.extend_generated(COUNT, lambda number: b"Subject: %d\r\n\r\n" % number)
    looked_up = 0
    mask = inbox.mask

    def counted(uid: int) -> int:
        nonlocal looked_up
        looked_up += 1
        return mask(uid)

    inbox.mask = counted  # type: ignore[method-assign]
    assert bytes(inbox.masks(inbox.column())) == b"\x01" * COUNT
    assert looked_up == 0
