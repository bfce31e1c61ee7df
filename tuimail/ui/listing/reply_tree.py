"""An unfolded conversation as a tree of replies, in the order of the list.

The list is newest first, so an answer stands above what it answers, and what belongs together stays
together: above each message all that came of it, the liveliest first. The message that began it is
the last row. What answers that one stands at its level, as the head of the conversation already
says what it is about; each further answer is one level deeper, at most three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.drawing.glyphs import Glyphs

DEEPEST: Final = 3


class Reply(NamedTuple):
    """A message below the head of its conversation.

    Attributes:
        level: 1 to `DEEPEST`.
        last: Nothing stands below it before a row of a lower level.
    """

    message: MessageSummary
    level: int
    last: bool

    def branch(self, glyphs: Glyphs) -> str:
        """Return what ties it to the rows below, two cells per level."""
        sign = glyphs.last_branch if self.last else glyphs.branch
        return f"{glyphs.bar} " * (self.level - 1) + f"{sign} "


def in_tree(
    messages: Sequence[MessageSummary], answered: Mapping[MessageKey, MessageKey]
) -> list[Reply]:
    """Put the messages of a conversation into the order they stand in.

    Args:
        messages: Newest first.
        answered: What each of them answers, always an older one of them; see `threads.answered`.
    """
    first = messages[-1].key if messages else None
    above = {key: other for key, other in answered.items() if other != first}
    liveliest: dict[MessageKey, int] = {}
    for at, message in enumerate(messages):
        key: MessageKey | None = message.key
        while key is not None and key not in liveliest:
            liveliest[key] = at
            key = above.get(key)
    answers: dict[MessageKey | None, list[MessageSummary]] = {}
    for message in sorted(messages, key=lambda one: liveliest[one.key]):
        answers.setdefault(above.get(message.key), []).append(message)
    upward: list[tuple[MessageSummary, int]] = []
    waiting = [(one, 1) for one in answers.get(None, ())]
    while waiting:
        message, level = waiting.pop()
        upward.append((message, level))
        deeper = min(level + 1, DEEPEST)
        waiting += [(one, deeper) for one in answers.get(message.key, ())]
    return _from_the_top(upward)


def _from_the_top(upward: Sequence[tuple[MessageSummary, int]]) -> list[Reply]:
    replies: list[Reply] = []
    goes_on: set[int] = set()
    for message, level in upward:
        replies.append(Reply(message, level, last=level not in goes_on))
        goes_on = {one for one in goes_on if one < level} | {level}
    return replies[::-1]
