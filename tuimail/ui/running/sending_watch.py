"""Counts down in the last row what is about to be sent, with the ways to stop or hurry it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.timer import Timer

from tuimail.errors import StoreError
from tuimail.model.notice import Severity
from tuimail.ui.shell import Shell
from tuimail.ui.widgets.bottom_bar import BottomBar

if TYPE_CHECKING:
    from tuimail.ui.writing.sending import Sending


class SendingWatch:
    """The newest message in its undo time; older ones go on counting in the outbox.

    Args:
        app: Whose store and clock it uses.
        bars: Returns the last rows it is to be shown in now.
    """

    def __init__(self, app: App[None], bars: Callable[[], Iterable[BottomBar]]) -> None:
        self._app = app
        self._bars = bars
        self._sending: Sending | None = None
        self._timer: Timer | None = None
        self._said = False

    @property
    def _shell(self) -> Shell:
        return cast("Shell", self._app)

    @property
    def active(self) -> bool:
        """Whether something can still be taken back."""
        return self._sending is not None

    def start(self, sending: Sending) -> None:
        """Begin to count."""
        self._end()
        self._sending, self._said = sending, False
        if sending.seconds_left(self._shell.now()) > 0:
            self._timer = self._app.set_interval(1.0, self._tick)
            self._tick()
        else:
            self._end()

    def _tick(self) -> None:
        sending = self._sending
        if sending is None:
            return
        left = sending.seconds_left(self._shell.now())
        if left <= 0:
            self._end()
            return
        if self._shell.settings.accessible and self._said:
            return  # one announcement: every change would be read out
        self._said = True
        keys = self._shell.keys
        offered = [
            (keys.shown("mailbox.undo"), "undo"),
            (keys.shown("mailbox.send_now"), "send now"),
        ]
        for bar in self._bars():
            bar.countdown(f"Sending in {left} s", f" to {sending.people}", offered)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._sending is not None:
            self._sending = None
            for bar in self._bars():
                bar.clear()

    async def undo(self) -> bool:
        """Bring the composer back as it was; return whether there was something to stop."""
        from tuimail.ui.writing.sending import cancel, take_back  # noqa: PLC0415 - not for the first frame

        sending = self._sending
        if sending is None:
            return False
        self._end()
        try:
            if sending.draft is None:
                await cancel(self._shell, sending.outbox_id)
                self._shell.tell("Taken back: nothing is sent.")
                return True
            draft = await take_back(self._shell, sending.outbox_id, sending.draft, sending.others)
        except StoreError as error:
            self._shell.tell(error.message, Severity.WARNING)
            return True
        self._shell.open_composer(draft)
        return True

    async def hurry(self) -> None:
        """Send now."""
        from tuimail.ui.writing.sending import send_now  # noqa: PLC0415 - as above

        sending = self._sending
        if sending is None:
            return
        self._end()
        try:
            await send_now(self._shell, sending.outbox_id, *sending.others)
        except StoreError as error:
            self._shell.tell(error.message, Severity.WARNING)
