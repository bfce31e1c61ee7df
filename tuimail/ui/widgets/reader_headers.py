"""How much of the header the reader shows: the head alone, all fields, or the header as it came."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from tuimail.errors import StoreError
from tuimail.model.message import Message
from tuimail.ui.reading.body_layout import BodyRow, sections
from tuimail.ui.shell import shell
from tuimail.ui.widgets.reader_seals import ReaderSeals

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

_HEADER = "HEADER"
_WHOLE = ""
COMES = "The header comes with the next connection."


class HeaderLevel(Enum):
    """What stands above the text, besides the head."""

    NOTHING = 0
    FIELDS = 1
    RAW = 2


class ReaderHeaders(ReaderSeals):
    """The action that shows more of the header; it stays so for the messages that follow."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._level = HeaderLevel.NOTHING

    def action_headers(self) -> None:
        """Show all fields above the text, then the header as it came, then neither."""
        if self.reading is None:
            shell(self).tell("There is no text yet.")
            return
        self._level = HeaderLevel((self._level.value + 1) % len(HeaderLevel))
        self._show_text(self.reading, keep_place=True)
        self._body.scroll_edge(-1)

    def _show_text(self, reading: Reading, *, keep_place: bool) -> None:
        self._ask_for_header()
        super()._show_text(reading, keep_place=keep_place)

    def _ask_for_header(self) -> None:
        """Ask for the header of a message of which only the text is here."""
        app, message = shell(self), self.message
        missing = message is not None and not self.here & {_HEADER, _WHOLE}
        if message is not None and missing and self._level is HeaderLevel.RAW and app.engine:
            app.engine.want_body(message.summary.key, section=_HEADER)

    def rows_above(self, width: int) -> Sequence[BodyRow]:
        """Return the rows of the header, and below them what stands there without it."""
        return sections([*self._header_rows(width)], [*super().rows_above(width)])

    def _header_rows(self, width: int) -> Sequence[BodyRow]:
        app, message = shell(self), self.message
        if message is None or self._level is HeaderLevel.NOTHING:
            return ()
        from tuimail.ui.reading.header_layout import full_rows, raw_rows, waiting_rows  # noqa: PLC0415

        if self._level is HeaderLevel.FIELDS:
            return full_rows(message, app.now(), width, app.glyphs)
        header = self._header(message)
        if header is None:
            return waiting_rows(COMES, width, app.glyphs)
        return raw_rows(header, width, app.glyphs)

    def _header(self, message: Message) -> bytes | None:
        read, key = shell(self).store.read, message.summary.key
        try:
            header = read.part(key, _HEADER) if _HEADER in self.here else None
            whole = read.part(key, _WHOLE) if header is None and _WHOLE in self.here else None
        except StoreError:
            return None  # said already by the text, which is read from the same place
        if whole is None:
            return header
        from tuimail.ui.reading.header_layout import header_of  # noqa: PLC0415 - not for the first frame

        return header_of(whole)
