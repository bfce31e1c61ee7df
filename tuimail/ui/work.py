"""Beginning work beside the screen, in a way that leaves nothing behind where it is given up."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.worker import Worker


def begin(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    group: str = "default",
    exclusive: bool = False,
    exit_on_error: bool = True,
) -> Worker[None]:
    """Let work run until it is done or `node` is removed.

    Work that is given up before its first step, by another of its group or because the screen is
    left, has then made no coroutine that nobody awaits. Where `node.run_worker(work())` is
    tempting, this is to be called.

    Args:
        work: An `async` function, or a `functools.partial` of one.
        group: Work of one kind on one node.
        exclusive: Give up the rest of the group.
        exit_on_error: Whether the application ends by an exception of it.
    """
    return node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=exit_on_error)
