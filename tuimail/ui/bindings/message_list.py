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
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "list": (
        "app.help",
        "mailbox.write",
        "mailbox.reply",
        "mailbox.reply_all",
        "mailbox.trash",
        "mailbox.archive",
        "mailbox.move",
        "mailbox.flag",
        "mailbox.unread",
        "mailbox.mark",
        "mailbox.undo",
        "mailbox.folders",
        "mailbox.layout",
    ),
}
