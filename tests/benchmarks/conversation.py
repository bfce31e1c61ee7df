"""How long the keys of a conversation take, in one of a hundred messages beside one of three.

    python -m tests.benchmarks.conversation [--times N]

The real program on a pseudo-terminal, its mails stored, with an account whose servers do not
answer. The time is from writing the key to the octets of what it shows: `Enter` in the list to the
first line of the newest text, `z` and `k` to that of the text above. All figures are of one run, so
their ratios do not depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.benchmarks.first_frame import _ANSWERS, _SETTINGS
from tests.benchmarks.key_to_paint import Stopwatch, p95
from tests.benchmarks.listings import build
from tests.server.shell import Shell
from tests.store.inspection import raw_connection
from tests.ui.stage import bring_text
from tuimail.cli.setup import identities_of
from tuimail.config.settings import load
from tuimail.model.bodystructure import BodyPart
from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import FetchedMessage
from tuimail.store.store import Store
from tuimail.text.address import make_address
from tuimail.text.safe import clean

SIZES: Final = (3, 100)
_PARAGRAPH: Final = (
    "Please look at slide seven before two o'clock because Olu wants to print at\r\n"
    "three; the model itself is on the site https://contoso.example/model.\r\n\r\n"
)
_TEXT: Final = BodyPart("1", "text", "plain", params=(("charset", "utf-8"),), size=4096)


def fill(store: Store, members: int, first_uid: int) -> None:
    """Store a conversation of so many messages of 4 KB, each an answer to the one before."""
    ((account, _),) = store.read.accounts()
    inbox = store.read.folder_at_path(account, "INBOX")
    assert inbox is not None
    mails = [_mail(members, number, first_uid + number) for number in range(members)]
    keys = store.write(lambda tx: tx.record_messages(inbox.id, mails)).result()
    for number, key in enumerate(keys):
        bring_text(store, key, f"{line_of(number)}\r\n\r\n{_PARAGRAPH * 27}".encode())


def _mail(members: int, number: int, uid: int) -> FetchedMessage:
    when = datetime(2026, 11, 23, 9, 0, tzinfo=UTC) + timedelta(minutes=number)
    before = f"<{members}.{number - 1}@contoso.com>" if number else None
    return FetchedMessage(
        uid=UID(uid),
        flags=SEEN,
        internaldate=when,
        size=4096,
        envelope=Envelope(
            date=when,
            subject=clean(f"Of {members}"),
            from_=(make_address("Kim Chu", "kim@contoso.com"),),
            message_id=f"<{members}.{number}@contoso.com>",
            in_reply_to=before,
        ),
        structure=_TEXT,
    )


def line_of(number: int) -> str:
    """Return the first line of a text; all of it differs from the next, so all of it is painted."""
    return chr(ord("a") + number % 26) * 12


def times_of(terminal: Stopwatch, members: int, times: int) -> dict[str, list[float]]:
    """Open the conversation at the cursor, unfold it, go up, and leave it, so many times."""
    taken: dict[str, list[float]] = {"Enter": [], "z": [], "k": []}
    for _ in range(times):
        taken["Enter"].append(terminal.time_to(b"\r", line_of(members - 1)))
        terminal.listen(0.2)
        terminal.type(b"k")
        terminal.listen(0.2)
        taken["z"].append(terminal.time_to(b"z", line_of(members - 2)))
        terminal.listen(0.5)
        taken["k"].append(terminal.time_to(b"k", line_of(members - 3)))
        terminal.listen(0.2)
        terminal.type(b"q")
        terminal.listen(0.3)
    return taken


def all_times(place: Path, times: int, columns: int = 80) -> dict[int, dict[str, list[float]]]:
    """Return by the number of messages how long each key took."""
    shell = Shell(place, _SETTINGS, lambda _: False)
    with closing(build(shell.data, 3).store) as store:
        for at, members in enumerate(SIZES):
            fill(store, members, 900_000 + 1000 * at)
    (identity,) = identities_of(load(shell.config))
    with raw_connection(shell.data) as connection:
        connection.execute("UPDATE account SET name = ?", (identity,))
    taken: dict[int, dict[str, list[float]]] = {}
    with Stopwatch(
        shell.command(), environ=shell.environ, columns=columns, answers=_ANSWERS
    ) as terminal:
        terminal.wait_for("▌")
        terminal.type(b"\x1b")
        terminal.listen(2.0)
        terminal.type(b"gg")
        terminal.listen(0.5)
        for members in sorted(SIZES, reverse=True):  # the newest stands first
            taken[members] = times_of(terminal, members, times)
            terminal.type(b"j")
            terminal.listen(0.3)
    return taken


def text_of(members: int, first: str) -> str:
    """Return the texts of a conversation as one, with a first line of its own."""
    return f"{first}\n\n" + f"{_PARAGRAPH * 27}\n".replace("\r\n", "\n") * members


def measure(place: Path, times: int) -> str:
    """Run it, and say what came of it."""
    taken = all_times(place, times)
    load_ = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n"
    return load_ + "".join(said(key, taken) for key in ("Enter", "z", "k"))


def said(key: str, taken: dict[int, dict[str, list[float]]]) -> str:
    """Return one key in words."""
    few, many = (taken[members][key] for members in SIZES)
    words = "   ".join(
        f"{members} messages: p95 {p95(each) * 1000:.1f} ms, median {middle(each) * 1000:.1f}"
        for members, each in zip(SIZES, (few, many), strict=True)
    )
    return f"{key:6} {words}   ratio {middle(many) / middle(few):.2f}\n"


def middle(times: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(times)


def main() -> None:
    """Measure, and print what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--times", type=int, default=15)
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tm-conversation-", dir="/tmp"))
    try:
        sys.stdout.write(measure(place, given.times))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
