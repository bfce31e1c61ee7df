"""Every theme is one that Textual's own widgets can be shown with, and the rows of tuimail's."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Button, Footer, Header, Input, OptionList, TextArea

from tuimail.config.theme import load_theme, theme_names
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.theming import textual_theme

ROLES = (
    *("text", "strong", "muted", "label", "rule", "key", "count", "unread", "flagged", "pending"),
    *("marked", "external", "link", "quote-1", "quote-2", "quote-3", "warning", "error", "success"),
    *("match", "hit", "chip", "chip-external", "cursor-bar"),
)


class StockApp(App[object]):
    """One of each widget that tuimail or Textual itself may show."""

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input("text")
        yield TextArea("text")
        yield OptionList("one", "two")
        yield Button("press")
        yield Footer()


async def test_every_theme_loads_with_the_stock_widgets() -> None:
    """Guards against "reference to undefined variable", which stops Textual 8 at the start."""
    app = StockApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for name in theme_names():
            spec = load_theme(name)
            app.register_theme(textual_theme(spec))
            app.theme = name
            await pilot.pause()
            assert app.theme_variables["cursor-bar"] == spec.variables["cursor-bar"]
            assert len(app.screen._compositor.render_strips()) == 24
            palette = roles(app)
            for role in ROLES:
                for surface in ("background", "bar", "side", "sheet", "cursor", "banner"):
                    palette.style(role, surface)
            assert palette.style("strong").bold, name
            assert palette.style("key").bold, name
