"""What the windows of lists cost in a mailbox of 1,000 and of 1,000,000 messages, and threading.

    python -m tests.benchmarks.listings [--messages 1000000] [--threading 100000]

Databases are filled by SQL with made-up mail of 20,000 people and 2,000 words; the triggers keep
conversations, counters and the search index as they do for real mail. Every figure is the
lower quartile of many runs, at places all over the list; what counts is the ratio of the two sizes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.store.inspection import raw_connection
from tests.store.mail import START, Mailbox, envelope, open_mailbox
from tuimail.model.listing import (
    AllInboxes,
    Anchor,
    Everywhere,
    Flagged,
    InFolder,
    Listing,
    Place,
    Sort,
)
from tuimail.model.message import MessageKey
from tuimail.model.search_language import parse_search
from tuimail.store.check_rows import mend_threads
from tuimail.store.codec import dump_envelope
from tuimail.store.connection import FILE_NAME, open_writer
from tuimail.store.transaction import Transaction

SMALL: Final = 1000
FREQUENT: Final = "quarterly"
RARE: Final = "saxophone"
_RUNS: Final = 60
_ROWS: Final = 60
_INTERVAL: Final = 97
_BATCH: Final = 20_000

_FILL: Final = """
WITH RECURSIVE number (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
INSERT INTO message (id, account_id, folder_id, uid, located, state, server_flags,
  server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size, from_text,
  to_text, subject, snippet, has_attachment, message_id, body, sort_sender, sort_subject,
  thread_id)
SELECT n, ?3, iif(n % 10, ?4, ?5), n, n, 0, (n % 3 > 0) + (n % 400 = 0) * 4, '',
  iif(n % 10, ?4, ?5), (n % 3 > 0) + (n % 400 = 0) * 4, '', 0, ?6 + n * 97,
  1000 + n * 7919 % 50000, 'Person ' || (n * 7919 % 20000), 'Me', word(n) || ' ' || word(n * 31),
  'First words of it', n % 11 = 0, '<' || n || '@x>', 2, 'person ' || (n * 7919 % 20000),
  word(n) || ' ' || word(n * 31), n - n % 3
FROM number
"""
_TEXTS: Final = """
INSERT INTO search_text SELECT (internaldate << 28) + id,
  sort_sender || ' person' || (id * 7919 % 20000) || '@contoso.example', 'me me@fabrikam.example',
  sort_subject FROM message WHERE id BETWEEN ? AND ?
"""


def build(directory: Path, count: int) -> Mailbox:
    """Make a mailbox of `count` messages, nine of ten in the Inbox."""
    mailbox = open_mailbox(directory)
    rng = random.Random(20261128)
    letters = "abcdefghijklmnopqrstuvwxyz"
    made = ["".join(rng.choices(letters, k=rng.randrange(4, 10))) for _ in range(1998)]
    words = [FREQUENT, *made, RARE]
    with raw_connection(directory) as connection:
        # As often as in mail: a few words everywhere, most of them nearly nowhere.
        connection.create_function(
            "word", 1, lambda n: words[int(2000 * (n * 7919 % 99991 / 99991) ** 3)]
        )
        connection.execute("PRAGMA synchronous = OFF")
        for first in range(1, count + 1, _BATCH):
            last = min(count, first + _BATCH - 1)
            connection.execute("BEGIN")
            connection.execute(
                _FILL,
                (first, last, mailbox.account, mailbox.inbox, mailbox.projects,
                 int(START.timestamp())),
            )  # fmt: skip
            connection.execute(_TEXTS, (first, last))
            connection.execute("COMMIT")
    return mailbox


Operation = Callable[[Mailbox, float], object]
"""Does something at a place of the list: 0.0 is its beginning, 1.0 its end."""


def window(make: Callable[[Mailbox], Place], text: str = "", **how: object) -> Operation:
    """Return an operation that reads a window; the first one is opening the list."""

    def operate(mailbox: Mailbox, place: float) -> object:
        limit = parse_search(text, now=START).search
        listing = Listing(make(mailbox), limit=limit, **how)  # type: ignore[arg-type]
        reader = mailbox.store.read.listing(listing)
        if not place:
            reader.count()
            return reader.first(_ROWS)
        total = mailbox.store.read.folder(mailbox.inbox)
        assert total is not None
        number = max(1, int(total.total * (1 - place)))
        anchor = Anchor(0, int(START.timestamp()) + number * _INTERVAL, MessageKey(number))
        return reader.after(anchor, _ROWS)

    return operate


def open_folder(mailbox: Mailbox, _: float) -> object:
    """What opening a folder reads: the folder, its count and the first window."""
    reader = mailbox.store.read
    listing = reader.listing(Listing(InFolder(mailbox.inbox)))
    return reader.folder(mailbox.inbox), listing.count(), listing.first(_ROWS)


def inbox(mailbox: Mailbox) -> Place:
    """The folder that nine of ten are in."""
    return InFolder(mailbox.inbox)


OPERATIONS: Final[dict[str, tuple[Operation, bool]]] = {
    "open a folder": (open_folder, False),
    "a window, flat": (window(inbox), True),
    "open, conversations": (window(inbox, conversations=True), False),
    "a window, conversations": (window(inbox, conversations=True), True),
    **{f"open, by {sort}": (window(inbox, sort=sort), False) for sort in Sort},
    "open, all inboxes": (window(lambda _: AllInboxes()), False),
    "open, all inboxes, conversations": (
        window(lambda _: AllInboxes(), conversations=True), False,
    ),
    "open, flagged everywhere": (window(lambda _: Flagged()), False),
    "limit to unread": (window(inbox, "is:unread"), False),
    "limit to a frequent word": (window(inbox, FREQUENT), False),
    "limit to a rare word": (window(inbox, RARE), False),
    "limit to no hit": (window(inbox, "qqqqzzzz"), False),
    "limit to no hit, by sender": (window(inbox, "qqqqzzzz", sort=Sort.SENDER), False),
    "limit to attachments over 50k": (window(inbox, "has:attachment larger:50k"), False),
    "search, 1 letter": (window(lambda _: Everywhere(), "e"), False),
    "search, 2 letters": (window(lambda _: Everywhere(), "qz"), False),
    "search, 3 letters": (window(lambda _: Everywhere(), "ing"), False),
    "search, a person": (window(lambda _: Everywhere(), "from:person1234"), False),
    "search, a name and a word": (window(lambda _: Everywhere(), "person contoso"), False),
    "search, no hit": (window(lambda _: Everywhere(), "qqqqzzzz"), False),
}  # fmt: skip


def quartile(operation: Operation, mailbox: Mailbox, *, moves: bool) -> float:
    """Return the time in seconds that a quarter of the runs stayed below."""
    rng = random.Random(1)
    times = []
    for run in range(_RUNS + 3):
        place = rng.random() * 0.9 + 0.01 if moves else 0.0
        begin = time.perf_counter()
        operation(mailbox, place)
        if run >= 3:
            times.append(time.perf_counter() - begin)
    return statistics.quantiles(times, n=4)[0]


def compare(count: int) -> str:
    """Measure both sizes and return a table."""
    with tempfile.TemporaryDirectory(prefix="tm-lists-", dir="/tmp") as place:
        begin = time.monotonic()
        small, large = (build(Path(place, str(size)), size) for size in (SMALL, count))
        octets = Path(place, str(count), FILE_NAME).stat().st_size
        lines = [
            f"{count:,} messages made in {time.monotonic() - begin:.0f} s, "
            f"{octets / count:.0f} octets each",
            f"{'':36}{SMALL:>10,} {count:>12,}  ratio",
        ]
        for name, (operation, moves) in OPERATIONS.items():
            one, other = (quartile(operation, box, moves=moves) for box in (small, large))
            lines.append(f"{name:36}{one * 1e6:8.0f} us {other * 1e6:9.0f} us {other / one:6.2f}")
        for mailbox in (small, large):
            mailbox.store.close()
    return "\n".join(lines)


def thread_from_scratch(count: int) -> str:
    """Say how long it takes to thread a database alone, and to catalogue it as well."""
    with tempfile.TemporaryDirectory(prefix="tm-threads-", dir="/tmp") as place:
        mailbox = open_mailbox(Path(place))
        with raw_connection(mailbox.store.directory) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            _fill_uncatalogued(mailbox, connection.execute, count)
            connection.execute("COMMIT")
        store = mailbox.store
        spans = []
        begin, processor = time.monotonic(), time.process_time()
        while store.write(lambda tx: tx.enter_catalogue(100)).result(60):
            spans.append(time.monotonic())
        whole = f"{time.monotonic() - begin:.1f} s ({time.process_time() - processor:.1f} s busy)"
        longest = max(b - a for a, b in zip([begin, *spans], spans, strict=False))
        listing = store.read.listing(Listing(InFolder(mailbox.inbox), conversations=True))
        number = listing.count()
        store.close()
        alone = _thread_alone(Path(place))
    return (
        f"{count:,} messages, {number:,} conversations: threaded in {alone}; "
        f"threaded, sorted and indexed in {whole}, the longest step {longest * 1000:.0f} ms"
    )


def _thread_alone(directory: Path) -> str:
    with raw_connection(directory) as connection:
        connection.execute("UPDATE message SET thread_id = NULL")
        connection.execute("DELETE FROM thread_link")
    with closing(open_writer(directory / FILE_NAME)) as connection:
        begin, processor = time.monotonic(), time.process_time()
        connection.change("BEGIN IMMEDIATE")
        mend_threads(Transaction(connection, 0.0))
        connection.change("COMMIT")
        return f"{time.monotonic() - begin:.1f} s ({time.process_time() - processor:.1f} s busy)"


def _fill_uncatalogued(mailbox: Mailbox, execute: Callable[..., object], count: int) -> None:
    """Store what a database held before it had a catalogue; one in three begins a conversation."""
    for number in range(1, count + 1):
        parent = f"<{number - number % 3}@x>" if number % 3 else None
        head = envelope(number, in_reply_to=parent, message_id=f"<{number}@x>")
        execute(
            "INSERT INTO message (id, account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment, message_id)"
            " VALUES (?1, ?2, ?3, ?1, ?1, 0, 1, '', ?3, 1, '', 0, ?4 + ?1, 1000, 'A', 'B', ?5, 0,"
            " ?6)",
            (number, mailbox.account, mailbox.inbox, int(START.timestamp()), head.subject,
             head.message_id),
        )  # fmt: skip
        execute(
            "INSERT INTO message_detail (message_key, envelope, refs) VALUES (?, ?, ?)",
            (number, dump_envelope(head), f'["{parent}"]' if parent else "[]"),
        )
    execute("INSERT INTO meta (key, value) VALUES ('catalogue', ?)", (str(count + 1),))


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=1_000_000)
    arguments.add_argument("--threading", type=int, default=100_000)
    given = arguments.parse_args()
    if given.threading:
        sys.stdout.write(thread_from_scratch(given.threading) + "\n")
    if given.messages:
        sys.stdout.write(compare(given.messages) + "\n")


if __name__ == "__main__":
    main()
