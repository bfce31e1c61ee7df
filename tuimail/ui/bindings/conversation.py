"""A conversation in one scroll: the keys of the reader work on the message at the cursor."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Conversation"
OUTER: Final = ("reader", "mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("conversation.down", "j,down", "move(1)", "next message", count=Count.STEPS),
    spec("conversation.up", "k,up", "move(-1)", "previous message", count=Count.STEPS),
    spec("conversation.fold", "enter", "fold", "fold or unfold the message", hint="unfold"),
    spec("conversation.fold_all", "z", "fold_all", "unfold all messages, or fold all", hint="all"),
    spec(
        "conversation.part",
        "i",
        "toggle_fold",
        "unfold the first folded part in view, or fold it",
        hint="inside",
    ),
    spec("conversation.parts", "Z", "fold_parts", "unfold quotes in the message, or fold them"),
    spec(
        "conversation.alone",
        "o",
        "screen.read_alone",
        "read the message alone",
        hint="alone",
    ),
    spec(
        "conversation.page_on",
        "space",
        "page_on",
        "next page, then the next unread message",
    ),
    spec(
        "conversation.page_down",
        "pagedown,ctrl+f",
        "scroll_pages(1)",
        "page down",
        count=Count.STEPS,
    ),
    spec(
        "conversation.page_up", "pageup,ctrl+b,b", "scroll_pages(-1)", "page up", count=Count.STEPS
    ),
    spec(
        "conversation.half_down",
        "ctrl+d",
        "scroll_halves(1)",
        "half a page down",
        count=Count.STEPS,
    ),
    spec(
        "conversation.half_up", "ctrl+u", "scroll_halves(-1)", "half a page up", count=Count.STEPS
    ),
    spec("conversation.first", "g g,home", "edge(-1)", "first message"),
    spec("conversation.last", "G,end", "edge(1)", "last message"),
    spec("conversation.next", "J", "screen.next_message(1)", "next in the list", count=Count.STEPS),
    spec(
        "conversation.previous",
        "K",
        "screen.next_message(-1)",
        "previous in the list",
        count=Count.STEPS,
    ),
    spec("conversation.search", "slash", "search_text", "search in what is unfolded …"),
    spec("conversation.select", "V", "select_passage", "select a passage, to copy it"),
    spec("conversation.zoom", "W", "screen.zoom", "over the whole screen, and back"),
    spec(
        "conversation.all",
        "A",
        "screen.on_all",
        "archive, trash, move, flag … all of them",
        hint="on all",
        title="Do something to the whole conversation …",
    ),
    spec("conversation.back", "q,escape,h,left", "screen.back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "conversation": (
        "app.help",
        "conversation.back",
        "conversation.fold",
        "conversation.fold_all",
        "reader.attachments",
        "reader.links",
        "reader.load_all",
        "mailbox.reply",
        "mailbox.reply_all",
        "conversation.part",
        "conversation.all",
        "mailbox.trash",
        "mailbox.archive",
        "conversation.alone",
    ),
}
