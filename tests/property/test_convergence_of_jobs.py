"""Whatever happens in whatever order, the engine's own jobs end in the server's state.

The bare rules of the store have this law in `test_convergence`. Here listing, refresh, push and the
push of drafts are those of `sync/`, on a server in memory. A user flags, moves, copies, deletes,
undoes, makes, renames, removes, shows and hides folders, and writes and discards drafts; a second
client does the same, also in the middle of a job; commands break before they are applied or after,
or are refused for good or for now.

Mutations that turned it red: no look for an earlier copy (`left = items` in `copy_once`), a mark
taken for set without reading it back (`FlagBatch._settle`), no folder known again (`return False`
at the end of `_has_messages_of` in `sync/renamed.py`), no search for a draft whose APPEND had no
answer (`_find` in `sync/drafts.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.simulated_imap import Fault
from tests.property.world import World, new_world, number_of
from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tuimail.model.intent import Copy, IntentState, MarkFolderRead, StoreFlags
from tuimail.model.tree import fold_tree

Step = tuple[str, str, int, int, int]

small = st.integers(0, 5)


def act(who: str, *verbs: str) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(who), st.sampled_from(verbs), small, small, small)


MAIL = ("flags", "moves", "copies", "expunges")
TREE = ("makes folder", "renames folder", "deletes folder", "shows folder", "hides folder")
OTHERS = (*MAIL, *TREE, "renames folder", "delivers", "renumbers")
USERS = (*MAIL, "copies", *TREE, "writes", "writes", "discards", "reads all", "undoes", "redoes")
ENGINES = ("push", "push", "sync", "list")

others = act("other", *OTHERS)
steps: st.SearchStrategy[tuple[Step, Step | None]] = st.one_of(
    st.tuples(act("user", *USERS), st.none() | act("engine", "push")),
    st.tuples(act("user", *USERS), act("engine", "push")),
    st.tuples(act("engine", *ENGINES), st.none() | others),
    st.tuples(others, st.none()),
)
"""What is done, and what follows at once: a push, or in the middle of a job another client."""


def take(world: World, step: Step, then: Step | None) -> None:
    who, what, where, pick, which = step
    if who == "user":
        world.user(what, where, pick, which)
        if then is not None:
            take(world, then, None)
        return
    if who == "other":
        world.other(what, where, pick, which)
        return
    between = None if then is None else partial(world.other, *then[1:])
    match what:
        case "push":
            world.server.is_terse = bool(pick % 2)
            fault = list(Fault)[which % len(Fault)]
            world.push(fault, where // 3, any_command=pick == 3, meanwhile=between)
        case "sync":
            folders = world.folders()
            fault = (Fault.BEFORE, Fault.LOST, *[Fault.NOTHING] * 4)[which]
            world.sync(folders[where % len(folders)], fault, pick, meanwhile=between)
        case "list":
            world.list_tree()


Sequence_ = list[tuple[Step, Step | None]]

_NOW: Final = ("engine", "push", 0, 0, 0)
_LOST: Final = ("engine", "push", 0, 0, 2)

MARKED_WHILE_MOVED: Final[Sequence_] = [
    (("other", "moves", 0, 0, 3), None),
    (("user", "flags", 0, 2, 2), _NOW),
]
MARKED_WHILE_RENAMED: Final[Sequence_] = [
    (("other", "renames folder", 3, 0, 3), None),
    (("user", "flags", 3, 0, 2), _NOW),
]
COPIED_WITHOUT_AN_ANSWER: Final[Sequence_] = [(("user", "copies", 0, 1, 3), _LOST)]
WRITTEN_WITHOUT_AN_ANSWER: Final[Sequence_] = [(("user", "writes", 0, 0, 0), _LOST)]
REMOVED_WITH_A_MESSAGE_THAT_WAS_GONE: Final[Sequence_] = [
    (("other", "expunges", 3, 4, 5), None),
    (("user", "copies", 3, 1, 2), None),
    (("user", "deletes folder", 3, 5, 1), None),
]
"""The removal waited for a copy of a message that another client had deleted."""
DRAFT_REPLACED_IN_A_FOLDER_NUMBERED_ANEW: Final[Sequence_] = [
    (("user", "moves", 3, 0, 1), ("engine", "push", 5, 5, 2)),
    (("other", "renumbers", 1, 0, 0), None),
    (("user", "writes", 3, 0, 5), None),
    (("user", "moves", 3, 2, 1), _NOW),
    (("engine", "push", 0, 1, 4), ("other", "renumbers", 1, 2, 4)),
    (("user", "copies", 5, 2, 2), None),
    (("user", "writes", 5, 5, 4), None),
]
"""The row that had the UID before was forgotten, and what was asked of it with it."""


MOVED_WHILE_NUMBERED_ANEW: Final[Sequence_] = [
    (("user", "flags", 3, 0, 2), None),
    (("other", "renumbers", 3, 0, 0), None),
    (("engine", "sync", 3, 1, 0), None),
    (("other", "moves", 3, 0, 0), None),
    (("engine", "sync", 0, 0, 5), None),
    (("engine", "sync", 3, 0, 5), None),
]
"""The message arrived elsewhere before its folder was looked up, and was taken for another one."""


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(sequence=MARKED_WHILE_MOVED, can_move=True)
@example(sequence=MARKED_WHILE_RENAMED, can_move=True)
@example(sequence=COPIED_WITHOUT_AN_ANSWER, can_move=True)
@example(sequence=WRITTEN_WITHOUT_AN_ANSWER, can_move=True)
@example(sequence=REMOVED_WITH_A_MESSAGE_THAT_WAS_GONE, can_move=True)
@example(sequence=DRAFT_REPLACED_IN_A_FOLDER_NUMBERED_ANEW, can_move=True)
@example(sequence=MOVED_WHILE_NUMBERED_ANEW, can_move=True)
@given(sequence=st.lists(steps, max_size=25), can_move=st.sampled_from((True, True, False)))
def test_any_order_of_events_converges_to_the_server(sequence: Sequence_, can_move: bool) -> None:
    converge(sequence, can_move=can_move)


def converge(sequence: Sequence[tuple[Step, Step | None]], *, can_move: bool) -> None:
    with new_world(can_move=can_move) as world:
        for step, then in sequence:
            take(world, step, then)
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
        assert_nothing_is_given_up(world)
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
    if not server.can_move:
        return  # a move is a copy too
    asked: dict[IntentState, Counter[int]] = {state: Counter() for state in IntentState}
    for intent in read.intents(states=list(IntentState)):
        if isinstance(intent.action, Copy):
            asked[intent.state][world.numbers[intent.key]] += 1
    for number, made in server.copied.items():
        if server.destroyed or number in server.strange | server.removed:
            continue
        done, failed = asked[IntentState.DONE][number], asked[IntentState.FAILED][number]
        assert done <= made <= done + failed


def assert_no_mark_is_refused(world: World) -> None:
    """A mark follows its message, also into a folder that another client renamed."""
    if world.server.refusals or world.server.destroyed:
        return
    failed = world.store.read.intents(states=[IntentState.FAILED])
    assert not [one for one in failed if isinstance(one.action, StoreFlags)]


def assert_nothing_is_given_up(world: World) -> None:
    """What was asked of a message ends unheard only where the message is nowhere any more."""
    twins = world.server.twins | world.server.copied.keys()
    for intent in world.store.read.intents(states=[IntentState.GONE]):
        number = world.numbers[intent.key]
        assert number in twins or not world.server.holders(number)


def assert_the_users_marks_are_there(world: World) -> None:
    """What was done says how a message is marked, where there is no copy of it."""
    read = world.store.read
    twins = world.server.twins | world.server.copied.keys()
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
            if last is not None and is_alone and number not in twins:
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
