"""However far the server got with it: undoing everything ends in the mailbox that was there before.

A user flags and moves several messages at a time, undoes and does again; commands fail before they
are applied or after, the server tells new UIDs or not, folders are synced at any moment. Mutation
that turned it red: no `AND attempts = 0` in `cancel_group`.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.simulated import Client, Fault
from tests.property.test_convergence import CHANGES, new_client
from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import START
from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.folder import FolderId
from tuimail.model.intent import Action, Move
from tuimail.model.message import MessageKey

Step = tuple[str, int, int, int]

_HARMLESS = (Fault.NOTHING, Fault.NOTHING, Fault.BEFORE, Fault.LOST)

steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("flags"), st.integers(0, 3), st.integers(1, 31), st.integers(0, 3)),
    st.tuples(st.just("moves"), st.integers(0, 3), st.integers(1, 31), st.integers(0, 3)),
    st.tuples(st.just("moves"), st.integers(0, 3), st.integers(1, 31), st.integers(0, 3)),
    st.tuples(st.just("push"), st.integers(0, 3), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("push"), st.integers(0, 3), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("sync"), st.integers(0, 3), st.just(0), st.just(0)),
    st.tuples(st.just("undoes"), st.just(0), st.just(0), st.just(0)),
    st.tuples(st.just("redoes"), st.just(0), st.just(0), st.just(0)),
)

_ON_ITS_WAY: Final[list[Step]] = [("moves", 1, 1, 0), ("push", 3, 0, 0), ("undoes", 0, 0, 0)]
"""A move whose reply is lost and that is undone; what else was done is undone while the message is
in neither folder. Red when only the moves of the same action count as on their way."""

Contents = Counter[tuple[FolderId, int, SystemFlag]]


def take(client: Client, step: Step) -> None:
    what, where, pick, which = step
    mailbox = client.mailbox
    folder = mailbox.folders[where]
    match what:
        case "push":
            client.push(_HARMLESS[where], tells_uid=bool(pick))
        case "sync":
            client.sync(folder)
        case "undoes":
            mailbox.undo()
        case "redoes":
            mailbox.redo()
        case verb:
            some = _some(mailbox.shown(folder), pick)
            action: Action = CHANGES[which] if verb == "flags" else Move(mailbox.folders[which])
            if some and action != Move(folder):  # which the screen does not offer
                mailbox.act("Done", some, action)


def _some(keys: list[MessageKey], pick: int) -> list[MessageKey]:
    return [key for place, key in enumerate(keys) if pick >> place & 1]


def contents(client: Client) -> Contents:
    """Return the server's mail without UIDs, which no undo brings back."""
    return Counter(
        (folder, number, flags.system)
        for folder, rows in client.server.contents().items()
        for number, flags in rows.values()
    )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=30))
@example([*_ON_ITS_WAY, ("flags", 1, 1, 0), ("sync", 1, 0, 0)])
@example([("flags", 1, 1, 0), ("push", 0, 1, 0), *_ON_ITS_WAY, ("sync", 1, 0, 0)])
def test_undoing_everything_ends_in_the_mailbox_before(sequence: list[Step]) -> None:
    with new_client() as client:
        for flags in (Flags(SystemFlag.SEEN), Flags(SystemFlag.FLAGGED | SystemFlag.ANSWERED)):
            client.server.deliver(client.mailbox.projects)
            uid = max(client.server.folders[client.mailbox.projects])
            client.server.folders[client.mailbox.projects][uid].flags = flags
        for folder in client.mailbox.folders:
            client.sync(folder)
        before = contents(client)
        for step in sequence:
            take(client, step)
            assert_visible_is_folded(client.mailbox)
        while (reversal := client.mailbox.undo()) is not None:
            assert (reversal.gone, reversal.elsewhere, reversal.final) == (0, 0, 0)
            assert_visible_is_folded(client.mailbox)

        client.settle()

        assert contents(client) == before
        assert client.contents() == client.server.contents()
        assert _shown(client) == before
        assert_counters_are_counts(client.mailbox)


def _shown(client: Client) -> Contents:
    """Return what the user sees."""
    found: Contents = Counter()
    for folder in client.mailbox.folders:
        for row in client.store.read.newest(folder, 1000):
            number = int((row.internaldate - START).total_seconds())
            found[folder, number, row.flags.system] += 1
    return found
