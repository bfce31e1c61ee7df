"""Between Textual and the terminal: frames go through `Painted`, all else as it is.

Pictures come and go with frames (`pictures`).

Everything Textual writes goes through `Driver.write`, a public method of a class the application
may choose, so no private name of Textual is relied on. That frames look as they do is not promised
either: what cannot be read is written as it is, and the next frame whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from textual.geometry import Size

from tuimail.ui.display.frame import is_frame
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.pictures import Place, Placed
from tuimail.ui.display.widths import Unreadable

_BEGIN: Final = "\x1b[?2026h"
_END: Final = "\x1b[?2026l"
_OTHER_SCREEN: Final = "\x1b[?1049"
_HARMLESS: Final = re.compile(
    r"(?:\x1b\[[<>=?][0-9;]*\$?[a-z]|\x1b\[[0-9;]* ?[nqt]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x07"
    # To tmux, which hands on what is wrapped with each escape twice, and to GNU screen.
    r"|\x1bPtmux;(?:[^\x1b]|\x1b\x1b)*\x1b\\|\x1bP\x1b?[^\x1b]*\x1b\\)*"
)
"""Modes, questions, titles, the bell: they change no cell."""


class Painting(Protocol):
    """The application, as far as its frames are concerned.

    Attributes:
        painted: What the terminal shows; None to write what Textual writes.
    """

    painted: Painted | None

    @property
    def picture(self) -> Place | None:
        """The picture that is to be seen now."""

    @property
    def size(self) -> Size:
        """Columns and rows of the frames."""

    def painting_failed(self, error: Exception) -> None:
        """There is a defect in how frames are compared; from now on they are not."""


class CellOutput:
    """Writes what Textual writes, or less to the same effect.

    Args:
        application: Whose frames these are.
        write: Writes to the terminal.
    """

    def __init__(self, application: Painting, write: Callable[[str], None]) -> None:
        self._application = application
        self._write = write
        self._synchronised = False
        self._placed = Placed()

    def write(self, data: str) -> None:
        """Write something; frames on the thread of the screen alone."""
        painted = self._application.painted
        if _OTHER_SCREEN in data:
            self._write(self._placed.remove() + data)
            if painted is not None:
                painted.forget()
        elif painted is None:
            self._write(self._placed.remove() + data)
        elif data in (_BEGIN, _END):
            # Written together with the frame, and not at all where that is empty.
            self._synchronised = data == _BEGIN
        elif is_frame(data):
            self._write_frame(painted, data)
        else:
            if not _HARMLESS.fullmatch(data):
                painted.forget()
            self._write(data)

    def _write_frame(self, painted: Painted, data: str) -> None:
        width, height = self._application.size
        wanted, before = self._application.picture, self._placed.place
        removed = self._removed(painted) if before != wanted else ""
        try:
            octets = painted.update(data, width, height, scrolls=before is None and wanted is None)
        except Unreadable:
            painted.forget()
            octets = data
        except Exception as error:  # noqa: BLE001 - the screen goes on as Textual paints it
            self._application.painted, octets = None, data
            removed += self._placed.remove()
            wanted = None
            self._application.painting_failed(error)
        octets = removed + octets
        if octets and self._synchronised:
            octets = f"{_BEGIN}{octets}{_END}"
        if wanted is not None:
            octets += self._placed.draw(wanted, painted.written)
        if octets:
            self._write(octets)

    def _removed(self, painted: Painted) -> str:
        """Return what takes away the picture that is there, if there is one."""
        place = self._placed.place
        if place is not None:
            columns = range(place.column, place.column + place.picture.columns)
            painted.erased(range(place.row, place.end), columns)
        return self._placed.remove()
