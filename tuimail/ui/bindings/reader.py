"""The reader."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Reader"
OUTER: Final = ("mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("reader.down", "j,down", "scroll_lines(1)", "scroll down", count=Count.STEPS),
    spec("reader.up", "k,up", "scroll_lines(-1)", "scroll up", count=Count.STEPS),
    spec(
        "reader.page_down",
        "pagedown,ctrl+f",
        "scroll_pages(1)",
        "next page",
        count=Count.STEPS,
    ),
    spec(
        "reader.page_on",
        "space",
        "page_on",
        "page on, then next unread",
        title="Next page, then the next unread message",
    ),
    spec(
        "reader.page_up", "pageup,ctrl+b,b", "scroll_pages(-1)", "previous page", count=Count.STEPS
    ),
    spec("reader.half_down", "ctrl+d", "scroll_halves(1)", "half a page down", count=Count.STEPS),
    spec("reader.half_up", "ctrl+u", "scroll_halves(-1)", "half a page up", count=Count.STEPS),
    spec("reader.first", "g g,home", "scroll_edge(-1)", "to the top"),
    spec("reader.last", "G,end", "scroll_edge(1)", "to the end"),
    spec(
        "reader.right",
        "right",
        "scroll_sideways(1)",
        "move a wide table on",
        title="Move a wide table on, or back from its end",
    ),
    spec("reader.left", "shift+left", "scroll_sideways(-1)", "move a wide table back"),
    spec("reader.next", "J", "screen.next_message(1)", "next message", count=Count.STEPS),
    spec("reader.previous", "K", "screen.next_message(-1)", "previous message", count=Count.STEPS),
    spec(
        "reader.fold",
        "z",
        "toggle_fold",
        "unfold a part, or fold it",
        hint="unfold",
        title="Unfold the first folded part in view, or fold it",
    ),
    spec("reader.fold_all", "Z", "toggle_all_folds", "unfold all, or fold all"),
    spec("reader.search", "slash", "search_text", "search in the text …"),
    spec(
        "reader.select",
        "V",
        "select_passage",
        "select text, to copy it",
        title="Select a passage, to copy it",
    ),
    spec(
        "reader.zoom",
        "W",
        "screen.zoom",
        "whole screen, and back",
        title="Read over the whole screen, and back",
    ),
    spec("reader.conversation", "g v", "screen.conversation", "whole conversation"),
    spec(
        "reader.headers",
        "H",
        "headers",
        "header: fields, all, none",
        hint="headers",
        title="All fields of the head, the header as it came, or neither",
    ),
    spec("reader.pipe", "vertical_line", "pipe", "pipe to a command …"),
    spec(
        "reader.export",
        "X",
        "export",
        "write to a file …",
        title="Write the message to a file: eml, mbox, text …",
    ),
    spec("reader.print", "P", "print", "print the text"),
    spec(
        "reader.decrypt",
        "g p",
        "decrypt",
        "decrypt: passphrase …",
        title="Ask for the passphrase of an encrypted mail",
    ),
    spec("reader.unsubscribe", "g u", "unsubscribe", "leave the mailing list …"),
    spec("reader.attachments", "v", "attachments", "attachments", hint="attachments"),
    spec(
        "reader.give_up",
        "x x",
        "give_up",
        "give up what is fetched",
        title="Give up what is fetched: a file, a text",
    ),
    spec(
        "reader.links",
        "l",
        "links",
        "links: open, copy …",
        hint="links",
        title="Links: open, copy, in full",
    ),
    spec(
        "reader.load_all",
        "L",
        "load_all",
        "rest of a long text",
        hint="the rest",
        title="Fetch the rest of a long text",
    ),
    spec("reader.read_as", "E", "read_as", "read the letters as …"),
    spec(
        "reader.receipt",
        "Y",
        "screen.receipt",
        "receipt: answer …",
        title="Answer who asks for a receipt …",
    ),
    spec("reader.source", "S", "screen.source", "the source of the message"),
    *(
        spec(
            f"reader.file_{number}",
            str(number),
            f"view_attachment({number})",
            f"look at attachment {number}, or open it",
            show=False,
        )
        for number in range(1, 10)
    ),
    spec("reader.back", "q,escape,h,left", "screen.back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "reader": (
        "app.help",
        "reader.back",
        "mailbox.reply",
        "mailbox.reply_all",
        "mailbox.forward",
        "mailbox.trash",
        "mailbox.archive",
        "reader.fold",
        "reader.attachments",
        "reader.links",
        "reader.load_all",
        "reader.headers",
        "mailbox.junk",
        "mailbox.flag",
        "mailbox.unread",
    ),
}
