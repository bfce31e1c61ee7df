"""What the first screen costs: commands to a server that may be 300 ms away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.server.client import Client, mail, sandbox_account
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.sandbox.sandbox import Sandbox

MESSAGES: Final = 100_000
MOST_ROUND_TRIPS: Final = 8


def test_the_first_screen_of_100_000_messages_takes_at_most_8_round_trips(
    fresh_sandbox: Sandbox,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Counts the commands on the working connection from its login to the FETCH of the newest.

    The idle connection signs in meanwhile; its commands do not hold up the first screen.
    """
    owner = fresh_sandbox.accounts[0]
    fresh_sandbox.mailbox(owner).folder("INBOX").extend_generated(
        MESSAGES,
        lambda index: mail(f"Message {index}"),
        message_id=lambda index: f"<Message.{index}@fabrikam.example>",
    )
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        asked: dict[int, list[str]] = {}

        def note(
            connection: object, _tag: bytes, command: str, _arguments: Sequence[object]
        ) -> bytes | None:
            asked.setdefault(id(connection), []).append(command)
            return None

        fresh_sandbox.imap_server.faults.append(note)
        client.start()
        wait_until(lambda: len(client.subjects(limit=60)) >= 50, 30.0)
        assert client.subjects(limit=1) == [f"Message {MESSAGES - 1}"]
    working = next(commands for commands in list(asked.values()) if "FETCH" in commands)
    needed = working[: working.index("FETCH") + 1]
    assert len(needed) <= MOST_ROUND_TRIPS, needed
