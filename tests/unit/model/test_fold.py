"""What the user sees, by example."""

from __future__ import annotations

from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import IntentState, MessageState, Move, StoreFlags, fold

INBOX, PROJECTS, TRASH = FolderId(1), FolderId(2), FolderId(3)
UNREAD = MessageState(INBOX, Flags())


def test_without_intents_the_servers_state_is_seen() -> None:
    assert fold(UNREAD, []) == UNREAD


def test_a_flag_is_seen_at_once() -> None:
    assert fold(UNREAD, [StoreFlags(add=SEEN)]) == MessageState(INBOX, SEEN)


def test_a_flag_that_is_set_and_taken_back_leaves_nothing() -> None:
    assert fold(UNREAD, [StoreFlags(add=FLAGGED), StoreFlags(remove=FLAGGED)]) == UNREAD


def test_what_is_added_and_removed_in_one_action_is_there() -> None:
    assert fold(UNREAD, [StoreFlags(add=SEEN, remove=SEEN)]).flags == SEEN


def test_a_flag_another_client_set_stays() -> None:
    server = MessageState(INBOX, ANSWERED)

    assert fold(server, [StoreFlags(add=SEEN)]).flags == ANSWERED | SEEN


def test_keywords_fold_like_flags() -> None:
    keyword = Flags(keywords=frozenset({"$Forwarded"}))

    assert fold(UNREAD, [StoreFlags(add=keyword)]).flags == keyword


def test_move_then_delete_is_seen_in_trash_only() -> None:
    assert fold(UNREAD, [Move(PROJECTS), Move(TRASH)]).folder_id == TRASH


def test_flags_set_before_a_move_go_along() -> None:
    seen = fold(UNREAD, [StoreFlags(add=FLAGGED), Move(TRASH)])

    assert seen == MessageState(TRASH, FLAGGED)


def test_a_message_that_is_gone_is_not_brought_back_by_a_move() -> None:
    assert fold(MessageState(None, SEEN), [Move(PROJECTS)]).folder_id is None


def test_the_fold_applies_what_may_still_happen() -> None:
    pending = {state for state in IntentState if state.is_pending}

    assert pending == {IntentState.QUEUED, IntentState.RUNNING, IntentState.UNCERTAIN}
