"""The files of a message: a sheet that lists them, and saving them to disk.

A file that is not here yet is fetched first; it is saved when the store has it, even when another
message is shown by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.mime.filename import attachment_name, write_new
from tuimail.model.bodystructure import BodyPart
from tuimail.model.changes import ChangeSet
from tuimail.model.message import Message, MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.formatting import fit, size_text
from tuimail.ui.glyphs import Glyphs
from tuimail.ui.head_layout import file_octets
from tuimail.ui.roles import roles
from tuimail.ui.rows import Row, Run, ends, rule
from tuimail.ui.saving import downloads_dir
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from pathlib import Path

MOST_ROWS: Final = 12


def attachment_row(
    number: int, part: BodyPart, *, here: bool, current: bool, width: int, glyphs: Glyphs
) -> Row:
    """One file: number, name, type, size, and the mark of what is not downloaded."""
    size = f"{size_text(file_octets(part))} {' ' if here else glyphs.absent} "
    kind = f"{part.content_type}  " if width >= 64 else ""
    room = max(1, width - len(size) - len(kind) - 6)
    name = fit(attachment_name(part), room, glyphs.cut)
    left = (Run(glyphs.cursor if current else " ", "cursor-bar"), Run(f"{number:>2} ", "key"))
    return ends((*left, Run(name)), (Run(f"  {kind}{size}", "muted"),), width)


class AttachmentRows(Widget):
    """The rows of the sheet."""

    def __init__(self, files: Sequence[BodyPart], here: Collection[str], glyphs: Glyphs) -> None:
        super().__init__()
        self._files, self._here, self._glyphs = files, here, glyphs
        self.cursor = 0
        self.styles.height = min(MOST_ROWS, len(files)) + 1

    def render_line(self, y: int) -> Strip:
        """Paint the title or one file."""
        width = self.size.width
        if y == 0:
            title = rule(width, self._glyphs.rule, "Attachments", str(len(self._files)))
            return roles(self.app).strip(title, width, "sheet")
        shown = max(1, self.size.height - 1)
        index = max(0, self.cursor - shown + 1) + y - 1
        if index >= len(self._files):
            return roles(self.app).strip((), width, "sheet")
        part, current = self._files[index], index == self.cursor
        row = attachment_row(
            index + 1,
            part,
            here=part.stored_in in self._here,
            current=current,
            width=width,
            glyphs=self._glyphs,
        )
        return roles(self.app).strip(row, width, "cursor" if current else "sheet")


class SheetKeys(Widget):
    """The keys of the sheet, in the last row."""

    DEFAULT_CSS = "SheetKeys { height: 1; }"

    def render_line(self, y: int) -> Strip:
        """Paint the keys at the right, as in all sheets."""
        words = (("Enter", "save"), ("1-9", "save that one"), ("Esc", "close"))
        right: list[Run] = []
        for key, word in words:
            right += [Run("   "), Run(key, "key"), Run(f" {word}", "muted")]
        row = ends((), (*right, Run(" ")), self.size.width)
        return roles(self.app).strip(row, self.size.width, "bar")


class AttachmentSheet(ModalScreen[int | None]):
    """Choose a file to save; answers its index, or None."""

    DEFAULT_CSS = """
    AttachmentSheet { align: left bottom; background: transparent; }
    AttachmentRows { width: 100%; }
    """
    BINDINGS = bindings_for("attachments")

    def __init__(self, files: Sequence[BodyPart], here: Collection[str], glyphs: Glyphs) -> None:
        super().__init__()
        self._count = len(files)
        self._rows = AttachmentRows(files, here, glyphs)

    def compose(self) -> ComposeResult:
        """Files above keys."""
        yield self._rows
        yield SheetKeys()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._rows.cursor = max(0, min(self._count - 1, self._rows.cursor + rows))
        self._rows.refresh()

    def action_save(self) -> None:
        """Save the file at the cursor."""
        self.dismiss(self._rows.cursor)

    def action_save_number(self, number: int) -> None:
        """Save the file with this number."""
        if number <= self._count:
            self.dismiss(number - 1)

    def action_close(self) -> None:
        """Save nothing."""
        self.dismiss(None)


class AttachmentSaver:
    """Saves files, waiting for the engine where they are not here yet.

    Args:
        owner: A mounted widget; it lends its application.
    """

    def __init__(self, owner: Widget) -> None:
        self._owner = owner
        self._waiting: dict[tuple[MessageKey, str], tuple[Message, BodyPart]] = {}

    def save(self, message: Message, part: BodyPart) -> None:
        """Save one part to the downloads directory, now or when it is here."""
        key = message.summary.key
        app = shell(self._owner)
        if _is_here(message, part, app.store.read.sections(key)):
            self._start(message, part)
            return
        self._waiting[key, part.section] = message, part
        name = attachment_name(part)
        if app.engine is not None:
            app.engine.want_body(key, section=part.stored_in)
        status = app.engine.status.get(message.summary.account_id) if app.engine else None
        if status is not None and status.connectivity is Connectivity.ONLINE:
            app.tell(app.glyphs.own(f"Fetching {name} …"))
        else:
            app.tell(f"{name} is saved with the next connection.")

    def store_changed(self, changes: ChangeSet) -> None:
        """Save what was waited for."""
        for (key, section), (message, part) in list(self._waiting.items()):
            if key not in changes.messages:
                continue
            if _is_here(message, part, shell(self._owner).store.read.sections(key)):
                del self._waiting[key, section]
                self._start(message, part)

    def _start(self, message: Message, part: BodyPart) -> None:
        self._owner.run_worker(self._write(message, part), group="saving")

    async def _write(self, message: Message, part: BodyPart) -> None:
        app = shell(self._owner)
        read = app.store.read
        key = message.summary.key
        section = part.stored_in
        is_here = section in read.sections(key)
        sections = [section, f"{section}.MIME", "HEADER"] if is_here else [""]
        stored = {section: read.part(key, section) for section in sections}
        name = attachment_name(part)
        try:
            path = await asyncio.to_thread(_decode_and_save, message, part, stored)
        except OSError as error:
            reason = clean(error.strerror or "the disk refused it")
            app.tell(
                Notice(
                    Severity.ERROR,
                    f"{name} was not saved: {reason}.",
                    happened=f"Writing to {downloads_dir()} failed: {reason}.",
                    now="Nothing was written.",
                    you_can="Free some space or set XDG_DOWNLOAD_DIR, and save again.",
                )
            )
            return
        app.tell(f"Saved {clean(path.name)} in {clean(str(path.parent))}", Severity.SUCCESS)


def _is_here(message: Message, part: BodyPart, sections: Collection[str]) -> bool:
    return part.stored_in in sections or (message.structure is None and "" in sections)


def _decode_and_save(message: Message, part: BodyPart, stored: dict[str, bytes | None]) -> Path:
    from tuimail.mime.reading import attachment_content  # noqa: PLC0415 - only saving needs it

    data = attachment_content(message, part, stored.get)
    return write_new(downloads_dir(), attachment_name(part), data or b"")
