"""The files of the message that is read: listed, looked at, opened, saved."""

from __future__ import annotations

from functools import cached_property

from textual import work

from tuimail.model.bodystructure import embedded_images
from tuimail.model.changes import ChangeSet
from tuimail.ui.shell import shell
from tuimail.ui.widgets.attachment_list import AttachmentSheet, FileWish
from tuimail.ui.widgets.file_desk import FileDesk, FileSource
from tuimail.ui.widgets.reader_links import ReaderLinks


class ReaderFiles(ReaderLinks):
    """The actions on files."""

    @cached_property
    def _desk(self) -> FileDesk:
        return FileDesk(self, self.say_share)

    def go_on(self, changes: ChangeSet) -> None:
        """Go on with what was waited for."""
        super().go_on(changes)
        self._desk.store_changed(changes)

    def say_share(self) -> None:
        """Say how far a file is that is being fetched; else what there is to say of the text."""
        words = self._desk.progress_words()
        if words:
            self.say_line(words, shell(self).keys.shown("reader.give_up"), "give up")
        else:
            super().say_share()

    @work(group="attachments", exclusive=True)
    async def action_attachments(self) -> None:
        """List the files in a sheet, and the images in the text behind them."""
        files, message = tuple(self.files), self.message
        if message is None:
            return
        source = FileSource.read(message, self.reading)
        if source.message.structure is not None:
            files += embedded_images(source.message.structure)
        if not files:
            shell(self).tell("No attachments.")
            return
        listed = await self._desk.listed(source, files)
        wish = await self.app.push_screen_wait(AttachmentSheet(listed, shell(self).glyphs))
        if wish is not None:
            self._desk.do(wish.deed, source, files, wish.at)

    def action_view_attachment(self, number: int) -> None:
        """Look at the file with this number, or open it."""
        files = tuple(self.files)
        if number > len(files) or self.message is None:
            shell(self).tell(f"There is no attachment {number}.")
            return
        wish = FileWish(number - 1, "view")
        self._desk.do(wish.deed, FileSource.read(self.message, self.reading), files, wish.at)

    def give_up(self) -> bool:
        """Wait for no file either."""
        waited = self._desk.give_up()
        return super().give_up() or waited
