"""What is written instead of a frame shows the same, on terminals that agree about widths or not.

Frames are drawn at random: rows of text in many scripts, parts of rows, rows that moved up or down,
and places where the terminal was left in a state nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size, split_graphemes
from wcwidth import wcwidth

from tests.ui.emulator import Emulator, first_difference
from tuimail.ui.display.frame import read_frame
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.pens import change_pen
from tuimail.ui.display.widths import Unreadable, is_sure, split_cells
from tuimail.ui.display.writer import NOTHING_BUT_TEXT, Abilities, abilities_of

WIDTH, HEIGHT = 24, 9
PENS = (
    "",
    "1",
    "4",
    "7",
    "1;4;38;2;1;2;3",
    "38;2;1;2;3;48;2;9;9;9",
    "38;2;200;2;3;48;2;9;9;9",
    "1;38;5;7;48;5;236",
    "31;44",
    "97;107",
    "3;9;32",
)
TEXTS = (
    "Quarterly numbers",
    "Re: invoice 4711",
    "Größe",
    "naïve — “quoted” …",
    "日本語の件名",
    "한국어",
    "Ж и Ω",
    "👨‍👩‍👧 family",
    "❤️ love",
    "e\u0301te\u0301",
    "שלום",
    "नमस्ते",
    "▌● Anna │ ← │",
    "   ",
    "",
)
ABILITIES = (
    Abilities(),
    Abilities(erases_coloured=False),
    Abilities(ends_attributes=False),
    NOTHING_BUT_TEXT,
)


def ambiguous_is_wide(char: str) -> int:
    """Be a terminal set up for East Asia, which joins no emoji; our own signs are narrow.

    Wide is what Unicode calls ambiguous: `ö` and `ï` are not.
    """
    return 2 if char in "é—“”ΩЖи" else max(0, wcwidth(char))


def emoji_is_narrow(char: str) -> int:
    """Be an old terminal: an emoji has one cell, and joiners have one too."""
    return 1 if char > "\U0001f000" or char in "\u200d\ufe0f" else max(0, wcwidth(char))


@dataclass
class Screen:
    """Rows of text and pen, as a program holds them.

    Attributes:
        halves: Whether a part of a row may begin or end in the middle of a character, which
            becomes a blank then.
    """

    halves: bool = True
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("", "")] * HEIGHT)

    def frame(self, first: int, last: int, cursor: tuple[int, int]) -> str:
        """Return whole rows, as Textual writes them."""
        lines = [self._row(y, 0, WIDTH) for y in range(first, last + 1)]
        return "\n".join(lines) + f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H"

    def part(self, y: int, start: int, end: int) -> str:
        """Return a part of a row."""
        return self._row(y, start, end) + "\x1b[1;1H"

    def _row(self, y: int, start: int, end: int) -> str:
        text, pen = self.rows[y]
        cells = _cells(set_cell_size(text, WIDTH))
        while not self.halves and cells[start] == "":
            start -= 1
        while not self.halves and end < WIDTH and cells[end] == "":
            end += 1
        cells = cells[start:end]
        if cells and cells[0] == "":
            cells[0] = " "
        if cells and cell_len(cells[-1]) > 1:
            cells[-1] = " "
        shown = "".join(cells)
        styled = f"\x1b[{pen}m{shown}\x1b[0m" if pen else shown
        return f"\x1b[{y + 1};{start + 1}H{styled}"


def _cells(text: str) -> list[str]:
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        cells += [text[start:end], *[""] * (width - 1)]
    return cells


row = st.tuples(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(" ".join), st.sampled_from(PENS)
)
number = st.integers(0, HEIGHT - 1)
step = st.one_of(
    st.tuples(st.just("write"), number, row),
    st.tuples(st.just("part"), number, row),
    st.tuples(st.just("scroll"), st.integers(-3, 3), row),
    st.tuples(st.just("all"), number, row),
    st.tuples(st.just("forget"), number, row),
)


def play(
    steps: list[tuple[str, int, tuple[str, str]]],
    abilities: Abilities,
    look: Callable[[Screen, str, str, str], None],
    *,
    halves: bool = True,
) -> None:
    """Change a screen step by step, and tell what Textual writes, what we write and what it was."""
    screen, painted = Screen(halves=halves), Painted(abilities)
    frame = screen.frame(0, HEIGHT - 1, (0, 0))
    look(screen, frame, painted.update(frame, WIDTH, HEIGHT), "all")
    for kind, at, new in steps:
        if kind == "scroll":
            rows, by = screen.rows, abs(at)
            moved = rows[by:] + [new] * by if at > 0 else [new] * by + rows[: HEIGHT - by]
            screen.rows = moved
            frame = screen.frame(0, HEIGHT - 1, (at % HEIGHT, 3))
        elif kind == "write":
            screen.rows[at] = new
            frame = screen.frame(at, at, (at, 0))
        elif kind == "part":
            text, pen = screen.rows[at]
            screen.rows[at] = (text, new[1])
            frame = screen.frame(at, at, (0, 0)) if pen != new[1] else screen.part(at, 5, 15)
        else:
            frame = screen.frame(0, HEIGHT - 1, (at, at))
            if kind == "forget":
                painted.forget()
        look(screen, frame, painted.update(frame, WIDTH, HEIGHT), kind)


@settings(max_examples=120, deadline=None)
@given(st.lists(step, max_size=12), st.sampled_from(ABILITIES))
def test_the_terminal_shows_what_textual_would_have_written(
    steps: list[tuple[str, int, tuple[str, str]]], abilities: Abilities
) -> None:
    """Turned red by: `_NEAR` cells left out without a move; `by` for `-by` in `Writer.scroll`;
    `careful` of `change_pen` ignored where an attribute ends."""
    stock, ours = Emulator(WIDTH, HEIGHT), Emulator(WIDTH, HEIGHT)

    def look(_screen: Screen, frame: str, octets: str, kind: str) -> None:
        if kind == "forget":
            ours.show("\x1b[1;1H\x1b[7mnot ours\x1b[m\x1b[5;3H???")
        stock.show(frame)
        ours.show(octets)
        assert first_difference(stock, ours) == ""

    play(steps, abilities, look)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(step, max_size=12),
    st.sampled_from(ABILITIES[:2]),
    st.sampled_from([ambiguous_is_wide, emoji_is_narrow]),
)
def test_on_a_terminal_of_another_mind_the_past_leaves_nothing_behind(
    steps: list[tuple[str, int, tuple[str, str]]],
    abilities: Abilities,
    width_of: Callable[[str], int],
) -> None:
    """Whatever was shown before, a frame looks as on a terminal that shows nothing yet.

    But for rows that fill the screen of such a terminal or do not fit: what its last cell ends up
    with is chance.

    Turned red by: `edge = width` in `write_row`, which writes single cells behind a character
    whose width is not sure.
    """
    ours = Emulator(WIDTH, HEIGHT, width_of)

    def look(screen: Screen, _frame: str, octets: str, _kind: str) -> None:
        ours.show(octets)
        fresh = Emulator(WIDTH, HEIGHT, width_of)
        fresh.show(Painted(abilities).update(screen.frame(0, HEIGHT - 1, (0, 0)), WIDTH, HEIGHT))
        fresh.cursor.y, fresh.cursor.x = ours.cursor.y, ours.cursor.x
        for y, (text, _) in enumerate(screen.rows):
            if sum(map(width_of, text)) >= WIDTH:
                fresh.buffer[y] = ours.buffer[y]
        assert first_difference(fresh, ours) == ""

    play(steps, abilities, look, halves=False)


def test_what_is_shown_already_costs_nothing() -> None:
    screen, painted = Screen(rows=[("Quarterly numbers", "1")] * HEIGHT), Painted(Abilities())
    frame = screen.frame(0, HEIGHT - 1, (2, 0))
    assert painted.update(frame, WIDTH, HEIGHT) != ""
    assert painted.update(frame, WIDTH, HEIGHT) == ""


def test_rows_that_moved_are_scrolled_by_the_terminal() -> None:
    rows = [(text, "") for text in (*TEXTS[:HEIGHT], "a new one")]
    screen, painted = Screen(rows=rows[:HEIGHT]), Painted(Abilities())
    painted.update(screen.frame(0, HEIGHT - 1, (0, 0)), WIDTH, HEIGHT)
    screen.rows = rows[1:]
    octets = painted.update(screen.frame(0, HEIGHT - 1, (0, 0)), WIDTH, HEIGHT)
    assert octets == "\x1b[1;9r\x1b[1H\x1b[1M\x1b[r\x1b[9Ha new one\x1b[1H"


@pytest.mark.parametrize(
    "data",
    [
        "\x1b[1;1Hto the\x07bell\x1b[1;1H",
        "\x1b[1;1Hnothing \x1b[2Jelse\x1b[1;1H",
        "\x1b[1;1Htwo\nrows",
        "\x1b[99;1Hbelow\x1b[1;1H",
        "\x1b[1;20Htoo long a text\x1b[1;1H",
        "no move",
        "",
    ],
)
def test_what_is_no_frame_of_this_screen_is_not_read(data: str) -> None:
    with pytest.raises(Unreadable):
        Painted(Abilities()).update(data, WIDTH, HEIGHT)


def test_a_link_is_opened_and_closed_around_its_text() -> None:
    link = "id=7;https://example.com"
    frame = f"\x1b[1;1Hsee \x1b]8;{link}\x1b\\\x1b[4mthis\x1b[0m\x1b]8;;\x1b\\ now\x1b[1;1H"
    pieces = read_frame(frame).rows[0]
    assert [(piece.column, piece.pen) for piece in pieces] == [
        (0, ""),
        (4, f"4|{link}"),
        (8, ""),
    ]
    octets = Painted(Abilities()).update(frame, 12, 1)
    assert octets == f"\x1b[1Hsee \x1b]8;{link}\x1b\\\x1b[4mthis\x1b]8;;\x1b\\\x1b[m now\x1b[1H"


@pytest.mark.parametrize(
    ("old", "new", "octets"),
    [
        ("", "1;31", "\x1b[1;31m"),
        ("1;31", "", "\x1b[m"),
        ("38;2;1;2;3;48;2;9;9;9", "38;2;4;5;6;48;2;9;9;9", "\x1b[38;2;4;5;6m"),
        ("1;38;2;1;2;3;48;2;9;9;9", "38;2;1;2;3;48;2;9;9;9", "\x1b[22m"),
        ("1;2", "2", "\x1b[0;2m"),
        ("21;31", "31", "\x1b[0;31m"),
        ("31;44", "44", "\x1b[39m"),
        ("39;49", "", ""),
    ],
)
def test_a_pen_is_changed_in_the_fewest_octets(old: str, new: str, octets: str) -> None:
    assert change_pen(old, new) == octets


def test_only_what_every_terminal_agrees_on_is_sure() -> None:
    sure = [text for text in TEXTS if all(is_sure(cell) for cell in split_cells(text)[1])]
    assert sure == [
        "Quarterly numbers",
        "Re: invoice 4711",
        "日本語の件名",
        "한국어",
        "▌● Anna │ ← │",
        "   ",
        "",
    ]


@pytest.mark.parametrize(
    ("environ", "abilities"),
    [
        ({"TERM": "xterm-256color"}, Abilities()),
        ({"TERM": "tmux-256color"}, Abilities(erases_coloured=False)),
        ({"TERM": "xterm-256color", "STY": "1.pts"}, Abilities(erases_coloured=False)),
        ({"TERM": "linux"}, Abilities()),
        ({"TERM": "dumb"}, None),
        ({}, None),
    ],
)
def test_what_a_terminal_can_do_is_known_by_its_name(
    environ: dict[str, str], abilities: Abilities | None
) -> None:
    assert abilities_of(environ) == abilities
