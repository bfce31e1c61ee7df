"""How much of the header the reader shows: the head alone, all fields, or the header as it came."""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.errors import StoreError
from tuimail.ui.reading.body_layout import BodyRow, sections
from tuimail.ui.reading.header_level import HeaderLevel
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.shell import shell
from tuimail.ui.widgets.reader_invitation import ReaderInvitation

_HEADER = "HEADER"
_WHOLE = ""
COMES = "The header comes with the next connection."


class ReaderHeaders(ReaderInvitation):
    """The action that shows more of the header."""

    def action_headers(self) -> None:
        """Show all fields above the text, then the header as it came, then neither."""
        if self.shown is None or self.shown.reading is None:
            shell(self).tell("There is no text yet.")
        else:
            self.show_header(self.level_of(self.shown).next)

    def text_shown(self, shown: ShownMail) -> None:
        """Ask for the header of a message of which only the text is here."""
        super().text_shown(shown)
        app, missing = shell(self), not shown.here & {_HEADER, _WHOLE}
        if missing and self.level_of(shown) is HeaderLevel.RAW and app.engine is not None:
            app.engine.want_body(shown.key, section=_HEADER)

    def rows_above(self, shown: ShownMail, width: int) -> Sequence[BodyRow]:
        """Return the rows of the header, and below them what stands there without it."""
        return sections([*self._header_rows(shown, width)], [*super().rows_above(shown, width)])

    def _header_rows(self, shown: ShownMail, width: int) -> Sequence[BodyRow]:
        app, level = shell(self), self.level_of(shown)
        if level is HeaderLevel.NOTHING:
            return ()
        from tuimail.ui.reading.header_layout import full_rows, raw_rows, waiting_rows  # noqa: PLC0415

        if level is HeaderLevel.FIELDS:
            return full_rows(shown.message, app.now(), width, app.glyphs)
        header = self._header(shown)
        if header is None:
            return waiting_rows(COMES, width, app.glyphs)
        return raw_rows(header, width, app.glyphs)

    def _header(self, shown: ShownMail) -> bytes | None:
        read, key = shell(self).store.read, shown.key
        try:
            header = read.part(key, _HEADER) if _HEADER in shown.here else None
            whole = read.part(key, _WHOLE) if header is None and _WHOLE in shown.here else None
        except StoreError:
            return None  # said already by the text, which is read from the same place
        if whole is None:
            return header
        from tuimail.ui.reading.header_layout import header_of  # noqa: PLC0415 - not for the first frame

        return header_of(whole)
