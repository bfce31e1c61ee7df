"""What is being written as its receivers see it: the message is built and read as any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.model.account import AccountId
from tuimail.text.safe import SafeText
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import size_text
from tuimail.ui.drawing.rows import Run
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import BodyRow, measure
from tuimail.ui.reading.reading_layout import lay_out_reading
from tuimail.ui.shell import shell
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.parser import ParsedMessage
    from tuimail.mime.reading import Reading

_LABEL_CELLS = 9


class PreviewScreen(Screen[None]):
    """A built message, read.

    Args:
        raw: As it would be sent.
        account: From which.
    """

    DEFAULT_CSS = "PreviewScreen { layout: vertical; background: $background; }"
    BINDINGS = bindings_for("preview")

    def __init__(self, raw: bytes, account: AccountId) -> None:
        super().__init__()
        self._raw, self._account = raw, account
        self._page = BodyView()

    def compose(self) -> ComposeResult:
        """The page between the bars."""
        yield TopBar("Preview", size_text(len(self._raw)))
        yield self._page
        yield BottomBar()

    def on_mount(self) -> None:
        """Read the message, off this thread."""
        self.query_one(BottomBar).show_hints(shell(self).keys.hints("preview"))
        self._page.focus()
        shell(self).signal_status.subscribe(self, self._show_state)
        self._show_state(None)
        begin(self, self._read, group="preview")

    def _show_state(self, _: None) -> None:
        self.query_one(TopBar).tell_state(self._account)

    async def _read(self) -> None:
        from tuimail.mime.parser import parse  # noqa: PLC0415 - with the first preview

        parsed = await asyncio.to_thread(parse, self._raw)
        reading = await shell(self).texts.as_received(parsed)
        glyphs, limit = shell(self).glyphs, shell(self).settings.reader.width

        def lay_out(pane: int) -> list[BodyRow]:
            width = measure(pane, limit)
            text = lay_out_reading(reading, width, glyphs)
            line = BodyRow(glyphs.rule * width, "rule")
            return [*_head(parsed, reading, width), line, *text.rows]

        self._page.show(lay_out)

    def action_back(self) -> None:
        """Go on writing."""
        self.dismiss(None)

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self._page.scroll_rows(rows)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._page.scroll_share(pages)


def _head(parsed: ParsedMessage, reading: Reading, width: int) -> list[BodyRow]:
    from tuimail.mime.filename import attachment_name  # noqa: PLC0415 - as above

    envelope = parsed.envelope
    room = max(10, width - _LABEL_CELLS)
    files = [str(attachment_name(part)) for part in reading.attachments]
    facts = (
        ("From", _listed(map(str, envelope.from_), room)),
        ("To", _listed(map(str, envelope.to), room)),
        ("Cc", _listed(map(str, envelope.cc), room)),
        ("Subject", wrap_text(envelope.subject, room)),
        ("Files", _listed(files, room)),
    )
    rows: list[BodyRow] = []
    for label, lines in facts:
        for at, line in enumerate(lines):
            name = Run(f"{'' if at else label:<{_LABEL_CELLS}}", "muted")
            if line:
                rows.append(BodyRow(name.text + line, runs=(name, Run(line))))
    return rows


def _listed(names: Iterable[str], room: int) -> list[str]:
    """Put names below each other where they do not fit beside each other; each stays whole."""
    lines: list[str] = []
    for name in names:
        joined = f"{lines[-1]}, {name}" if lines else name
        if lines and cell_len(joined) <= room:
            lines[-1] = joined
        else:
            if lines:
                lines[-1] += ","
            lines += wrap_text(SafeText(name), room)
    return lines
