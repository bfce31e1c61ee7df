"""How the reader follows the list, and how a conversation is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tuimail.model.folder import FolderRole
from tuimail.model.message import MessageKey
from tuimail.ui.arrangement import Layout
from tuimail.ui.later import later
from tuimail.ui.messages import CursorMoved
from tuimail.ui.screens.mailbox_deeds import MailboxDeeds
from tuimail.ui.screens.mailbox_panes import Reads
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox_bars import MailboxBars
    from tuimail.ui.screens.mailbox_writing import MailboxWriting
    from tuimail.ui.widgets.message_pane import MessagePane

# A held key moves the cursor faster than a text can be read; the reader follows when it rests.
_PREVIEW_SECONDS = 0.06


class MailboxReading(MailboxDeeds):
    """The message at the cursor, read beside the list or in its place; or its conversation."""

    bars: MailboxBars
    writing: MailboxWriting

    def __init__(self) -> None:
        super().__init__()
        self._preview: Timer | None = None

    def rearrange(self) -> None:
        """Arrange the panes after a resize, or after something was opened or closed."""
        self.place_panes()
        beside = self.layout_now is not Layout.ONE
        if self.shows_reader and beside and self.reads is Reads.MESSAGE:
            self.show_at_cursor()
        self.bars.refresh()

    # -- what is read --------------------------------------------------------------------------

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Let the reader beside the list follow when the cursor rests."""
        self.bars.say_row()
        if self._preview is not None:
            self._preview.stop()
        if self.reads is not Reads.MESSAGE:
            if not event.by_user or self.focused is not self.message_list:
                return
            self.stop_reading()
            self.rearrange()
        if self.shows_reader:
            show = partial(self.show_at_cursor, dwell=event.by_user)
            self._preview = later(self, _PREVIEW_SECONDS, show)

    def action_open_message(self, key: MessageKey) -> None:
        """Read it, or its conversation where the row stands for one, or go on writing it."""
        read = shell(self).store.read
        draft_id = read.draft_shown_as(key)
        draft = None if draft_id is None else read.draft(draft_id)
        if draft is not None:
            shell(self).open_composer(draft)
            return
        if self._is_draft(key):
            self.writing.go_on(key)
            return
        row = self.message_list.row
        if row is None or not row.is_folded or not self._read_conversation(key):
            self._read_message()

    def _is_draft(self, key: MessageKey) -> bool:
        """Whether it is a draft of another program's, or of another computer's."""
        read = shell(self).store.read
        row = read.summary(key)
        folder = None if row is None else read.folder(row.folder_id)
        return folder is not None and folder.role is FolderRole.DRAFTS

    def _read_message(self) -> None:
        """Read the message at the cursor of the list, with the keys in it."""
        self.reading, self.reads = True, Reads.MESSAGE
        self.rearrange()
        self.show_at_cursor(dwell=True)
        self.set_focus(self.reader)

    def _read_conversation(self, key: MessageKey) -> bool:
        """Read the conversation of a message; return whether it has one."""
        if not self.conversation.open(key):
            return False
        self.reading = True
        self.back_to_conversation()
        return True

    def back_to_conversation(self) -> None:
        """Go on in the conversation where it was left."""
        self.reads = Reads.CONVERSATION
        self.rearrange()
        self.set_focus(self.conversation)
        self.dwelling.moved(by_user=True)

    def action_conversation(self) -> None:
        """Read the whole conversation of the message at hand."""
        row = self.at_hand
        if row is None:
            return
        if len(shell(self).store.read.thread(row.key)) < 2:
            self.bottom.show_event("This message has no conversation.")
        else:
            self._read_conversation(row.key)

    def action_read_alone(self) -> None:
        """Read the message at the cursor of the conversation by itself."""
        row = self.conversation.current
        if row is not None:
            self.reads = Reads.ALONE
            self.rearrange()
            self.reader.show(row.key)
            self.set_focus(self.reader)
            self.dwelling.start(row.key)

    def action_source(self) -> None:
        """Show the source of the message that is read."""
        row = self.at_hand
        message = shell(self).store.read.message(row.key) if row is not None else None
        if message is None:
            shell(self).tell("There is no message.")
        else:
            from tuimail.ui.screens.source import SourceScreen  # noqa: PLC0415 - not for the first frame

            self.app.push_screen(SourceScreen(message))

    def action_zoom(self) -> None:
        """Give the reader all the room between the bars, or give it back."""
        if not self.zoomed and len(self.pane_order()) == 1 and self.reading:
            self.bottom.show_event("It has the whole screen already.")
            return
        self.zoomed = not self.zoomed
        self.reading = self.reading or self.zoomed
        self.tree_open = self.tree_open and not self.zoomed
        self.rearrange()
        self.set_focus(self.reading_pane)

    def show_at_cursor(self, *, dwell: bool = False) -> None:
        """Read the message at the cursor.

        Args:
            dwell: It counts as read after some seconds: somebody went there. What comes under
                the cursor by itself does not.
        """
        row = self.message_list.cursor
        key = row.key if row is not None else None
        if key != self.reader.key or (dwell and self.reader.is_given_up):
            self.reader.show(key)
            self.dwelling.stop()
        if dwell:
            self.dwelling.start(key)
        self.bars.refresh()

    async def action_next_message(self, by: int) -> None:
        """Read the message below or above in the list."""
        self.message_list.action_move(by)
        self._read_on()

    def action_next_unread(self) -> None:
        """Go to the next unread message, and read it if one is being read."""
        if self.in_conversation and self.conversation.next_unread():
            return
        if not self.message_list.next_unread():
            self.bottom.show_event("No unread messages here.")
        elif self.focused_reader is not None:
            self._read_on()

    def _read_on(self) -> None:
        """Read what has come to the cursor of the list, as it was read before."""
        row = self.message_list.row
        in_conversation = self.reads is Reads.CONVERSATION
        has_thread = row is not None and (row.below or row.count > 1)
        if row is not None and in_conversation and has_thread:
            self._read_conversation(row.message.key)
        elif self.reads is Reads.MESSAGE:
            self.show_at_cursor(dwell=True)
        else:
            self._read_message()

    def deed_done(self) -> None:
        """Read what has come under the cursor, if a message was being read."""
        if self.reading and self.reads is Reads.MESSAGE:
            self.show_at_cursor()

    def on_message_pane_text_shown(self, event: MessagePane.TextShown) -> None:
        """The text is there: from now on it is read."""
        event.stop()
        self.dwelling.go_on()
