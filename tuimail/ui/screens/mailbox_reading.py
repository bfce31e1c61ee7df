"""How the reader follows the list, and when what it shows counts as read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tuimail.model.message import MessageKey
from tuimail.ui import deeds
from tuimail.ui.messages import CursorMoved, MessageOpened
from tuimail.ui.screens.mailbox_deeds import MailboxDeeds
from tuimail.ui.screens.source import SourceScreen
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox_bars import MailboxBars

# A held key moves the cursor faster than a text can be read; the reader follows when it rests.
_PREVIEW_SECONDS = 0.06


class MailboxReading(MailboxDeeds):
    """The message at the cursor, read beside the list or in its place."""

    bars: MailboxBars

    def __init__(self) -> None:
        super().__init__()
        self._preview: Timer | None = None
        self._dwell: Timer | None = None

    def rearrange(self) -> None:
        """Arrange the panes again."""
        raise NotImplementedError

    def action_source(self) -> None:
        """Show the source of the message that is read."""
        message = self.reader.message
        if message is None:
            shell(self).tell("There is no message.")
        else:
            self.app.push_screen(SourceScreen(message))

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Let the reader beside the list follow when the cursor rests."""
        self.bars.say_row()
        if self._preview is not None:
            self._preview.stop()
        if self.reader.display:
            show = partial(self.show_at_cursor, dwell=event.by_user)
            self._preview = self.set_timer(_PREVIEW_SECONDS, show)

    def on_message_opened(self, event: MessageOpened) -> None:
        """Read it, or go on writing it."""
        read = shell(self).store.read
        draft_id = read.draft_shown_as(event.key)
        draft = None if draft_id is None else read.draft(draft_id)
        if draft is not None:
            shell(self).open_composer(draft)
            return
        self.reading = True
        self.rearrange()
        self.show_at_cursor(dwell=True)
        self.reader.focus()

    def show_at_cursor(self, *, dwell: bool = False) -> None:
        """Read the message at the cursor.

        Args:
            dwell: It counts as read after some seconds: somebody went there. What comes under
                the cursor by itself does not.
        """
        row = self.message_list.cursor
        key = row.key if row is not None else None
        if key != self.reader.key:
            self.reader.show(key)
            self.stop_dwelling()
        if dwell:
            self._start_dwell(key)
        self.bars.refresh()

    def _start_dwell(self, key: MessageKey | None) -> None:
        self.stop_dwelling()
        row, after = self.message_list.cursor, shell(self).settings.reader.mark_read_after
        if key is None or row is None or row.flags.is_seen or after == "off":
            return
        if after == 0:
            self.run_worker(self.dwelt(key))
        else:
            self._dwell = self.set_timer(after, lambda: self.run_worker(self.dwelt(key)))

    def stop_dwelling(self) -> None:
        """Let what is read not count as read by itself any more."""
        if self._dwell is not None:
            self._dwell.stop()
            self._dwell = None

    async def action_next_message(self, by: int) -> None:
        """Read the message below or above in the list."""
        self.message_list.action_move(by)
        self.show_at_cursor(dwell=True)

    async def dwelt(self, key: MessageKey) -> None:
        """Mark a message read that has been on the screen long enough."""
        row = shell(self).store.read.summary(key)
        shown = self.reader.display and self.reader.key == key and self.app.screen is self
        if row is not None and shown and not row.flags.is_seen:
            await self.deeds.do(deeds.mark_read(row), remember=False)

    def action_next_unread(self) -> None:
        """Go to the next unread message, and read it if one is being read."""
        if not self.message_list.next_unread():
            self.bottom.show_event("No unread messages here.")
        elif self.focused is self.reader:
            self.show_at_cursor(dwell=True)

    def deed_done(self) -> None:
        """Read what has come under the cursor, if a message was being read."""
        if self.reading:
            self.show_at_cursor()
