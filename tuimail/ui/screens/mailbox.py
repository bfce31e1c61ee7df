"""The main screen: folders, the list of messages, the reader, and the two bars.

It reads the store, inserts intents, and tells the engine where the user looks. Everything it shows
comes from the store; when the connection goes, nothing on it changes but the words of the state.

What has a state or a subject of its own is an object the screen has: the two bars and the words of
an empty list (`bars`), what is done to messages and undone (`deeds`), when they count as read
(`dwelling`); `order`, `limit`, `search` and `marking` of the list; what is done to `folders`, and
`picking` one; `writing`, `export`; what the command line says with words (`commands`). The rest is
a chain of classes, each of which builds on those before:

    mailbox_panes     the widgets and how they share the screen
    mailbox_deeds     what keys do to the messages chosen, and what those are
    mailbox_reading   what is read, beside the list or in its place
    mailbox_places    which folder or view is listed
    mailbox_keys      the keys of all those objects
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tuimail.model.changes import ChangeSet
from tuimail.ui.bindings import bindings_for
from tuimail.ui.keys.scopes import Parameters
from tuimail.ui.messages import CommandsWanted, ListChanged
from tuimail.ui.screens.later import load_readers
from tuimail.ui.screens.mailbox_bars import MailboxBars
from tuimail.ui.screens.mailbox_commands import MailboxCommands
from tuimail.ui.screens.mailbox_dwelling import MailboxDwelling
from tuimail.ui.screens.mailbox_export import MailboxExport
from tuimail.ui.screens.mailbox_folders import MailboxFolders
from tuimail.ui.screens.mailbox_keys import MailboxKeys
from tuimail.ui.screens.mailbox_limit import MailboxLimit
from tuimail.ui.screens.mailbox_marking import MailboxMarking
from tuimail.ui.screens.mailbox_order import MailboxOrder
from tuimail.ui.screens.mailbox_panes import Reads
from tuimail.ui.screens.mailbox_picking import MailboxPicking
from tuimail.ui.screens.mailbox_search import MailboxSearch
from tuimail.ui.screens.mailbox_writing import MailboxWriting
from tuimail.ui.shell import shell
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.widgets.body_view import BodyView
    from tuimail.ui.widgets.conversation_pane import ConversationPane
    from tuimail.ui.widgets.message_view import MessageView


class MailboxScreen(MailboxKeys):
    """Folders, list and reader, arranged by the size of the terminal."""

    BINDINGS = bindings_for("mailbox")

    def __init__(self) -> None:
        super().__init__()
        self.bars = MailboxBars(self)
        self.dwelling = MailboxDwelling(self)
        self.order = MailboxOrder(self)
        self.limit = MailboxLimit(self)
        self.search = MailboxSearch(self)
        self.marking = MailboxMarking(self)
        self.folders = MailboxFolders(self)
        self.picking = MailboxPicking(self)
        self.writing = MailboxWriting(self)
        self.export = MailboxExport(self)
        self.commands = MailboxCommands(self)

    def on_mount(self) -> None:
        """Show the last folder straight from the store."""
        app = shell(self)
        app.signal_status.subscribe(self, self._status_changed)
        self.message_list.tinted = app.tints_cursor
        self.restore_layouts()
        self.deeds.read_journal()
        self.folder_tree.reload()
        self.place_panes()
        self.open_first_folder()
        self.bars.refresh()
        self.call_after_refresh(begin, self, self._bring_readers)

    async def _bring_readers(self) -> None:
        await asyncio.to_thread(load_readers)
        self.bring_readers()
        self.rearrange()

    def settings_changed(self) -> None:
        """Arrange and paint as the settings say now."""
        self.message_list.tinted = shell(self).tints_cursor
        for pane in self._readers or ():
            pane.settings_changed()
        self.follow_choice()
        self.rearrange()

    def why_not(self, action: str, parameters: Parameters) -> str:
        """Return why an action makes no sense now; empty when it can be done."""
        from tuimail.ui.screens import mailbox_reasons  # noqa: PLC0415 - not for the first frame

        return mailbox_reasons.why_not(self, action, parameters)

    def take_following(self, count: int) -> str:
        """Mark so many messages from the cursor on, for the action that follows."""
        if self.focused is not self.message_list:
            return "A number of messages is counted in the list."
        if self.message_list.marked:
            return f"Some are marked: {shell(self).keys.shown('mailbox.unmark')} unmarks them."
        self.message_list.mark_following(count)
        return ""

    def on_message_view_position_changed(self, event: MessageView.PositionChanged) -> None:
        """Show how far the text is read."""
        event.stop()
        self.bars.refresh_hints()

    def on_conversation_pane_moved(self, event: ConversationPane.Moved) -> None:
        """Say where the cursor of the conversation is, and let what is read there count as read."""
        event.stop()
        self.dwelling.moved(by_user=event.by_user)
        self.bars.refresh()

    def on_conversation_pane_emptied(self, event: ConversationPane.Emptied) -> None:
        """Go back to the list."""
        event.stop()
        if self.reads is not Reads.MESSAGE:
            self.leave_for_list()

    def on_body_view_scrolled(self, event: BodyView.Scrolled) -> None:
        """Of the conversation; the reader tells of its own."""
        event.stop()
        self.bars.refresh_hints()

    def on_commands_wanted(self, event: CommandsWanted) -> None:
        """Offer what can be done with the message at the cursor."""
        from tuimail.ui.screens.row_commands import offer_commands  # noqa: PLC0415 - not for the first frame

        event.stop()
        message = self.message_list.cursor
        if message is not None:
            offer_commands(self, message)

    def on_list_changed(self, event: ListChanged) -> None:
        """Counts, marks or emptiness changed."""
        event.stop()
        self.bars.refresh()

    # -- panes ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Arrange the panes for the new size; the first one was known before."""
        if (self.room.width, self.room.height) != self.app.size:
            self.rearrange()

    def on_descendant_focus(self) -> None:
        """The hints belong to the pane with the focus."""
        self.bars.refresh()

    def action_layout(self) -> None:
        """Go to the next layout that fits."""
        self.choose_layout()
        self.rearrange()

    def action_split(self, by: int) -> None:
        """Move the line between list and reader."""
        if not self.move_split(by):
            key = shell(self).keys.shown("mailbox.layout")
            self.bottom.show_event(f"There is no line to move: {key} shows list and reader.")

    def action_pane(self, step: int) -> None:
        """Move the focus to the next pane."""
        panes = self.pane_order()
        if self.focused in panes:
            at = panes.index(self.focused) + step
            if at < 0 and not self.tree_is_permanent:
                self.action_folders()
            elif at < len(panes):
                self.set_focus(panes[max(0, at)])
            elif self.tree_open and not self.tree_is_permanent:
                self._close_tree()

    def action_folders(self) -> None:
        """Show the folders and go there."""
        self.tree_open = True
        self.rearrange()
        self.set_focus(self.folder_tree)

    async def action_back(self) -> None:
        """Go left: out of the reader, the folders, the search, the limit, out of tuimail."""
        if self.focused is self.folder_tree:
            self._close_tree()
        elif self.reads is Reads.ALONE:
            self.back_to_conversation()
        elif self.reading or self.focused_reader is not None:
            self.stop_reading()
            self.dwelling.stop()
            self.rearrange()
            self.set_focus(self.message_list)
        elif not self.search.leave() and not self.limit.take_back():
            await self.run_action("app.leave")

    def _close_tree(self) -> None:
        self.tree_open = False
        self.rearrange()
        self.set_focus(self.message_list if self.message_list.display else self.reading_pane)

    def action_clear(self) -> None:
        """Close the folders, forget the marks, leave the search, show all, or hide the banner.

        The first of these that can be done.
        """
        if self.focused is self.folder_tree:
            self._close_tree()
        elif self.message_list.marked:
            self.message_list.unmark()
        elif self.search.active:
            self.search.leave()
        elif not self.limit.take_back() and self.banner.hide():
            self.rearrange()

    def action_jobs(self) -> None:
        """Show what the engine does and what waits."""
        from tuimail.ui.screens.jobs import JobsScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(JobsScreen(), self.go_to_message)

    def action_notices(self) -> None:
        """Show what was told."""
        from tuimail.ui.screens.notices import NoticesScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(NoticesScreen(), self.go_to_message)

    # -- what changes from outside -------------------------------------------------------------

    def apply_changes(self, changes: ChangeSet) -> None:
        """Show what commits changed, at once: the next key already acts on it."""
        if changes.intents:
            self.deeds.read_journal()
        self.folder_tree.apply(changes)
        if self.place is None and (changes.folders or changes.lists):
            self.open_first_folder()
        self.message_list.apply(changes)
        if self.message_list.folder in changes.folders:
            self.follow_choice()
        self.export.store_changed(changes)
        self.bars.refresh()

    def _status_changed(self, _: None) -> None:
        self.bars.refresh()

    def remember_place(self) -> None:
        """Remember where the cursor is, for the next start."""
        self.keep_cursor()
