"""Whatever happens in whatever order, the store ends in the server's state.

A user flags, moves and undoes; a second client flags, moves, copies and expunges; commands fail
before they are applied, after, or for good; folders are synced one at a time and numbered anew.
No previous value is stored anywhere, so a refused change must revert by itself. Every run ends
with the offline pair that others lose: move to a folder, then move to Trash.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.memory import in_memory
from tests.property.simulated import Client, Fault, Server
from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import open_mailbox
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN
from tuimail.model.intent import Action, IntentState, Move, StoreFlags

Step = tuple[str, int, int, int]

folders = st.integers(0, 3)
picks = st.integers(0, 9)
flags = st.integers(0, 3)
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("deliver"), folders, picks, flags),
    st.tuples(st.just("sync"), folders, picks, flags),
    st.tuples(st.just("sync"), folders, picks, flags),
    st.tuples(st.just("push"), st.integers(0, 3), st.integers(0, 1), flags),
    st.tuples(st.just("push"), st.integers(0, 3), st.integers(0, 1), flags),
    st.tuples(st.just("user flags"), folders, picks, flags),
    st.tuples(st.just("user moves"), folders, picks, folders),
    st.tuples(st.just("user moves"), folders, picks, folders),
    st.tuples(st.just("user undoes"), folders, picks, flags),
    st.tuples(st.just("user redoes"), folders, picks, flags),
    st.tuples(st.just("other flags"), folders, picks, flags),
    st.tuples(st.just("other moves"), folders, picks, folders),
    st.tuples(st.just("other copies"), folders, picks, folders),
    st.tuples(st.just("other expunges"), folders, picks, flags),
    st.tuples(st.just("renumber"), folders, picks, flags),
)
CHANGES = (
    StoreFlags(add=SEEN),
    StoreFlags(remove=SEEN),
    StoreFlags(add=FLAGGED),
    StoreFlags(add=ANSWERED, remove=FLAGGED),
)
OTHERS_CHANGES = (
    StoreFlags(add=SEEN),
    StoreFlags(remove=SEEN),
    StoreFlags(add=ANSWERED),
    StoreFlags(remove=ANSWERED),
)
"""Nobody but the user marks: so the last word about that mark is the user's."""


@contextmanager
def new_client() -> Iterator[Client]:
    with in_memory() as directory:
        mailbox = open_mailbox(directory)
        server = Server({folder: {} for folder in mailbox.folders})
        client = Client(mailbox, server)
        try:
            for _ in range(3):
                server.deliver(mailbox.inbox)
            client.sync(mailbox.inbox)
            yield client
        finally:
            mailbox.store.close()


def take(client: Client, step: Step) -> None:
    """Do one step; one that names nothing that exists is passed over."""
    what, where, pick, which = step
    mailbox, server = client.mailbox, client.server
    folder = mailbox.folders[where]
    match what.split():
        case ["deliver"]:
            server.deliver(folder)
        case ["sync"]:
            client.sync(folder)
        case ["renumber"]:
            server.renumber(folder)
        case ["push"]:
            client.push(list(Fault)[where], tells_uid=bool(pick))
        case ["user", "undoes"]:
            mailbox.undo()
        case ["user", "redoes"]:
            mailbox.redo()
        case ["user", verb]:
            shown = mailbox.shown(folder)
            if shown:
                moving = verb == "moves"
                action: Action = Move(mailbox.folders[which]) if moving else CHANGES[which]
                mailbox.submit(shown[pick % len(shown)], action, words="Done")
        case ["other", verb]:
            uids = list(server.folders[folder])
            if uids:
                uid = uids[pick % len(uids)]
                match verb:
                    case "flags":
                        server.store(folder, uid, OTHERS_CHANGES[which])
                    case "moves":
                        server.move(folder, uid, mailbox.folders[which])
                    case "copies":
                        server.copy(folder, uid, mailbox.folders[which])
                    case "expunges":
                        del server.folders[folder][uid]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=40))
def test_any_order_of_events_converges_to_the_server(sequence: list[Step]) -> None:
    with new_client() as client:
        for step in sequence:
            take(client, step)
            assert_visible_is_folded(client.mailbox)
        client.settle()

        assert client.store.read.counts().pending_intents == 0
        assert client.contents() == client.server.contents()
        assert_counters_are_counts(client.mailbox)
        assert_the_users_marks_are_there(client)

        move_then_delete_offline(client)


def assert_the_users_marks_are_there(client: Client) -> None:
    """What was done says how a message is marked, if nobody copied it."""
    read = client.store.read
    for folder in client.mailbox.folders:
        for row in read.newest(folder, 10_000):
            last = None
            for intent in read.intents(states=[IntentState.DONE]):
                if intent.key != row.key or not isinstance(intent.action, StoreFlags):
                    continue
                if intent.action.add.is_flagged or intent.action.remove.is_flagged:
                    last = intent.action.add.is_flagged
            twins = read.find_by_message_id(
                client.mailbox.account, f"<{row.subject[8:]}@contoso.example>"
            )
            if last is not None and len(twins) == 1:
                assert row.flags.is_flagged == last


def move_then_delete_offline(client: Client) -> None:
    mailbox, server = client.mailbox, client.server
    server.deliver(mailbox.inbox)
    client.sync(mailbox.inbox)
    key = mailbox.shown(mailbox.inbox)[0]
    mailbox.submit(key, Move(mailbox.projects))
    mailbox.submit(key, Move(mailbox.trash))

    client.push(Fault.LOST)
    client.settle()

    assert server.find(mailbox.trash, server.delivered)
    assert not server.find(mailbox.projects, server.delivered)
    assert not server.find(mailbox.inbox, server.delivered)
    place = mailbox.store.read.location(key)
    assert place is not None
    assert place[0] == mailbox.trash


def test_move_then_delete_offline_ends_in_trash() -> None:
    with new_client() as client:
        move_then_delete_offline(client)


def test_a_mark_set_while_another_client_moves_the_message_follows_it() -> None:
    with new_client() as client:
        mailbox, server = client.mailbox, client.server
        key = mailbox.shown(mailbox.inbox)[0]
        mailbox.submit(key, StoreFlags(add=FLAGGED), Move(mailbox.trash))
        place = mailbox.store.read.location(key)
        assert place is not None
        server.move(*place, mailbox.projects)

        client.settle()

        row = mailbox.store.read.summary(key)
        assert row is not None
        assert (row.folder_id, row.flags.is_flagged) == (mailbox.trash, True)
        assert client.contents() == server.contents()


def test_a_refused_change_is_reverted_without_any_stored_undo_data() -> None:
    with new_client() as client:
        mailbox = client.mailbox
        key = mailbox.shown(mailbox.inbox)[0]
        before = mailbox.store.read.summary(key)
        mailbox.submit(key, StoreFlags(add=SEEN), Move(mailbox.trash))
        assert key in mailbox.shown(mailbox.trash)

        client.push(Fault.REFUSED)
        client.push(Fault.REFUSED)

        assert mailbox.store.read.summary(key) == before
        failed = mailbox.store.read.intents(states=[IntentState.FAILED])
        assert len(failed) == 2
