"""The message that is read, given to other programs: piped, written to a file, printed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.mime.filename import write_new
from tuimail.model.changes import ChangeSet
from tuimail.model.message import Message
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.reading.awaited_sections import AwaitedSections
from tuimail.ui.shell import shell
from tuimail.ui.terminal.saving import downloads_dir
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.shown_message import ShownMessage
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

_TEXT: Final = "t"
_EML: Final = "e"
_MBOX: Final = "m"
_PAPER: Final = 80
"""Cells of a printed line."""
_COMMAND: Final = "reader.command"
"""Where the last command is remembered."""
_NO_TEXT: Final = "There is no text yet."


class ReaderOutlets:
    """Gives the message away that is read; one that is not here whole is fetched first.

    Args:
        pane: What it is read in.
    """

    def __init__(self, pane: ShownMessage) -> None:
        self._pane = pane
        self._awaited = AwaitedSections(pane)

    def store_changed(self, changes: ChangeSet) -> None:
        """Go on with what was waited for."""
        try:
            self._awaited.store_changed(changes)
        except StoreError as error:
            shell(self._pane).tell(error.message, Severity.ERROR)

    def give_up(self) -> bool:
        """Wait for no whole message any more; return whether one was waited for."""
        return self._awaited.give_up()

    # -- pipe ----------------------------------------------------------------------------------

    async def pipe(self) -> None:
        """Give the text, or the message as it came, to a command."""
        message, reading = self._pane.message, self._pane.reading
        if message is None:
            return
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.widgets.piped_row import PipedRow  # noqa: PLC0415

        what = PipedRow(has_text=reading is not None)

        def closed(command: str | None) -> None:
            if command is None or not command.strip():
                return
            shell(self._pane).remember(_COMMAND, command)
            if what.is_text and reading is not None:
                self._pipe(command, self._text(message, reading).encode())
            else:
                self._with_whole(message, lambda data: self._pipe(command, data))

        sheet = LineSheet(
            f"{shell(self._pane).keys.shown('reader.pipe')} ",
            shell(self._pane).store.read.meta(_COMMAND) or "",
            lambda _text: "",
            (("Enter", "run"), ("line.tab", "text or source"), ("line.close", "close")),
            tab=what.turn,
            above=what,
        )
        await self._pane.app.push_screen(sheet, closed)

    def _pipe(self, command: str, data: bytes) -> None:
        begin(self._pane, partial(self._run, command, data), group="piping", exclusive=True)

    async def _run(self, command: str, data: bytes) -> None:
        from tuimail.ui.terminal.piping import CommandFailed, pipe_to  # noqa: PLC0415 - few need it

        app = shell(self._pane)
        try:
            status = await pipe_to(self._pane.app, command, data)
        except CommandFailed as error:
            app.tell(error.message, Severity.ERROR)
            return
        if status:
            app.tell(f"The command ended with {status}.", Severity.WARNING)
        else:
            app.tell("The command is done.")

    # -- export --------------------------------------------------------------------------------

    def export(self) -> None:
        """Write the message into a new file of the downloads."""
        message = self._pane.message
        if message is not None:
            answers = {_EML: "eml", _MBOX: "mbox", _TEXT: "text"}
            waiting = self._bar.put("Write it to a file as", answers)
            export = partial(self._export, message, self._pane.reading, waiting)
            begin(self._pane, export, group="outlet", exclusive=True)

    async def _export(
        self, message: Message, reading: Reading | None, waiting: asyncio.Future[str | None]
    ) -> None:
        kind = await self._bar.answered(waiting)
        if kind == _EML:
            self._with_whole(message, lambda data: self._write(message, "eml", data))
        elif kind == _MBOX:
            self._with_whole(message, lambda data: self._write_mbox(message, data))
        elif kind == _TEXT and reading is None:
            shell(self._pane).tell(_NO_TEXT)
        elif kind == _TEXT and reading is not None:
            self._write(message, "txt", self._text(message, reading).encode())

    @property
    def _bar(self) -> BottomBar:
        return self._pane.screen.query_one(BottomBar)

    def _write_mbox(self, message: Message, data: bytes) -> None:
        from tuimail.mime.export import mbox_entry  # noqa: PLC0415 - few need it

        authors = message.envelope.from_ or message.envelope.sender
        sender = authors[0].address if authors else ""
        entry = mbox_entry(data, sender, message.summary.internaldate)
        self._write(message, "mbox", entry)

    def _write(self, message: Message, extension: str, data: bytes) -> None:
        begin(self._pane, partial(self._save, message, extension, data), group="saving")

    async def _save(self, message: Message, extension: str, data: bytes) -> None:
        from tuimail.mime.export import export_name  # noqa: PLC0415 - few need it

        app, summary = shell(self._pane), message.summary
        received = summary.internaldate.astimezone(app.now().tzinfo)
        name = export_name(summary.subject, received, extension)
        try:
            path = await asyncio.to_thread(write_new, downloads_dir(), name, data)
        except OSError as error:
            reason = clean(error.strerror or "the disk refused it")
            app.tell(f"{clean(name)} was not written: {reason}.", Severity.ERROR)
            return
        app.tell(f"Written: {clean(path.name)} in {clean(str(path.parent))}", Severity.SUCCESS)

    # -- print ---------------------------------------------------------------------------------

    async def print(self) -> None:
        """Print the text."""
        from tuimail.ui.terminal.piping import CommandFailed, hand_over, printer_command  # noqa: PLC0415

        app, message, reading = shell(self._pane), self._pane.message, self._pane.reading
        if message is None or reading is None:
            app.tell(_NO_TEXT)
            return
        try:
            command = printer_command(app.settings.reader.print_command)
            await hand_over(command, self._text(message, reading, _PAPER).encode())
        except CommandFailed as error:
            app.tell(f"Not printed. {error.message} {error.hint}".strip(), Severity.ERROR)
            return
        app.tell("Given to the printer.", Severity.SUCCESS)

    # -- what is given -------------------------------------------------------------------------

    def _text(self, message: Message, reading: Reading, width: int = 0) -> str:
        from tuimail.ui.reading.message_text import message_text  # noqa: PLC0415 - few need it

        return message_text(message, reading, shell(self._pane).now(), width)

    def _with_whole(self, message: Message, then: Callable[[bytes], None]) -> None:
        try:
            self._awaited.with_whole(message.summary, then)
        except StoreError as error:
            shell(self._pane).tell(error.message, Severity.ERROR)
