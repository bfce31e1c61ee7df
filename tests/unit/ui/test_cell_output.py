"""What passes between Textual and the terminal: frames reduced, all else as it is."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tuimail.ui.display.output import CellOutput
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.pictures import Picture, Place
from tuimail.ui.display.writer import Abilities

_FRAME = "\x1b[1;1Hone  \n\x1b[2;1Htwo  \x1b[1;1H"
_WHOLE = "\x1b[1Hone  \x1b[2Htwo  \x1b[1H"
_PICTURE = Place(Picture(2, 1, "<draw>", "<remove>"), row=1, column=3)
_DRAWN = "\x1b7\x1b[2;4H<draw>\x1b8"
_REMOVED = "<remove>\x1b[0m\x1b[2;4H  "
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Application:
    def __init__(self) -> None:
        self.painted: Painted | None = Painted(Abilities())
        self.picture: Place | None = None
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
    def fail(*_: object, **__: object) -> str:
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


def test_a_picture_comes_behind_the_frame_and_goes_before_the_next(
    application: Application,
) -> None:
    """Turned red by `Placed.draw` leaving out `written`, and by `Placed.remove` saying nothing."""
    application.picture = _PICTURE
    assert application.write(_BEGIN, _FRAME, _END) == [_BEGIN + _WHOLE + _END + _DRAWN]
    assert application.write(_BEGIN, _FRAME, _END) == []
    assert application.write(_FRAME.replace("one", "ten")) == ["\x1b[1Hten\x1b[1H"]
    # Its row was written, so it is there no more.
    other = _FRAME.replace("one", "ten").replace("two", "six")
    assert application.write(other) == ["\x1b[2Hsix\x1b[1H" + _DRAWN]
    application.picture = _PICTURE._replace(column=2)
    moved = application.write(_BEGIN, other, _END)
    assert moved == [
        f"{_BEGIN}{_REMOVED}\x1b[1H{_END}" + _DRAWN.replace("2;4H", "2;3H"),
    ]
    application.picture = None
    gone = _REMOVED.replace("2;4H", "2;3H")
    assert application.write(other) == [gone + "\x1b[2;3Hx\x1b[1H"]
    assert application.write(other) == []


def test_a_picture_goes_before_another_program_and_with_a_defect(application: Application) -> None:
    application.picture = _PICTURE
    application.write(_FRAME)
    assert application.write("\x1b[?1049l") == [_REMOVED + "\x1b[?1049l"]
    assert application.write("\x1b[?1049h", _FRAME)[-1].endswith(_DRAWN)
    application.painted = None
    assert application.write(_FRAME) == [_REMOVED + _FRAME]
    assert application.write(_FRAME) == [_FRAME]


def test_rows_stay_where_a_picture_is(application: Application) -> None:
    """Turned red by letting `Painted.update` scroll whatever is there."""

    def frame(*words: str) -> str:
        rows = (f"\x1b[{y};1H{word:40}\n" for y, word in enumerate(words, 1))
        return "".join(rows).removesuffix("\n") + "\x1b[1;1H"

    application.size = Size(40, 8)
    text = ["The first line", *(f"A line of its own, number {'x' * n}" for n in range(8))]
    application.write(frame(*text[:8]))
    assert "\x1b[r" in application.write(frame(*text[1:]))[0]
    application.picture = _PICTURE
    application.write(frame(*text[1:]))
    written = application.write(frame(*text[:8]))[0]
    assert "\x1b[r" not in written
    assert "<draw>" in written
