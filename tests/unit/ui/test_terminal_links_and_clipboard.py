"""What terminals are given beside text: hyperlinks and the clipboard."""

from __future__ import annotations

import base64

import pytest
from textual.geometry import Size

from tests.ui.emulator import Emulator
from tuimail.config.opening import command_for_file, split_command, start
from tuimail.ui.display.output import CellOutput
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.pictures import Place
from tuimail.ui.display.writer import Abilities
from tuimail.ui.drawing.hyperlinks import hyperlink, understands_hyperlinks
from tuimail.ui.drawing.roles import Roles, linked
from tuimail.ui.drawing.rows import Run
from tuimail.ui.terminal import clipboard

VARIABLES = {
    "foreground": "#c9d1d9", "link": "#58a6ff", "link-style": "underline", "muted": "#8b949e",
    "background": "#0d1117",
}  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "tmux-256color", "TMUX": "x", "TERM_PROGRAM_VERSION": "3.4"}, True),
        ({"TERM": "tmux-256color", "TMUX": "x", "TERM_PROGRAM_VERSION": "3.3a"}, False),
        ({"TERM": "screen", "STY": "1", "VTE_VERSION": "7200"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_terminals_that_understand_hyperlinks(environ: dict[str, str], expected: bool) -> None:
    assert understands_hyperlinks("auto", environ) is expected
    assert understands_hyperlinks("on", environ)
    assert not understands_hyperlinks("off", environ)


def test_only_web_addresses_are_given_and_only_as_ascii() -> None:
    assert hyperlink("https://example.org/ä;b") == "https://example.org/%C3%A4;b"
    assert hyperlink("mailto:a@example.org") == ""
    assert hyperlink("https://example.org/" + "a" * 3000) == ""
    assert "\x1b" not in hyperlink("https://example.org/\x1b]52;c;x\x07")


class _Terminal:
    """The application as the display sees it, with an emulator at its end."""

    def __init__(self) -> None:
        self.painted: Painted | None = Painted(Abilities())
        self.picture: Place | None = None
        self.size = Size(40, 2)
        self.sent = ""
        self.emulator = Emulator(40, 2)
        self.output = CellOutput(self, self._write)

    def painting_failed(self, error: Exception) -> None:
        raise error

    def _write(self, data: str) -> None:
        self.sent += data
        self.emulator.show(data)

    def frame(self, styles: Roles, target: str, words: str) -> str:
        """Paint one row with a link; return what was sent for it."""
        row = (Run("[1] ", "muted"), Run(words, linked("link", target)), Run("  x", "muted"))
        text = "".join(
            segment.style.render(segment.text) if segment.style else segment.text
            for segment in styles.strip(row, 40)
        )
        self.sent = ""
        self.output.write(f"\x1b[1;1H{text}\x1b[1;1H")
        return self.sent


def test_an_equal_frame_with_a_link_costs_nothing_and_another_target_is_written() -> None:
    """Turned red by making the style of a linked role anew each time: Rich numbers it at random."""
    terminal, styles = _Terminal(), Roles(VARIABLES, hyperlinks=True)
    first = terminal.frame(styles, "https://a.example/1;2", "a.example")
    assert "https://a.example/1;2\x1b\\" in first
    assert first.count("\x1b]8;;\x1b\\") == 1  # it ends with its words
    assert "".join(cell.data for cell in terminal.emulator.grid()[0]).startswith("[1] a.example  x")
    assert terminal.frame(styles, "https://a.example/1;2", "a.example") == ""
    second = terminal.frame(styles, "https://b.example/", "a.example")
    assert "https://b.example/" in second
    assert "a.example" in second.partition("b.example")[2]


def test_without_the_ability_nothing_of_a_target_is_written() -> None:
    terminal = _Terminal()
    assert "]8;" not in terminal.frame(Roles(VARIABLES), "https://a.example/", "a.example")


def test_multiplexers_get_the_clipboard_wrapped_and_the_screen_stays_known() -> None:
    text = "https://example.org/" + "a" * 2000
    encoded = base64.b64encode(text.encode()).decode()
    tmux = clipboard.wrapped(text, {"TMUX": "x"})
    assert tmux == f"\x1bPtmux;\x1b\x1b]52;c;{encoded}\x07\x1b\\"
    screen = clipboard.wrapped(text, {"STY": "1"})
    joined = screen.replace("\x1b\\", "").replace("\x1bP", "")
    assert joined == f"\x1b]52;c;{encoded}\x07"
    assert clipboard.wrapped(text, {"TERM": "xterm"}) == ""
    terminal, styles = _Terminal(), Roles(VARIABLES)
    terminal.frame(styles, "https://a.example/", "a.example")
    for sent in (tmux, screen, f"\x1b]52;c;{encoded}\x07"):
        terminal.output.write(sent)
        assert terminal.frame(styles, "https://a.example/", "a.example") == ""


def test_a_terminal_that_may_not_take_it_is_told_of() -> None:
    assert clipboard.doubt("a", {"TERM": "xterm-256color"}) == ""
    assert "set-clipboard" in clipboard.doubt("a", {"TERM": "tmux-256color", "TMUX": "x"})
    assert clipboard.doubt("a", {"TERM": "linux"}) == "This terminal has no clipboard."
    assert clipboard.doubt("a", {"TERM": "xterm", "VTE_VERSION": "6800"})
    assert clipboard.doubt("a" * 80_000, {"TERM": "xterm"}) == "Terminals may not take that much."


def test_commands_of_the_settings_are_found_by_type_and_ending() -> None:
    rules = ("application/pdf: zathura --fork", "image/*: feh", ".docx: 'my office'", "x/y: 'bad")
    assert command_for_file(rules, "application/pdf", "a.pdf") == ["zathura", "--fork"]
    assert command_for_file(rules, "image/png", "a.png") == ["feh"]
    assert command_for_file(rules, "application/octet-stream", "A.DOCX") == ["my office"]
    assert command_for_file(rules, "text/plain", "a.txt") == []
    assert command_for_file(rules, "x/y", "a") == []
    assert split_command("firefox --private-window") == ["firefox", "--private-window"]
    assert not start(["/no/such/program"], {})
