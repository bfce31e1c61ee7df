"""All keys about the message that is read: the outermost of their classes.

What stands among the rows of a message, and what takes part in fetching it, are classes below this
one. What is only done with it is named here.
"""

from __future__ import annotations

from functools import cached_property

from textual import work

from tuimail.model.changes import ChangeSet
from tuimail.ui.widgets.reader_headers import ReaderHeaders
from tuimail.ui.widgets.reader_list import leave_list
from tuimail.ui.widgets.reader_outlets import ReaderOutlets
from tuimail.ui.widgets.reader_seals import decrypt


class ReaderKeys(ReaderHeaders):
    """The actions on the message that is read."""

    @cached_property
    def outlets(self) -> ReaderOutlets:
        """What gives it to other programs."""
        return ReaderOutlets(self)

    def go_on(self, changes: ChangeSet) -> None:
        """Go on with what was waited for."""
        super().go_on(changes)
        self.outlets.store_changed(changes)

    def give_up(self) -> bool:
        """Wait for no whole message either."""
        waited = self.outlets.give_up()
        return super().give_up() or waited

    async def action_pipe(self) -> None:
        """Give the text, or the message as it came, to a command."""
        await self.outlets.pipe()

    def action_export(self) -> None:
        """Write the message into a new file of the downloads."""
        self.outlets.export()

    @work(group="outlet", exclusive=True)
    async def action_print(self) -> None:
        """Print the text."""
        await self.outlets.print()

    @work(group="decrypting", exclusive=True)
    async def action_decrypt(self) -> None:
        """Let the passphrase be asked for, then read the message again."""
        await decrypt(self)

    @work(group="unsubscribing", exclusive=True)
    async def action_unsubscribe(self) -> None:
        """Leave the mailing list that the message comes from, after asking."""
        await leave_list(self)
