"""Whatever happens in whatever order, the engine's own jobs end in the server's state.

The bare rules of the store have this law in `test_convergence`. Here listing, refresh, push and the
push of drafts are those of `sync/`, on a server in memory. A user flags, moves, copies, deletes,
undoes, makes, renames, removes, shows and hides folders, and writes and discards drafts; a second
client does the same, also in the middle of a job; commands break before they are applied or after,
or are refused for good or for now.

Mutations that turned it red are named at each assertion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.simulated_imap import Fault
from tests.property.world import World, new_world, number_of
from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tuimail.model.intent import Copy, IntentState, MarkFolderRead, StoreFlags
from tuimail.model.tree import fold_tree

Step = tuple[str, str, int, int, int]

small = st.integers(0, 5)
fault_numbers = st.sampled_from(list(range(len(Fault))))


def act(who: str, *whats: str) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(who), st.sampled_from(whats), small, small, small)


MAIL = ("flags", "moves", "copies", "expunges")
TREE = ("makes folder", "renames folder", "deletes folder", "shows folder", "hides folder")
others = act("other", *MAIL, *TREE, "delivers", "renumbers")
users = act(
    "user", *MAIL, "copies", *TREE, "writes", "writes", "discards", "reads all", "undoes", "redoes"
)
engines = st.tuples(
    st.just("engine"), st.sampled_from(("push", "push", "sync", "list")), small, small, small
)
steps = st.one_of(users, users, engines, engines, others)


def take(world: World, step: Step, meanwhile: Step | None) -> None:
    who, what, where, pick, which = step
    if who == "user":
        world.user(what, where, pick, which)
        return
    if who == "other":
        world.other(what, where, pick, which)
        return
    between = None if meanwhile is None else partial(world.other, *meanwhile[1:])
    match what:
        case "push":
            world.server.is_terse = bool(pick % 2)
            world.server.can_move = pick < 4
            world.push(list(Fault)[which % len(Fault)], where, meanwhile=between)
        case "sync":
            folders = world.folders()
            world.sync(folders[where % len(folders)], meanwhile=between)
        case "list":
            world.list_tree()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(steps, st.none() | others), max_size=25))
def test_any_order_of_events_converges_to_the_server(
    sequence: list[tuple[Step, Step | None]],
) -> None:
    converge(sequence)


def converge(sequence: Sequence[tuple[Step, Step | None]]) -> None:
    with new_world() as world:
        for step, meanwhile in sequence:
            take(world, step, meanwhile)
            assert_visible_is_folded(world.as_mailbox())
            assert_tree_is_folded(world)
        world.settle()

        assert world.store.read.counts().pending_intents == 0
        assert world.tree() == world.server.tree()
        assert_the_same_mail(world)
        assert_counters_are_counts(world.as_mailbox())
        assert_nothing_is_lost(world)
        assert_copies_are_made_once(world)
        assert_no_mark_is_refused(world)
        assert_the_users_marks_are_there(world)
        assert_drafts_are_there_once(world)


def assert_tree_is_folded(world: World) -> None:
    """Invariant 2, for folders."""
    read = world.store.read
    waiting = [
        (one.folder_id, one.action)
        for one in read.folder_intents(world.id)
        if not isinstance(one.action, MarkFolderRead)
    ]
    for folder_id, place in fold_tree(read.server_tree(world.id), waiting).items():
        folder = read.folder(folder_id)
        assert folder is not None
        assert (folder.tree_path, folder.subscribed) == (place.path, place.subscribed)


def assert_the_same_mail(world: World) -> None:
    """What is hidden is a former copy of a draft that the server refused to take away."""
    there = world.server.contents()
    if not world.server.refusals:
        assert world.contents() == there
    for path, rows in world.contents().items():
        hidden = there[path].keys() - rows.keys()
        assert {uid: there[path][uid] for uid in rows} == rows
        assert {world.server.boxes[path].mail[uid].message_id for uid in hidden} <= set(
            world.server.appended
        )


def assert_nothing_is_lost(world: World) -> None:
    delivered = range(1, world.server.numbers + 1)
    missing = {number for number in delivered if not world.server.holders(number)}
    assert missing <= world.server.removed


def assert_copies_are_made_once(world: World) -> None:
    """Of messages that no other client touched there are as many as the intents say."""
    read, server = world.store.read, world.server
    asked: dict[IntentState, Counter[int]] = {state: Counter() for state in IntentState}
    for intent in read.intents(states=list(IntentState)):
        if isinstance(intent.action, Copy):
            asked[intent.state][world.numbers[intent.key]] += 1
    for number, made in server.copied.items():
        if server.destroyed or number in server.strange | server.removed | server.moved_by_copy:
            continue
        done, failed = asked[IntentState.DONE][number], asked[IntentState.FAILED][number]
        assert done <= made <= done + failed


def assert_no_mark_is_refused(world: World) -> None:
    """A mark follows its message, also into a folder that another client renamed."""
    if world.server.refusals or world.server.destroyed:
        return
    failed = world.store.read.intents(states=[IntentState.FAILED])
    assert not [one for one in failed if isinstance(one.action, StoreFlags)]


def assert_the_users_marks_are_there(world: World) -> None:
    """What was done says how a message is marked, where there is no copy of it."""
    read = world.store.read
    for folder in world.folders():
        for row in read.newest(folder.id, 1000):
            last = None
            for intent in read.intents(states=[IntentState.DONE]):
                if intent.key != row.key or not isinstance(intent.action, StoreFlags):
                    continue
                if intent.action.add.is_flagged or intent.action.remove.is_flagged:
                    last = intent.action.add.is_flagged
            number = number_of(row)
            is_alone = len(world.server.holders(number)) == 1
            if last is not None and is_alone and number not in world.copied_by_anybody():
                assert row.flags.is_flagged == last


def assert_drafts_are_there_once(world: World) -> None:
    """Of each draft the newest revision is on the server, alone; of a discarded one nothing."""
    server = world.server
    assert all(times == 1 for times in server.appended.values()) or server.strange | server.removed
    for slot, draft_id in world.drafts.items():
        start = f"Draft {slot}."
        is_handled = any(subject.startswith(start) for subject in world.handled)
        there = [
            mail
            for box in server.boxes.values()
            for mail in box.mail.values()
            if mail.subject.startswith(start)
        ]
        if is_handled or server.refusals or server.strange:
            continue
        draft = world.store.read.draft(draft_id)
        assert [mail.subject for mail in there] == ([] if draft is None else [draft.subject])
