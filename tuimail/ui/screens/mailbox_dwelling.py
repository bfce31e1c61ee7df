"""When a message counts as read: once its text was on the screen for long enough."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tuimail.model.message import MessageKey
from tuimail.ui import deeds
from tuimail.ui.later import later
from tuimail.ui.screens.mailbox_panes import Reads
from tuimail.ui.shell import shell
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen


class MailboxDwelling:
    """Counts the seconds for one message, from when its text is there until another is gone to.

    Args:
        screen: Where it is read.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen
        self._key: MessageKey | None = None
        self._timer: Timer | None = None

    def start(self, key: MessageKey | None) -> None:
        """Somebody went to a message; None for none."""
        self.stop()
        self._key = key
        self.go_on()

    def stop(self) -> None:
        """Let what is read not count as read by itself any more."""
        self._key = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def go_on(self) -> None:
        """Count from now on, if the text is there."""
        screen, key = self._screen, self._key
        after = shell(screen).settings.reader.mark_read_after
        if key is None or self._timer is not None or after == "off" or self._in_front != key:
            return
        row = shell(screen).store.read.summary(key)
        if row is None or row.flags.is_seen:
            return
        if after == 0:
            begin(screen, partial(self._mark, key))
        else:
            self._timer = later(screen, after, lambda: begin(screen, partial(self._mark, key)))

    def moved(self, *, by_user: bool) -> None:
        """The cursor of the conversation is somewhere, or what is below it has changed."""
        row = self._screen.conversation.current
        if self._screen.reads is not Reads.CONVERSATION or row is None:
            return
        if by_user and row.key != self._key:
            self.start(row.key)
        else:
            self.go_on()

    @property
    def _in_front(self) -> MessageKey | None:
        """The message whose text somebody sees now."""
        screen = self._screen
        if not screen.reading_pane.display:
            return None
        if screen.reads is Reads.CONVERSATION:
            row = screen.conversation.current
            return row.key if row is not None and screen.conversation.is_open else None
        return screen.reader.key if screen.reader.reading is not None else None

    async def _mark(self, key: MessageKey) -> None:
        """Mark a message read that has been on the screen long enough."""
        self._timer = None
        screen = self._screen
        if self._key != key or self._in_front != key:
            return
        if screen.app.screen is not screen:
            self.go_on()  # a sheet stands over it, perhaps for a moment
            return
        row = shell(screen).store.read.summary(key)
        if row is not None and not row.flags.is_seen:
            await screen.deeds.do(deeds.mark_read(row), remember=False)
