"""Writing the messages that are marked to files; what is not here is fetched first, or named."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui.drawing.formatting import number
from tuimail.ui.shell import is_connected, shell
from tuimail.ui.terminal.saving import downloads_dir
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

_MBOX: Final = "m"
_FILES: Final = "e"
_WITHOUT: Final = "w"
_GIVE_UP: Final = "g"
_WHOLE: Final = ""


@dataclass(slots=True)
class _Export:
    """Messages that are to be written, and which of them are waited for."""

    rows: list[MessageSummary]
    kind: str
    waiting: set[MessageKey] = field(default_factory=set)


class MailboxExport:
    """Writes several messages to files, one export at a time.

    Args:
        screen: Whose messages, and whose last row asks and says.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen
        self._export: _Export | None = None

    def begin(self) -> None:
        """Write what is marked, else the message at the cursor; or end the waiting for it."""
        screen, bottom = self._screen, self._screen.bottom
        if self._export is not None:
            total, waiting = len(self._export.rows), len(self._export.waiting)
            question = f"{number(waiting)} of {number(total)} are not here yet."
            put = bottom.put(question, {_WITHOUT: "write the others", _GIVE_UP: "give up"})
            begin(
                screen,
                partial(self._end_waiting, self._export, put),
                group="export",
                exclusive=True,
            )
        elif rows := screen.chosen():
            what = f"{number(len(rows))} messages" if len(rows) > 1 else "the message"
            put = bottom.put(f"Write {what} to", {_FILES: "eml files", _MBOX: "one mbox"})
            begin(screen, partial(self._ask_and_write, rows, put), group="export", exclusive=True)

    async def _ask_and_write(
        self, rows: list[MessageSummary], put: asyncio.Future[str | None]
    ) -> None:
        from tuimail.ui.reading.exporting import missing_of  # noqa: PLC0415 - few need it

        app, kind = shell(self._screen), await self._screen.bottom.answered(put)
        if kind is None:
            return
        export = _Export(rows, kind)
        try:
            missing = await asyncio.to_thread(missing_of, app.store, export.rows)
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            return
        total = number(len(export.rows))
        fetchable = [row.key for row in missing if is_connected(app, row.account_id)]
        if missing and not fetchable:
            question = f"{number(len(missing))} of {total} are not here, and nothing connects."
            if await self._screen.bottom.ask(question, {_WITHOUT: "write the others"}) != _WITHOUT:
                return
        elif missing:
            self._export, export.waiting = export, set(fetchable)
            for key in fetchable:
                if app.engine is not None:
                    app.engine.want_body(key, section=_WHOLE)
            key_of = app.keys.shown("list.export")
            said = f"Fetching {number(len(fetchable))} of {total} … {key_of} writes without them."
            app.tell(app.glyphs.own(said))
            self._look(export.waiting)
            return
        await self._write(export)

    async def _end_waiting(self, export: _Export, put: asyncio.Future[str | None]) -> None:
        answer = await self._screen.bottom.answered(put)
        if answer is None or self._export is not export:
            return
        self._export = None
        engine = shell(self._screen).engine
        for key in export.waiting:
            if engine is not None:
                engine.give_up(key, section=_WHOLE)
        if answer == _WITHOUT:
            await self._write(export)
        else:
            self._screen.bottom.show_event("Nothing was written.")

    def store_changed(self, changes: ChangeSet) -> None:
        """Go on when what is waited for has come, or is gone."""
        if self._export is not None:
            self._look(self._export.waiting & changes.messages)

    def _look(self, keys: set[MessageKey]) -> None:
        """Look which messages are waited for no more, and write when that is all."""
        export, read = self._export, shell(self._screen).store.read
        if export is None:
            return
        try:
            export.waiting -= {
                key for key in keys if _WHOLE in read.sections(key) or read.summary(key) is None
            }
        except StoreError as error:
            self._export = None
            shell(self._screen).tell(error.message, Severity.ERROR)
            return
        if not export.waiting:
            self._export = None
            begin(self._screen, partial(self._write, export), group="export-writing")

    async def _write(self, export: _Export) -> None:
        from tuimail.ui.reading.exporting import (  # noqa: PLC0415 - few need it
            export_words,
            write_folder,
            write_mbox,
        )

        app = shell(self._screen)
        write = write_mbox if export.kind == _MBOX else write_folder
        done = await asyncio.to_thread(write, app.store, export.rows, downloads_dir(), app.now())
        app.tell(export_words(done, len(export.rows)), Severity.SUCCESS)
