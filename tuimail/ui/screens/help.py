"""The keys that work in the place it was called from, and those that work everywhere."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.ui.bindings import Keys, bindings_for
from tuimail.ui.formatting import fit
from tuimail.ui.glyphs import Glyphs
from tuimail.ui.roles import roles
from tuimail.ui.rows import BLANK, Row, Run, rule
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar

_MEASURE: Final = 100
_TWO_COLUMNS: Final = 64
_KEY_CELLS: Final = 9

# Title and scopes of the place, by what stood there; then the sections that follow it.
_PLACES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "list": ("Here: message list", ("list",)),
    "tree": ("Here: folders", ("tree",)),
    "reader": ("Here: reader", ("reader",)),
    "composer": ("Here: composer", ("composer",)),
    "outbox": ("Here: outbox", ("outbox",)),
    "jobs": ("Here: jobs", ("jobs",)),
    "notices": ("Here: notifications", ("notices",)),
    "sign_in": ("Here: sign-in", ("sign_in",)),
    "setup": ("Here: set-up", ("setup",)),
}
_PLACE_OF_SCREEN: Final = {
    "ComposeScreen": "composer",
    "OutboxScreen": "outbox",
    "JobsScreen": "jobs",
    "NoticesScreen": "notices",
    "SignInScreen": "sign_in",
    "SetupScreen": "setup",
}
_MAILBOX: Final = ("Mail and folders", ("mailbox",))
_EVERYWHERE: Final = ("Everywhere", ("app",))


def help_rows(place: str, keys: Keys, width: int, glyphs: Glyphs) -> list[Row]:
    """Lay out the sections for a place.

    Args:
        place: A key of the table of places.
        keys: The keys as they are now.
        width: Cells.
        glyphs: What to draw with.
    """
    sections = [_PLACES[place]]
    if place in ("list", "tree", "reader"):
        sections.append(_MAILBOX)
    shown = [
        (title, [(key, glyphs.own(keys.words(line))) for key, line in keys.described(scopes)])
        for title, scopes in (*sections, _EVERYWHERE)
    ]
    longest = max(len(key) for _, entries in shown for key, _ in entries)
    rows: list[Row] = []
    for title, entries in shown:
        if entries:
            rows.append(rule(width, glyphs.rule, title))
            rows += _columns(entries, min(width, _MEASURE), max(_KEY_CELLS, longest + 2))
    return rows


def _columns(entries: list[tuple[str, str]], width: int, key_cells: int) -> list[Row]:
    """Lay out entries in two columns where they fit, read from left to right."""
    count = 2 if width >= _TWO_COLUMNS else 1
    cells = width // count
    rows: list[Row] = []
    for start in range(0, len(entries), count):
        row: list[Run] = []
        for key, description in entries[start : start + count]:
            words = fit(description, max(1, cells - key_cells - 1))
            row += [BLANK, Run(fit(key, key_cells), "key"), Run(words)]
        rows.append(tuple(row))
    return rows


class HelpView(ScrollView, can_focus=True):
    """The page of keys, scrolled by rows."""

    DEFAULT_CSS = """
    HelpView { width: 100%; height: 1fr; overflow-x: hidden; background: $background;
               scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place
        self._page: list[Row] = []

    def on_resize(self) -> None:
        """Lay the page out for the width."""
        app = shell(self)
        self._page = help_rows(self._place, app.keys, self.size.width, app.glyphs)
        self.virtual_size = Size(self.size.width, len(self._page))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        index = y + self.scroll_offset.y
        row = self._page[index] if index < len(self._page) else ()
        return roles(self.app).strip(row, self.size.width)


class HelpScreen(Screen[None]):
    """The help for a screen, by what has the focus there.

    Args:
        behind: The screen it is called from.
    """

    DEFAULT_CSS = "HelpScreen { layout: vertical; background: $background; }"
    BINDINGS = bindings_for("help")

    def __init__(self, behind: Screen[object]) -> None:
        super().__init__()
        self._place = place_of(behind)
        self._view = HelpView(self._place)

    def compose(self) -> ComposeResult:
        """Bar, page, bar."""
        yield TopBar("Help", "keys that work here")
        yield self._view
        yield BottomBar()

    def on_mount(self) -> None:
        """Count the keys and say how to leave."""
        app = shell(self)
        scopes = (*_PLACES[self._place][1], *_MAILBOX[1], *_EVERYWHERE[1])
        self.query_one(TopBar).state = f"{len(app.keys.described(scopes))} keys"
        scroll = f"{app.keys.shown('help.down')} {app.keys.shown('help.up')}"
        close = app.keys.shown("help.close")
        hints = [(app.keys.shown("app.help"), "help"), (scroll, "scroll"), (close, "close")]
        self.query_one(BottomBar).show_hints(hints)
        self._view.focus()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_scroll_rows(self, by: int) -> None:
        """Scroll by rows."""
        self._view.scroll_to(y=self._view.scroll_offset.y + by, animate=False)


def place_of(screen: Screen[object]) -> str:
    """Return the place a screen is, or the pane of it that has the focus."""
    focused = screen.focused
    for node in focused.ancestors_with_self if focused is not None else ():
        if node.id in ("list", "tree", "reader"):
            return node.id
    return _PLACE_OF_SCREEN.get(type(screen).__name__, "list")
