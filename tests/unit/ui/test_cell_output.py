"""What passes between Textual and the terminal: frames reduced, all else as it is."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tuimail.ui.display.output import CellOutput
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.writer import Abilities

_FRAME = "\x1b[1;1Hone  \n\x1b[2;1Htwo  \x1b[1;1H"
_WHOLE = "\x1b[1Hone  \x1b[2Htwo  \x1b[1H"
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Application:
    def __init__(self) -> None:
        self.painted: Painted | None = Painted(Abilities())
        self.size = Size(5, 2)
        self.failures: list[Exception] = []
        self.written: list[str] = []
        self.output = CellOutput(self, self.written.append)

    def painting_failed(self, error: Exception) -> None:
        self.failures.append(error)

    def write(self, *pieces: str) -> list[str]:
        """Write, and return what came of it."""
        self.written.clear()
        for each in pieces:
            self.output.write(each)
        return list(self.written)


@pytest.fixture
def application() -> Application:
    return Application()


def test_a_frame_and_its_synchronised_update_are_one_write(application: Application) -> None:
    assert application.write(_BEGIN, _FRAME, _END) == [_BEGIN + _WHOLE + _END]
    assert application.write(_BEGIN, _FRAME, _END) == []
    assert application.write(_FRAME.replace("two", "ten")) == ["\x1b[2;2Hen\x1b[1H"]


@pytest.mark.parametrize("harmless", ["\x07", "\x1b[?25l", "\x1b]2;title\x1b\\", "\x1b[?2026$p"])
def test_what_changes_no_cell_passes_and_nothing_is_forgotten(
    application: Application, harmless: str
) -> None:
    application.write(_FRAME)
    assert application.write(harmless, _FRAME) == [harmless]


@pytest.mark.parametrize("other", ["\x1b[?1049h", "\x1b[2J", "words", "\x1b[1;1Hno\x1b[Kframe"])
def test_what_may_change_cells_passes_and_the_next_frame_is_whole(
    application: Application, other: str
) -> None:
    """Turned red by not forgetting in `CellOutput.write` and `_write_frame`."""
    application.write(_FRAME)
    assert application.write(other, _FRAME) == [other, _WHOLE]


def test_a_defect_in_comparing_ends_it_and_the_screen_goes_on(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(Painted, "update", fail)
    assert application.write(_BEGIN, _FRAME, _END) == [_BEGIN + _FRAME + _END, _END]
    assert [type(error) for error in application.failures] == [ZeroDivisionError]
    assert application.painted is None
    assert application.write(_BEGIN, _FRAME, _END) == [_BEGIN, _FRAME, _END]


def test_without_comparing_everything_is_written_as_it_is(application: Application) -> None:
    application.painted = None
    pieces = [_BEGIN, _FRAME, _END, "\x07"]
    assert application.write(*pieces) == pieces
