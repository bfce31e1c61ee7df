"""Conversations, orders and the search index are what working them out from scratch gives.

Mail arrives in conversations, in any order and in several folders; it is flagged, moved, undone,
merged, lost and found again, and folders are numbered anew. After every step the rows that are
kept up by triggers are compared with a recomputation. Red with: `newest_key = OLD.id` made
`newest_key = NEW.thread_id` in the trigger `conversation_moved`; the DELETE left out of
`catalogue.replace_text`; `catalogue.enter` left out of `merge`.
"""

from __future__ import annotations

from datetime import timedelta
from operator import methodcaller

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.memory import in_memory
from tests.store.inspection import (
    assert_catalogue_is_right,
    assert_counters_are_counts,
    assert_visible_is_folded,
)
from tests.store.mail import START, Mailbox, envelope, fetched, open_mailbox
from tuimail.model.bodystructure import BodyPart
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.intent import Action, Expunge, Move, StoreFlags
from tuimail.model.message import FetchedMessage, MessageKey
from tuimail.store.writer import Writer

FLAGS = (Flags(), SEEN, FLAGGED, ANSWERED | SEEN)
ACTIONS = (StoreFlags(add=SEEN), StoreFlags(remove=SEEN), StoreFlags(add=FLAGGED), Expunge())
FILE = BodyPart("1", "application", "pdf", disposition="attachment")

Step = tuple[str, int, int, int]
small = st.integers(0, 3)
steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(
        ["arrive", "arrive", "arrive", "arrive", "again", "flag", "act", "move", "run", "undo",
         "vanish", "merge", "merge", "forget", "renumber", "purge", "mark"]
    ),
    st.sampled_from([0, 0, 0, 1, 2, 3]),
    st.integers(0, 11),
    small,
)  # fmt: skip


def message(uid: int, number: int, which: int) -> FetchedMessage:
    """Message `number` of twelve, which mostly answers the one of a quarter of its number."""
    parent = f"<{number // 4}@contoso.example>" if which < 3 else None
    head = envelope(number, subject=f"{'Re: ' * which}Ünder {number % 4}", in_reply_to=parent)
    return fetched(
        uid,
        head=head,
        flags=FLAGS[which],
        # Several in one second, and the same message at two times.
        at=START + timedelta(seconds=number // 2 + which),
        structure=FILE if number % 3 == 0 else None,
    )


def take(mailbox: Mailbox, step: Step, uids: dict[int, int], groups: list[int]) -> None:
    what, where, pick, which = step
    folder = mailbox.folders[where]
    shown = mailbox.shown(folder)
    key = shown[pick % len(shown)] if shown else None

    def write(name: str, *given: object) -> None:
        mailbox.store.write(methodcaller(name, *given)).result(30)

    match what:
        case "arrive":
            uids[where] = uids.get(where, 0) + 1
            mailbox.record(folder, [message(uids[where], pick, which)])
        case "again" if uids.get(where):
            mailbox.record(folder, [message(1 + pick % uids[where], pick, which)])
        case "flag" if uids.get(where):
            write("record_flags", folder, {1 + pick % uids[where]: FLAGS[which]})
        case "vanish" if uids.get(where):
            mailbox.vanish(folder, 1 + pick % uids[where])
        case "act" if key:
            groups.append(mailbox.submit(key, ACTIONS[which], words="Done"))
        case "move" if key:
            action: Action = Move(mailbox.folders[which])
            groups.append(mailbox.submit(key, action, words="Moved"))
        case "run" if groups:
            run(mailbox, groups.pop())
        case "undo":
            mailbox.undo()
        case "merge" if key and len(shown) > 1:
            write("merge", key, shown[(pick + 1) % len(shown)])
        case "forget" if key:
            write("forget_messages", [key])
        case "renumber":
            write("forget_uids", folder)
            uids[where] = 0
        case "purge":
            write("finish_repairing", folder)
            write("purge_gone", mailbox.account, -1.0)
        case "mark" if key and uids.get(where):
            write("mark_folder_read", mailbox.account, folder)


def run(mailbox: Mailbox, group: int) -> None:
    intents = mailbox.store.read.intents_of_group(group)
    moved = {
        MessageKey(one.key): (one.action.to, None)
        for one in intents
        if isinstance(one.action, Move)
    }

    def confirm(tx: Writer) -> None:
        ids = tx.start_intents([one.id for one in intents])
        tx.finish_intents(ids, moved=moved if ids else {})

    mailbox.store.write(confirm).result(30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=5, max_size=30))
def test_what_is_kept_up_is_what_working_it_out_gives(sequence: list[Step]) -> None:
    with in_memory() as directory:
        mailbox = open_mailbox(directory)
        uids: dict[int, int] = {}
        groups: list[int] = []
        try:
            for step in sequence:
                take(mailbox, step, uids, groups)
                assert_catalogue_is_right(mailbox)
            assert_visible_is_folded(mailbox)
            assert_counters_are_counts(mailbox)
        finally:
            mailbox.store.close()
