"""The files of the message that is read: listed, and saved by their numbers."""

from __future__ import annotations

from tuimail.model.changes import ChangeSet
from tuimail.ui.shell import shell
from tuimail.ui.widgets.attachment_list import AttachmentSaver, AttachmentSheet
from tuimail.ui.widgets.reader_links import ReaderLinks


class ReaderFiles(ReaderLinks):
    """The actions on files."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._saver = AttachmentSaver(self)

    def store_changed(self, changes: ChangeSet) -> None:
        """Save what was waited for."""
        super().store_changed(changes)
        self._saver.store_changed(changes)

    def action_attachments(self) -> None:
        """List the files in a sheet."""
        if not self.files:
            shell(self).tell("No attachments.")
            return
        self.app.push_screen(
            AttachmentSheet(self.files, self.here, shell(self).glyphs), self._save_chosen
        )

    def action_save_attachment(self, number: int) -> None:
        """Save the file with this number."""
        if number <= len(self.files):
            self._save_chosen(number - 1)
        else:
            shell(self).tell(f"There is no attachment {number}.")

    def _save_chosen(self, index: int | None) -> None:
        if index is not None and self.message is not None:
            self._saver.save(self.message, self.files[index])
