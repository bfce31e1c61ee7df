"""Any conversation as a tree of replies: all is there, and what belongs together stands so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import BodyState, MessageKey, MessageSummary
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.listing.reply_tree import DEEPEST, in_tree

START = datetime(2026, 11, 23, tzinfo=UTC)


def said(key: int) -> MessageSummary:
    """Return message `key`; a higher key is newer."""
    return MessageSummary(
        MessageKey(key), AccountId(1), FolderId(1), START + timedelta(minutes=key), SafeText(""),
        SafeText(""), SafeText(""), Flags(), 1, has_attachment=False, thread_id=1,
        body=BodyState.ABSENT, pending=False,
    )  # fmt: skip


def drawn(answered: dict[int, int], count: int) -> list[str]:
    """Return the rows of messages 1 to `count` as they are drawn."""
    ties = {MessageKey(one): MessageKey(other) for one, other in answered.items()}
    replies = in_tree([said(key) for key in range(count, 0, -1)], ties)
    return [f"{reply.branch(UNICODE)}{reply.message.key}" for reply in replies]


def test_answers_stand_above_what_they_answer_one_level_deeper() -> None:
    assert drawn({2: 1, 3: 1}, 3) == ["├ 3", "├ 2", "└ 1"]
    assert drawn({2: 1, 3: 2, 4: 3, 5: 4, 6: 2}, 6) == [
        "│ ├ 6", "│ │ ├ 5", "│ │ └ 4", "│ └ 3", "├ 2", "└ 1",
    ]  # fmt: skip
    # The livelier branch stands first, although 4 is newer than 2.
    assert drawn({2: 1, 3: 2, 4: 1, 5: 3}, 5) == ["│ │ └ 5", "│ └ 3", "├ 2", "├ 4", "└ 1"]
    assert drawn({}, 0) == []


def test_it_is_drawn_in_ascii_too() -> None:
    assert in_tree([said(2), said(1)], {})[0].branch(ASCII) == "| "
    assert [reply.branch(ASCII) for reply in in_tree([said(3), said(2), said(1)],
            {MessageKey(3): MessageKey(2)})] == ["| ` ", "| ", "` "]  # fmt: skip


trees = st.lists(st.integers(0, 40), max_size=40).map(
    # Message n answers one before it, or none where it would answer itself.
    lambda chosen: {key: 1 + one % key for key, one in enumerate(chosen, 1) if 1 + one % key < key}
)


@settings(max_examples=60)
@given(trees, st.integers(40, 45))
def test_every_message_has_its_row_and_stands_with_what_it_belongs_to(
    answered: dict[int, int], count: int
) -> None:
    """Mutation that turns it red: `waiting.pop()` with `waiting.pop(0)`."""
    ties = {MessageKey(one): MessageKey(other) for one, other in answered.items()}
    replies = in_tree([said(key) for key in range(count, 0, -1)], ties)
    keys = [int(reply.message.key) for reply in replies]
    assert sorted(keys) == list(range(1, count + 1))
    assert (replies[-1].level, replies[-1].last) == (1, True)
    level = {int(reply.message.key): reply.level for reply in replies}
    together = {key: [key] for key in keys}
    for key in sorted(answered, reverse=True):
        other = answered[key]
        assert level[key] == (1 if other == 1 else min(level[other] + 1, DEEPEST))
        together[other] += together[key]
    for key, whole in together.items():
        at = keys.index(key)
        assert key == 1 or sorted(keys[at - len(whole) + 1 : at + 1]) == sorted(whole)
