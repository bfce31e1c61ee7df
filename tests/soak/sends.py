"""Many messages sent while everything breaks, counted where they arrive.

python -m tests.soak.sends [--messages N] [--seed S] runs the long form on the sandbox.

Before each message something is chosen to go wrong: any reply of the service at any stage, a line
that breaks there, or one that breaks when the message was taken over, or was not. What is refused
is tried again as a person would, by "try now"; what is uncertain is left to tuimail, which looks
into Sent Items. At the end nothing goes wrong any more, and the receivers are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.server.client import Client, mail, sandbox_account
from tuimail.model.account import Account
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.sandbox.smtp_replies import REPLIES, STAGES
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.sync import outbox, sent, settling
from tuimail.sync.errand import Errand
from tuimail.text.safe import SafeText

_QUIET: Final = 0.4
"""The share of messages with which nothing goes wrong."""
_ROUNDS: Final = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where the messages go.

    Attributes:
        to: Who gets them.
        spoil: Lets something go wrong with the next message.
        mend: Nothing goes wrong from now on.
        received: How often each Message-ID arrived.
        copies: How often each is in Sent Items.
    """

    account: Account
    to: str
    approve: Callable[[str], object]
    spoil: Callable[[random.Random], None]
    mend: Callable[[], None]
    received: Callable[[], Counter[str]]
    copies: Callable[[], Counter[str]]


@dataclass
class Count:
    """What came of it; `wrong` is empty when nothing was lost and nothing came twice."""

    sent: int = 0
    uncertain: list[str] = field(default_factory=list)
    tries: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        tail = "".join(f"\n  {line}" for line in self.wrong[:20])
        return (
            f"{self.sent} sent in {self.tries} tries, {len(self.uncertain)} uncertain,"
            f" {len(self.wrong)} wrong{tail}"
        )


def send_all(place: Place, messages: int, seed: int, directory: Path) -> Count:
    """Send so many messages, and count."""
    with Client(place.account, directory, place.approve) as client:
        client.sign_in()
        return asyncio.run(_send_all(client, place, messages, random.Random(seed)))


async def _send_all(client: Client, place: Place, messages: int, chance: random.Random) -> Count:
    account = client.account
    submitter = SmtpSubmitter(account.smtp, account.ca_file)
    async with Errand(account, client.store, client.tokens, submitter) as errand:
        for number in range(messages):
            place.mend()
            if chance.random() >= _QUIET:
                place.spoil(chance)
            _queue(client, place.to, number)
            await errand.flush()
            if chance.random() < 0.1:
                _try_now(client)
        place.mend()
        for _ in range(_ROUNDS):
            _try_now(client)
            await errand.flush()
            if not client.store.read.outbox(states=_UNSENT):
                break
    return _judged(client.store.read.outbox(account.id), place)


_UNSENT: Final = (OutboxState.QUEUED, OutboxState.FAILED)


def _queue(client: Client, to: str, number: int) -> None:
    message_id = f"<send-{number}@soak.example>"
    raw = mail(f"Send {number}", sender=client.account.address, to=to, message_id=message_id)
    client.store.write(
        lambda tx: tx.queue_message(
            OutgoingMessage(
                client.account.id,
                raw,
                message_id,
                client.account.address,
                (to,),
                SafeText("them"),
                SafeText(f"Send {number}"),
            )
        )
    ).result()


def _try_now(client: Client) -> None:
    """Do as a person who presses `t` on each message that was refused."""
    now = datetime.now(UTC)
    for item in client.store.read.outbox(states=_UNSENT):
        client.store.write(
            lambda tx, id_=item.id: tx.set_outbox(  # type: ignore[misc]
                id_, state=OutboxState.QUEUED, not_before=now
            )
        ).result()


def _judged(items: list[OutboxItem], place: Place) -> Count:
    received, copies, count = place.received(), place.copies(), Count()
    for item in items:
        count.tries += item.attempts
        arrived = received[item.message_id]
        if arrived > 1:
            count.wrong.append(f"{item.message_id} arrived {arrived} times: {item.state}")
        match item.state:
            case OutboxState.SENT:
                count.sent += 1
                if arrived != 1:
                    count.wrong.append(f"{item.message_id} counts as sent, arrived {arrived} times")
                if copies[item.message_id] != 1:
                    found = copies[item.message_id]
                    count.wrong.append(f"{item.message_id} is {found} times in Sent Items")
            case OutboxState.UNCERTAIN:
                count.uncertain.append(item.message_id)
                if item.problem is None or not item.problem.you_can:
                    count.wrong.append(f"{item.message_id} is uncertain without a word")
            case state:
                count.wrong.append(f"{item.message_id} was never sent: {state}")
    return count


def be_impatient() -> Callable[[], None]:
    """Look into Sent Items at once, and keep no pace; returns the way back."""
    before = settling.UNCERTAIN_LOOKS, outbox.PER_MINUTE, sent.LOOKS_ELSEWHERE
    sent.LOOKS_ELSEWHERE = (0.01, 0.5)  # type: ignore[misc]
    settling.UNCERTAIN_LOOKS = (0.0, 0.05, 0.2)  # type: ignore[misc]
    outbox.PER_MINUTE = 1_000_000  # type: ignore[misc]

    def back() -> None:
        settling.UNCERTAIN_LOOKS, outbox.PER_MINUTE, sent.LOOKS_ELSEWHERE = before  # type: ignore[misc]

    return back


def on_sandbox(sandbox: Sandbox) -> Place:
    """Exchange's words, at every stage."""
    service = sandbox.smtp_server
    service.per_minute = None
    names = sorted(REPLIES)

    def spoil(chance: random.Random) -> None:
        match chance.randrange(4):
            case 0:
                service.refuse[OWNER] = f"{chance.choice(names)}@{chance.choice(STAGES)}"
            case 1:
                verb = chance.choice(("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "."))
                service.script = [(verb, chance.choice(("", REPLIES[chance.choice(names)].text)))]
            case 2:
                service.drop_after_data = "accepted"
            case _:
                service.drop_after_data = "not accepted"

    def mend() -> None:
        service.script, service.drop_after_data = [], None
        service.refuse.clear()

    def ids(address: str, folder: str) -> Counter[str]:
        messages = sandbox.mailbox(address).folder(folder).messages
        return Counter(_message_id(message.raw) for message in messages)

    return Place(
        sandbox_account(sandbox),
        COLLEAGUE,
        lambda code: sandbox.entra.approve(code, OWNER),
        spoil,
        mend,
        lambda: ids(COLLEAGUE, "INBOX"),
        lambda: ids(OWNER, "Sent Items"),
    )


def _message_id(raw: bytes) -> str:
    for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line.lower().startswith(b"message-id:"):
            return line.partition(b":")[2].strip().decode()
    return ""


def main() -> int:
    """Run the long form and say what came of it."""
    arguments = argparse.ArgumentParser(description="Sends; see tests/soak/sends.py.")
    arguments.add_argument("--messages", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=None)
    given = arguments.parse_args()
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    be_impatient()
    with (
        tempfile.TemporaryDirectory(prefix="tm-sends-") as folder,
        Sandbox(Path(folder) / "sandbox", device_interval=1) as sandbox,
    ):
        count = send_all(on_sandbox(sandbox), given.messages, seed, Path(folder) / "client")
    sys.stdout.write(f"seed {seed}: {count}\n")
    return 1 if count.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
