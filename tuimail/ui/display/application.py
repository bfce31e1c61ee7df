"""An application whose frames are compared with what the terminal shows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.timer import Timer, TimerCallback

from tuimail.ui.display.driver import CellDriver
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.pictures import PictureSource, Place
from tuimail.ui.display.writer import NOTHING_BUT_TEXT, abilities_of
from tuimail.ui.later import later, never_skipping

_SETTLED: Final = 0.05
"""Seconds without another change of the size after which everything is painted once more."""
_log = logging.getLogger(__name__)


def choose_painted(setting: str, environ: Mapping[str, str]) -> Painted | None:
    """Return what frames are compared with for `display = "auto" | "diff" | "stock"`.

    `auto` compares on terminals that are known. None: Textual's own frames are written.
    """
    abilities = abilities_of(environ)
    if setting == "stock" or (setting == "auto" and abilities is None):
        return None
    return Painted(abilities or NOTHING_BUT_TEXT)


class CellApp(App[None]):
    """An application with `display`.

    Attributes:
        painted: What the terminal shows; None to write what Textual writes.
        hyperlinks: The terminal is given the targets of links (OSC 8).
    """

    painted: Painted | None = None
    hyperlinks = False
    _display_setting: str = "stock"
    _settling: Timer | None = None
    _picture_source: PictureSource | None = None

    @property
    def picture(self) -> Place | None:
        """The picture that is to be seen now."""
        return None if self._picture_source is None else self._picture_source.place

    def show_picture_of(self, source: PictureSource | None) -> None:
        """Let a widget show a picture from the next frame on, or nobody."""
        self._picture_source = source

    def key_arrived(self) -> None:
        """Hear of a key before it is handled, on the thread that reads the terminal."""

    def get_driver_class(self) -> type[Driver]:
        """Choose the driver that leaves out what the terminal shows already."""
        driver = super().get_driver_class()
        return CellDriver if driver is LinuxDriver else driver

    def painting_failed(self, error: Exception) -> None:
        """Go on with Textual's own frames: there is a defect in how they are compared."""
        _log.error("frames are not compared any more: %s", type(error).__name__)
        self._refresh_all()

    def use_display(self, setting: str, environ: Mapping[str, str]) -> None:
        """Compare frames or not; see `choose_painted`."""
        if setting != self._display_setting:
            self._display_setting = setting
            self.painted = choose_painted(setting, environ)
            self._refresh_all()

    def paint_afresh(self) -> None:
        """Write the whole screen, whatever the terminal shows."""
        if self.painted is not None:
            self.painted.forget()
        self._refresh_all()

    def action_paint_afresh(self) -> None:
        """Another program wrote over the screen."""
        self.paint_afresh()

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Do as Textual does, which takes another size only when such a timer is over."""
        return never_skipping(super().set_timer(delay, callback, name=name, pause=pause))

    async def on_event(self, event: events.Event) -> None:
        """Notice that the terminal may show something else than was written.

        It has another size, or had one for a moment; tuimail was stopped, or the editor was there,
        after which Textual tells the size anew; or the window was out of sight.
        """
        if self.painted is not None and isinstance(event, (events.Resize, events.AppFocus)):
            self.painted.forget()
            if self._settling is not None:
                self._settling.stop()
            self._settling = later(self, _SETTLED, self._settle)
        await super().on_event(event)

    def _settle(self) -> None:
        self._settling = None
        self._refresh_all()

    def _refresh_all(self) -> None:
        if self.screen_stack:  # at the very end there is none
            self.screen.refresh()
