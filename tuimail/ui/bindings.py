"""Every key of the program in one table, and the hints made from it.

A binding is bound and shown only if its action exists. Keys are named as Textual names them; a
sequence is written with a blank (`g g`) and run by the application's chord handler, because a
Textual binding is a single key. `[keys]` in the settings maps an id to other keys or sequences.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType

from tuimail.ui.formatting import number


class BindingSpec(NamedTuple):
    """One thing a key does.

    Attributes:
        id: What `[keys]` calls it.
        keys: Textual key names, the first one is shown.
        action: A Textual action of the place that the scope names.
        description: For the help screen.
        scope: Where it works: `app`, `mailbox`, `list`, `tree`, `reader`, `composer`, `outbox`,
            `jobs`, `notices`, `keep`, `shared`, `attachments`, `sign_in`, `setup`,
            `help`.
        show: Whether the help screen lists it.
        hint: The word in the hint row; empty when it is never hinted there.
    """

    id: str
    keys: tuple[str, ...]
    action: str
    description: str
    scope: str
    show: bool = True
    hint: str = ""


def _spec(
    id_: str, keys: str, action: str, description: str, *, hint: str = "", show: bool = True
) -> BindingSpec:
    """Write one line of the table: the scope is the part of the id before the dot."""
    scope = id_.partition(".")[0]
    return BindingSpec(id_, tuple(keys.split(",")), action, description, scope, show, hint)


BINDINGS: Final[tuple[BindingSpec, ...]] = (
    _spec("app.help", "question_mark,f1", "app.help", "this help", hint="help"),
    _spec("app.quit", "ctrl+q", "app.quit", "quit at once"),
    # The mailbox screen: what works on the message, wherever the focus is.
    _spec("mailbox.write", "m", "write", "write new", hint="write"),
    _spec("mailbox.reply", "r", "reply(False)", "reply", hint="reply"),
    _spec("mailbox.reply_all", "R", "reply(True)", "reply all", hint="all"),
    _spec("mailbox.trash", "d", "trash", "trash, undo with u", hint="trash"),
    _spec("mailbox.delete", "D", "delete", "delete for ever …"),
    _spec("mailbox.archive", "a", "archive", "archive", hint="archive"),
    _spec("mailbox.junk", "exclamation_mark", "junk", "junk, or not junk", hint="junk"),
    _spec("mailbox.flag", "F", "flag", "flag", hint="flag"),
    _spec("mailbox.unread", "N", "unread", "unread", hint="unread"),
    _spec("mailbox.read_folder", "M", "read_folder", "mark all in this folder read"),
    _spec("mailbox.mark", "space", "mark", "mark, next", hint="mark"),
    _spec(
        "mailbox.unmark", "escape", "clear", "unmark, hide the banner", hint="unmark", show=False
    ),
    _spec("mailbox.undo", "u", "undo", "undo", hint="undo"),
    _spec("mailbox.redo", "ctrl+r", "redo", "redo"),
    _spec("mailbox.send_now", "y", "app.send_now", "send now what counts down", show=False),
    _spec("mailbox.folders", "c", "folders", "folder …", hint="folder"),
    _spec("mailbox.layout", "w", "layout", "layout", hint="layout"),
    _spec("mailbox.next_folder", "J", "unread_folder(1)", "next unread folder"),
    _spec("mailbox.previous_folder", "K", "unread_folder(-1)", "previous unread folder"),
    _spec("mailbox.next_unread", "tab", "next_unread", "next unread"),
    _spec("mailbox.next_pane", "f6", "pane(1)", "next pane"),
    _spec("mailbox.previous_pane", "shift+f6", "pane(-1)", "previous pane"),
    _spec("mailbox.back", "q", "back", "back, quit"),
    _spec("mailbox.outbox", "g o", "app.open_outbox", "Outbox"),
    _spec("mailbox.jobs", "g j", "jobs", "jobs"),
    _spec("mailbox.notices", "g n", "notices", "notifications"),
    _spec("mailbox.retry", "g r", "app.retry", "connect again now"),
    _spec("mailbox.sign_in", "g s", "app.sign_in", "sign in"),
    _spec("mailbox.add_account", "g a", "app.add_account", "add an account"),
    _spec("mailbox.go_inbox", "g i", "go('inbox')", "Inbox"),
    _spec("mailbox.go_sent", "g t", "go('sent')", "Sent Items"),
    _spec("mailbox.go_drafts", "g d", "go('drafts')", "Drafts"),
    _spec("mailbox.go_archive", "g e", "go('archive')", "Archive"),
    _spec("mailbox.go_junk", "g k", "go('junk')", "Junk Email"),
    # The message list.
    _spec("list.open", "enter,l,right", "open", "open"),
    _spec("list.tree", "h,left", "leave", "to the folders", show=False),
    _spec("list.down", "j,down", "move(1)", "next"),
    _spec("list.up", "k,up", "move(-1)", "previous"),
    _spec("list.page_down", "pagedown,ctrl+f", "page(1)", "next page"),
    _spec("list.page_up", "pageup,ctrl+b", "page(-1)", "previous page"),
    _spec("list.half_down", "ctrl+d", "half(1)", "half a page down"),
    _spec("list.half_up", "ctrl+u", "half(-1)", "half a page up"),
    _spec("list.first", "g g,home", "edge(-1)", "first message"),
    _spec("list.last", "G,end", "edge(1)", "last message"),
    # The folder tree.
    _spec("tree.open", "enter", "open", "open", hint="open"),
    _spec("tree.fold", "h,left", "fold", "fold", hint="fold"),
    _spec("tree.unfold", "l,right", "unfold", "unfold, or go to the list"),
    _spec("tree.down", "j,down", "move(1)", "next"),
    _spec("tree.up", "k,up", "move(-1)", "previous"),
    _spec("tree.keep", "o", "keep", "keep offline …"),
    _spec("tree.add_shared", "plus", "add_shared", "add a shared mailbox …"),
    _spec("tree.first", "g g,home", "edge(-1)", "first folder"),
    _spec("tree.last", "G,end", "edge(1)", "last folder"),
    # The reader.
    _spec("reader.down", "j,down", "scroll_lines(1)", "scroll down"),
    _spec("reader.up", "k,up", "scroll_lines(-1)", "scroll up"),
    _spec("reader.page_down", "pagedown,ctrl+f,space", "scroll_pages(1)", "next page"),
    _spec("reader.page_up", "pageup,ctrl+b,b", "scroll_pages(-1)", "previous page"),
    _spec("reader.half_down", "ctrl+d", "scroll_halves(1)", "half a page down"),
    _spec("reader.half_up", "ctrl+u", "scroll_halves(-1)", "half a page up"),
    _spec("reader.first", "g g,home", "scroll_edge(-1)", "to the top"),
    _spec("reader.last", "G,end", "scroll_edge(1)", "to the end"),
    _spec("reader.next", "J", "screen.next_message(1)", "next message"),
    _spec("reader.previous", "K", "screen.next_message(-1)", "previous message"),
    _spec("reader.attachments", "v", "attachments", "attachments", hint="attachments"),
    *(
        _spec(
            f"reader.file_{number}",
            str(number),
            f"save_attachment({number})",
            f"save attachment {number}",
            show=False,
        )
        for number in range(1, 10)
    ),
    _spec("reader.back", "q,escape,h,left", "screen.back", "back", hint="back"),
    # The sheet that lists the attachments.
    _spec("attachments.save", "s,enter", "save", "save the file", hint="save"),
    _spec("attachments.down", "j,down", "move(1)", "next"),
    _spec("attachments.up", "k,up", "move(-1)", "previous"),
    _spec("attachments.close", "escape,q,v", "close", "close", hint="close"),
    *(
        _spec(
            f"attachments.file_{number}",
            str(number),
            f"save_number({number})",
            f"save file {number}",
            show=False,
        )
        for number in range(1, 10)
    ),
    # The composer.
    _spec("composer.send", "ctrl+s", "send", "send", hint="send"),
    _spec("composer.editor", "ctrl+e", "editor", "write in your editor", hint="editor"),
    _spec("composer.copies", "ctrl+b", "copies", "show or hide Cc and Bcc", hint="Cc Bcc"),
    _spec("composer.next", "tab", "next_field", "next field", hint="next field"),
    _spec("composer.previous", "shift+tab", "app.focus_previous", "previous field"),
    _spec("composer.help", "f1", "app.help", "this help", hint="help"),
    _spec("composer.close", "escape", "close", "close, keep the draft", hint="close, keep draft"),
    # The outbox.
    _spec("outbox.stop", "u", "stop", "stop, back to draft", hint="stop, back to draft"),
    _spec("outbox.send", "t", "send", "try now, or send again", hint="try now"),
    _spec("outbox.edit", "e,enter", "edit", "open the draft", hint="edit"),
    _spec("outbox.discard", "d", "discard", "discard …", hint="discard …"),
    _spec("outbox.copy", "y", "copy", "copy the line for the administrator"),
    _spec("outbox.down", "j,down", "move(1)", "next"),
    _spec("outbox.up", "k,up", "move(-1)", "previous"),
    _spec("outbox.first", "g g,home", "edge(-1)", "first"),
    _spec("outbox.last", "G,end", "edge(1)", "last"),
    _spec("outbox.back", "q,escape", "back", "back", hint="back"),
    # The jobs.
    _spec("jobs.details", "enter", "details", "details", hint="details"),
    _spec("jobs.run", "t", "run", "run now", hint="run now"),
    _spec("jobs.cancel", "x", "cancel", "cancel", hint="cancel"),
    _spec("jobs.copy", "y", "copy", "copy server text", hint="copy server text"),
    _spec("jobs.notices", "n", "notices", "notifications", hint="notifications"),
    _spec("jobs.down", "j,down", "move(1)", "next"),
    _spec("jobs.up", "k,up", "move(-1)", "previous"),
    _spec("jobs.first", "g g,home", "edge(-1)", "first"),
    _spec("jobs.last", "G,end", "edge(1)", "last"),
    _spec("jobs.back", "q,escape", "back", "back", hint="back"),
    # The notifications.
    _spec("notices.go", "enter", "go", "go to message", hint="go to message"),
    _spec("notices.copy", "y", "copy", "copy the line to run, or the server's words", hint="copy"),
    _spec("notices.clear", "x", "clear", "clear what was read", hint="clear read"),
    _spec("notices.down", "j,down", "move(1)", "next"),
    _spec("notices.up", "k,up", "move(-1)", "previous"),
    _spec("notices.first", "g g,home", "edge(-1)", "newest"),
    _spec("notices.last", "G,end", "edge(1)", "oldest"),
    _spec("notices.back", "q,escape", "back", "back", hint="back"),
    # The sheet that says what is kept of a folder.
    _spec("keep.choose", "enter", "choose", "keep it so", hint="keep it so"),
    _spec("keep.shorter", "h,left", "days(-1)", "fewer days", hint="fewer days"),
    _spec("keep.longer", "l,right", "days(1)", "more days", hint="more days"),
    _spec("keep.down", "j,down", "move(1)", "next"),
    _spec("keep.up", "k,up", "move(-1)", "previous"),
    _spec("keep.close", "escape,q,o", "close", "close", hint="close"),
    _spec("shared.close", "escape", "close", "close", hint="close"),
    # The sign-in screen.
    _spec("sign_in.copy", "y", "copy", "copy the code or the page's address", hint="copy the code"),
    _spec("sign_in.browser", "o", "browser", "sign in with a browser", hint="browser here"),
    _spec("sign_in.paste", "p", "paste_address", "paste the last page's address", hint="paste URL"),
    _spec("sign_in.again", "n,r", "again", "new code, try again", hint="new code"),
    _spec("sign_in.go_on", "enter", "go_on", "go on", show=False),
    _spec("sign_in.back", "b,escape,q", "back", "back", hint="back"),
    # The set-up.
    _spec("setup.go_on", "enter", "go_on", "choose, go on"),
    _spec("setup.down", "j,down", "move(1)", "next"),
    _spec("setup.up", "k,up", "move(-1)", "previous"),
    *(
        _spec(f"setup.choice_{each}", str(each), f"choose({each})", f"choice {each}", show=False)
        for each in range(1, 6)
    ),
    _spec("setup.copy", "y", "copy", "copy what is shown for that"),
    _spec("setup.save", "s", "save", "save the mail to the administrator"),
    _spec("setup.retry", "r", "retry", "try again"),
    _spec("setup.browser", "o", "browser", "sign in with a browser"),
    _spec("setup.paste", "p", "paste_address", "paste the last page's address"),
    _spec("setup.code", "n", "code", "a new code"),
    _spec("setup.administrator", "a", "administrator", "the page wants an administrator"),
    _spec("setup.cloud", "c", "correct('APP')", "another cloud"),
    _spec("setup.app", "i", "correct('SIGN_IN')", "another client id"),
    _spec("setup.back", "b,escape", "back", "back"),
    _spec("setup.quit", "q", "leave", "leave, keep what works"),
    # The help screen.
    _spec("help.close", "escape,q,question_mark", "close", "close", hint="close"),
    _spec("help.down", "j,down", "scroll_rows(1)", "scroll down"),
    _spec("help.up", "k,up", "scroll_rows(-1)", "scroll up"),
)

# In the order of the hint row; what does not fit is left out from the right.
_HINT_ORDER: Final[dict[str, tuple[str, ...]]] = {
    "list": (
        "app.help", "mailbox.write", "mailbox.reply", "mailbox.reply_all", "mailbox.trash",
        "mailbox.archive", "mailbox.flag", "mailbox.unread", "mailbox.mark", "mailbox.undo",
        "mailbox.folders", "mailbox.layout",
    ),
    "marked": (
        "app.help", "mailbox.trash", "mailbox.archive", "mailbox.junk", "mailbox.flag",
        "mailbox.unread", "mailbox.mark", "mailbox.unmark",
    ),
    "empty": ("app.help", "mailbox.write", "mailbox.folders", "mailbox.undo"),
    "tree": ("app.help", "tree.open"),
    "composer": (
        "composer.help", "composer.send", "composer.editor", "composer.copies", "composer.next",
        "composer.close",
    ),
    "outbox": (
        "app.help", "outbox.back", "outbox.stop", "outbox.send", "outbox.edit", "outbox.discard",
    ),
    "jobs": (
        "app.help", "jobs.back", "jobs.details", "jobs.run", "jobs.cancel", "jobs.copy",
        "jobs.notices",
    ),
    "notices": (
        "app.help", "notices.back", "notices.go", "notices.copy", "notices.clear",
    ),
    "sign_in": (
        "app.help", "sign_in.copy", "sign_in.browser", "sign_in.paste", "sign_in.again",
        "sign_in.back",
    ),
    "reader": (
        "app.help", "reader.back", "mailbox.reply", "mailbox.reply_all", "mailbox.trash",
        "mailbox.archive", "reader.attachments", "mailbox.junk", "mailbox.flag", "mailbox.unread",
    ),
}  # fmt: skip
_ABOUT_MARKS: Final = ("app.help", "mailbox.mark", "mailbox.unmark")
"""Hints that are not about the messages that are marked."""
_BY_ID: Final = {spec.id: spec for spec in BINDINGS}

_SHOWN: Final = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "slash": "/",
    "colon": ":",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    "home": "Home",
    "end": "End",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
}

Hint = tuple[str, str]
"""A key as shown and the word behind it."""


def shown_key(key: str) -> str:
    """Return a key as people read it: `gg`, `^p`, `Tab`, `?`, `F6`."""
    if " " in key:
        return "".join(shown_key(part) for part in key.split(" "))
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    if key.startswith("shift+"):
        return "shift+" + shown_key(key.removeprefix("shift+"))
    if len(key) > 1 and key[0] == "f" and key[1:].isdecimal():
        return key.upper()
    return _SHOWN.get(key, key)


def bindings_for(scope: str, *, priority: bool = False) -> list[BindingType]:
    """Return the Textual bindings of one place, for its `BINDINGS`.

    Args:
        scope: The place.
        priority: They come before those of a field with the focus.
    """
    return [
        Binding(
            ",".join(spec.keys),
            spec.action,
            spec.description,
            show=False,
            priority=priority,
            id=spec.id,
        )
        for spec in BINDINGS
        if spec.scope == scope
    ]


class Keys:
    """The table with the user's own keys laid over it.

    Args:
        overrides: `[keys]` of the settings: binding id to keys, separated by commas.
    """

    def __init__(self, overrides: dict[str, str] | None = None) -> None:
        self._overrides = overrides or {}

    def shown(self, id_: str) -> str:
        """Return the first key of a binding as people read it."""
        return shown_key(self.keys(_BY_ID[id_])[0])

    def keys(self, spec: BindingSpec) -> tuple[str, ...]:
        """Return the keys of a binding now."""
        own = self._overrides.get(spec.id)
        return tuple(key.strip() for key in own.split(",")) if own else spec.keys

    def problem(self) -> str:
        """Return what is wrong with the user's keys, in one sentence; empty when nothing is."""
        unknown = sorted(set(self._overrides) - set(_BY_ID))
        if unknown:
            return f"[keys]: {unknown[0]} is unknown."
        for own in self._overrides:
            wanted = set(self.keys(_BY_ID[own]))
            for spec in BINDINGS:
                if spec.id != own and spec.scope == _BY_ID[own].scope:
                    shared = wanted & set(self.keys(spec))
                    if shared:
                        return f"[keys]: {shown_key(min(shared))} of {own} hides {spec.id}."
        return ""

    def hints(
        self, place: str, *, without: Collection[str] = (), count: int | None = None
    ) -> list[Hint]:
        """Return the hints of a place, in the order of the hint row.

        Args:
            place: A key of the table of places.
            without: Ids of bindings that make no sense now.
            count: How many messages are marked, said of what is done to them.
        """
        ids = [id_ for id_ in _HINT_ORDER[place] if id_ not in without]
        hints = [(self.shown(id_), self._hint(id_, count)) for id_ in ids]
        if place == "tree":
            fold = f"{self.shown('tree.fold')} {self.shown('tree.unfold')}"
            jump = f"{self.shown('mailbox.next_folder')} {self.shown('mailbox.previous_folder')}"
            hints += [
                (fold, "fold"),
                (jump, "next/prev unread"),
                (self.shown("mailbox.back"), "back"),
                (self.shown("tree.keep"), "keep offline"),
            ]
        if place == "reader":
            hints.append((f"{self.shown('reader.down')} {self.shown('reader.up')}", "scroll"))
            move = f"{self.shown('reader.next')} {self.shown('reader.previous')}"
            hints.append((move, "next/prev message"))
        return hints

    def _hint(self, id_: str, count: int | None) -> str:
        word = _BY_ID[id_].hint
        return word if count is None or id_ in _ABOUT_MARKS else f"{word} {number(count)}"

    def described(self, scopes: Sequence[str]) -> list[tuple[str, str]]:
        """Return (keys, description) of every listed binding of the scopes, for the help screen."""
        return [
            (" ".join(shown_key(key) for key in self.keys(spec)[:2]), spec.description)
            for scope in scopes
            for spec in BINDINGS
            if spec.scope == scope and spec.show
        ]
