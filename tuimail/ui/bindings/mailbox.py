"""The mailbox screen: what works on the message and the folder, wherever the focus is."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, Kin, spec, together

TITLE: Final = "Mail and folders"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("mailbox.write", "m", "write", "write new", hint="write"),
    spec("mailbox.reply", "r", "reply(False)", "reply", hint="reply"),
    spec("mailbox.reply_all", "R", "reply(True)", "reply all", hint="all"),
    spec("mailbox.forward", "f", "forward", "forward", hint="forward"),
    spec("mailbox.reply_list", "x l", "reply_list", "reply to the list"),
    spec("mailbox.forward_attached", "x a", "forward_attached", "forward as a file"),
    spec("mailbox.edit_new", "x e", "edit_new", "write it anew", title="Write the message anew"),
    spec("mailbox.bounce", "x b", "bounce", "bounce: pass on as it is"),
    spec(
        "mailbox.trash",
        "d",
        "trash",
        "trash, undo with {mailbox.undo}",
        hint="trash",
        count=Count.MESSAGES,
    ),
    spec("mailbox.delete", "D", "delete", "delete for ever …", count=Count.MESSAGES),
    spec("mailbox.archive", "a", "archive", "archive", hint="archive", count=Count.MESSAGES),
    spec(
        "mailbox.archive_conversation",
        "A",
        "archive_conversation",
        "archive conversation",
        title="Archive the whole conversation",
    ),
    spec(
        "mailbox.junk",
        "exclamation_mark",
        "junk",
        "junk, or not junk",
        hint="junk",
        count=Count.MESSAGES,
    ),
    spec("mailbox.move", "s", "move_to", "move to …", hint="move", count=Count.MESSAGES),
    spec("mailbox.copy", "C", "copy_to", "copy to …", count=Count.MESSAGES),
    spec("mailbox.flag", "F", "flag", "flag", hint="flag", count=Count.MESSAGES),
    spec("mailbox.unread", "N", "unread", "unread", hint="unread", count=Count.MESSAGES),
    spec("mailbox.read_folder", "M", "read_folder", "mark the folder read"),
    spec("mailbox.mark", "space", "mark", "mark, next", hint="mark", count=Count.AGAIN),
    spec("mailbox.unmark", "escape", "clear", "unmark, hide the banner", hint="unmark", show=False),
    spec("mailbox.undo", "u", "undo", "undo", hint="undo", count=Count.AGAIN),
    spec("mailbox.redo", "ctrl+r", "redo", "redo", count=Count.AGAIN),
    spec("mailbox.repeat", "full_stop", "app.repeat", "the last action again"),
    spec("mailbox.record", "Q", "app.record", "record keys, or end it"),
    spec("mailbox.play", "at", "app.play(1)", "press recorded keys …", count=Count.STEPS),
    spec("mailbox.send_now", "y", "app.send_now", "send now what counts down", show=False),
    *together(
        Kin.FOLDERS,
        spec(
            "mailbox.folders", "c", "folders", "folder …", hint="folder", title="Show the folders"
        ),
    ),
    spec("mailbox.layout", "w", "layout", "layout", hint="layout"),
    spec("mailbox.next_folder", "J", "unread_folder(1)", "next unread folder", count=Count.AGAIN),
    spec(
        "mailbox.previous_folder",
        "K",
        "unread_folder(-1)",
        "previous unread folder",
        count=Count.AGAIN,
    ),
    spec("mailbox.next_unread", "tab", "next_unread", "next unread", count=Count.AGAIN),
    spec("mailbox.next_pane", "f6", "pane(1)", "next pane"),
    spec("mailbox.previous_pane", "shift+f6", "pane(-1)", "previous pane"),
    spec("mailbox.back", "q", "back", "back, quit"),
    *together(
        Kin.FOLDERS,
        spec(
            "mailbox.go_folder", "g f", "go_to_folder", "folder by name …", title="Go to a folder …"
        ),
        spec("mailbox.go_inbox", "g i", "go('inbox')", "Inbox", title="Go to Inbox"),
        spec("mailbox.go_archive", "g e", "go('archive')", "Archive", title="Go to Archive"),
        spec("mailbox.go_sent", "g t", "go('sent')", "Sent Items", title="Go to Sent Items"),
        spec("mailbox.go_drafts", "g d", "go('drafts')", "Drafts", title="Go to Drafts"),
        spec("mailbox.go_junk", "g k", "go('junk')", "Junk Email", title="Go to Junk Email"),
    ),
    *together(
        Kin.VIEWS,
        spec("mailbox.all_inboxes", "g a", "view('all_inboxes')", "all inboxes"),
        spec("mailbox.flagged", "g F", "view('flagged')", "flagged"),
    ),
    spec("mailbox.search", "slash", "search", "search …", hint="search"),
    *together(
        Kin.PAGES,
        spec("mailbox.writing", "g w", "app.go_on_writing", "what is being written"),
        spec("mailbox.outbox", "g o", "app.open_outbox", "Outbox"),
        spec("mailbox.jobs", "g j", "jobs", "jobs"),
        spec("mailbox.notices", "g n", "notices", "notifications"),
    ),
    *together(
        Kin.MAILBOXES,
        spec("mailbox.retry", "g r", "app.retry", "connect again now"),
        spec("mailbox.sign_in", "g s", "app.sign_in", "sign in"),
        spec("mailbox.add_account", "g A", "app.add_account", "add an account"),
    ),
    *together(
        Kin.LOOK,
        spec("mailbox.settings", "comma", "app.settings", "settings"),
        spec("mailbox.themes", "g c", "app.themes", "colours, theme …"),
    ),
    spec("mailbox.split_less", "less_than_sign", "split(-1)", "less for the list"),
    spec("mailbox.split_more", "greater_than_sign", "split(1)", "more for the list"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "marked": (
        "app.help",
        "mailbox.trash",
        "mailbox.archive",
        "mailbox.move",
        "mailbox.flag",
        "mailbox.mark",
        "mailbox.unmark",
        "mailbox.junk",
        "mailbox.unread",
        "list.export",
    ),
    "empty": (
        "app.help",
        "mailbox.write",
        "mailbox.folders",
        "mailbox.search",
        "mailbox.undo",
    ),
}
