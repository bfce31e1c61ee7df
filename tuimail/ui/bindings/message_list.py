"""The message list."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Message list"
OUTER: Final = ("mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("list.open", "enter,l,right", "open", "open"),
    spec("list.tree", "h,left", "leave", "to the folders", show=False),
    spec("list.down", "j,down", "move(1)", "next", count=Count.STEPS),
    spec("list.up", "k,up", "move(-1)", "previous", count=Count.STEPS),
    spec("list.page_down", "pagedown,ctrl+f", "page(1)", "next page", count=Count.STEPS),
    spec("list.page_up", "pageup,ctrl+b", "page(-1)", "previous page", count=Count.STEPS),
    spec("list.half_down", "ctrl+d", "half(1)", "half a page down", count=Count.STEPS),
    spec("list.half_up", "ctrl+u", "half(-1)", "half a page up", count=Count.STEPS),
    spec("list.first", "g g,home", "edge(-1)", "first message", count=Count.PLACE),
    spec("list.last", "G,end", "edge(1)", "last message", count=Count.PLACE),
    spec("list.jump", "apostrophe", "screen.jump", "jump to name or subject …"),
    spec("list.fold", "z", "screen.fold", "fold conversation", hint="fold"),
    spec("list.conversation", "g v", "screen.conversation", "whole conversation"),
    spec("list.fold_all", "Z", "screen.fold_all", "fold all, unfold all"),
    spec("list.conversations", "t", "screen.conversations", "conversations or messages"),
    spec("list.sort", "o", "screen.sort", "sort by …"),
    spec("list.limit", "backslash", "screen.limit", "show only …"),
    spec("list.range", "V", "screen.range", "mark a range"),
    spec("list.mark_pattern", "T", "screen.mark_pattern", "mark what matches …"),
    spec("list.mark_all", "ctrl+a", "screen.mark_all", "mark all"),
    spec(
        "list.export",
        "X",
        "screen.export",
        "write to files …",
        hint="export",
        title="Write messages to files: eml, mbox …",
        count=Count.MESSAGES,
    ),
    spec("list.invert", "tilde", "screen.invert", "mark the others instead"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "list": (
        "app.help",
        "mailbox.write",
        "mailbox.reply",
        "mailbox.reply_all",
        "mailbox.forward",
        "mailbox.trash",
        "mailbox.archive",
        "mailbox.search",
        "mailbox.move",
        "app.command_line",
        "mailbox.flag",
        "mailbox.unread",
        "mailbox.mark",
        "list.fold",
        "mailbox.undo",
        "mailbox.folders",
        "mailbox.layout",
    ),
}
