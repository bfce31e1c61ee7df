"""What the first screen costs: commands to a server that may be 300 ms away."""

from __future__ import annotations

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
    """Counts the commands on the working connection from its login to the FETCH of the newest."""
    owner = fresh_sandbox.accounts[0]
    fresh_sandbox.mailbox(owner).folder("INBOX").extend_generated(
        MESSAGES,
        lambda index: mail(f"Message {index}"),
        message_id=lambda index: f"<Message.{index}@fabrikam.example>",
    )
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        fresh_sandbox.imap_server.log.clear()
        client.start()
        wait_until(lambda: len(client.subjects(limit=60)) >= 50, 30.0)
        assert client.subjects(limit=1) == [f"Message {MESSAGES - 1}"]
        log = [name for _, name in fresh_sandbox.imap_server.log]
    first_fetch = log.index("FETCH") + 1
    # The idle connection signs in meanwhile, with AUTHENTICATE and what follows it.
    assert first_fetch <= MOST_ROUND_TRIPS, log[:first_fetch]
