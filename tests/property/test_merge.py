"""Rows that turn out to be one message, merged in any order, end in the same state."""

from __future__ import annotations

from functools import partial
from operator import methodcaller

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.memory import in_memory
from tests.store.inspection import (
    assert_counters_are_counts,
    assert_visible_is_folded,
    raw_connection,
)
from tests.store.mail import Mailbox, envelope, fetched, open_mailbox
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.intent import Move, StoreFlags
from tuimail.model.message import BodyState, MessageKey
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText

ROWS = 4
FLAG_SETS = (Flags(), SEEN, FLAGGED, ANSWERED)

Row = tuple[int, bool, str | None, int | None]
"""Flags of the server, whether it vanished, a section that is here, an intent."""

rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.booleans(),
        st.none() | st.sampled_from(["1", "2", "HEADER"]),
        st.none() | st.integers(0, 4),
    ),
    min_size=ROWS,
    max_size=ROWS,
)
pairs = st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1))
# Whatever else is merged, a spanning chain makes all of it one message in the end.
orders = st.tuples(st.lists(pairs, max_size=4), st.permutations([(0, 1), (1, 2), (2, 3)]))


def give_text(key: MessageKey, section: str, tx: Writer) -> None:
    tx.store_part(key, section, section.encode())
    tx.set_body(key, BodyState.PARTIAL, SafeText(section))


def fill(mailbox: Mailbox, described: list[Row]) -> list[MessageKey]:
    """Store the rows, one per folder, each as if it were a message of its own."""
    keys = []
    for index, (flags, _, section, _) in enumerate(described):
        head = envelope(index, subject=f"Seen {index}", in_reply_to=f"<parent-{index % 2}@x>")
        message = fetched(index + 1, head=head, flags=FLAG_SETS[flags])
        key = mailbox.record_one(mailbox.folders[index], message)
        keys.append(key)
        if section is not None:
            mailbox.store.write(partial(give_text, key, section)).result()
    for key, (_, _, _, intent) in zip(keys, described, strict=True):
        if intent is not None:
            action = Move(mailbox.trash) if intent == 4 else StoreFlags(add=FLAG_SETS[intent])
            mailbox.submit(key, action)
    for index, (_, has_vanished, _, _) in enumerate(described):
        if has_vanished:
            mailbox.vanish(mailbox.folders[index], index + 1)
    return keys


def end_state(described: list[Row], order: list[tuple[int, int]]) -> object:
    """Merge in this order and return everything that is left, and who answers to which key."""
    with in_memory() as directory:
        mailbox = open_mailbox(directory)
        try:
            keys = fill(mailbox, described)
            for keep, drop in order:
                mailbox.store.write(methodcaller("merge", keys[keep], keys[drop])).result()
                assert_visible_is_folded(mailbox)
            assert_counters_are_counts(mailbox)
            with raw_connection(mailbox.store.directory) as connection:
                left = {
                    table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                    for table in ("message_detail", "message_alias", "thread_link")
                }
                left["message"] = [
                    # When it vanished depends on the clock, not on the order.
                    tuple(
                        value is not None if column[0] == "gone_at" else value
                        for column, value in zip(cursor.description, row, strict=True)
                    )
                    for cursor in [connection.execute("SELECT * FROM message")]
                    for row in cursor.fetchall()
                ]
                left["intent"] = connection.execute(
                    "SELECT id, message_key, kind, args, state FROM intent ORDER BY id"
                ).fetchall()
                left["part_body"] = connection.execute(
                    "SELECT message_key, section, data FROM part_body ORDER BY 1, 2"
                ).fetchall()
            assert len(left["message"]) == 1
            assert {mailbox.store.read.resolve(key) for key in keys} == {min(keys)}
            return left
        finally:
            mailbox.store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows, orders, orders)
def test_merging_in_any_order_ends_in_the_same_state(
    described: list[Row],
    one: tuple[list[tuple[int, int]], list[tuple[int, int]]],
    other: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    assert end_state(described, [*one[0], *one[1]]) == end_state(described, [*other[0], *other[1]])
