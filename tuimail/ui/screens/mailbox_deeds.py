"""What keys do to messages on the mailbox screen, in the list and in the reader."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual import work

from tuimail.model.folder import FolderRole
from tuimail.model.message import MessageSummary
from tuimail.ui import deeds
from tuimail.ui.bindings import BY_ID
from tuimail.ui.drawing.formatting import cut, number
from tuimail.ui.screens.deed_runner import DeedRunner
from tuimail.ui.screens.mailbox_panes import MailboxPanes
from tuimail.ui.shell import shell
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox_dwelling import MailboxDwelling

_YES: Final = "y"
_ON_ALL: Final = ("archive", "trash", "move", "flag", "unread", "junk")
"""What can be done to a whole conversation: the bindings, which are words as well."""


class MailboxDeeds(MailboxPanes):
    """The actions on the messages that are marked, else on the one at the cursor."""

    dwelling: MailboxDwelling

    def __init__(self) -> None:
        super().__init__()
        self.deeds = DeedRunner(self)
        self._all: list[MessageSummary] | None = None

    @property
    def at_hand(self) -> MessageSummary | None:
        """The message that a key for one message is about: what is read, else the cursor's."""
        if self.in_conversation:
            return self.conversation.current
        if self.in_reader and self.reader.key is not None:
            return shell(self).store.read.summary(self.reader.key)
        return self.message_list.cursor

    def chosen(self) -> list[MessageSummary]:
        """Return what an action applies to: in the reader what is read, else the selection."""
        if self._all is not None:
            return self._all
        if self.focused_reader is not None:
            row = self.at_hand
            return [row] if row is not None else []
        return self.message_list.selection()

    def action_on_all(self) -> None:
        """Ask what to do to the whole conversation that is read, and do it."""
        keys = shell(self).keys
        names: dict[str, str] = {}
        for name in _ON_ALL:
            single = (key for key in keys.keys(BY_ID[f"mailbox.{name}"]) if " " not in key)
            names.update((key, name) for key in islice(single, 1))
        waiting = self.bottom.put(f"All {number(len(self.conversation.members))}:", names)
        begin(self, partial(self._do_to_all, names, waiting), group="all", exclusive=True)

    async def _do_to_all(
        self, names: Mapping[str, str], waiting: asyncio.Future[str | None]
    ) -> None:
        """Do it; filing leaves what the user wrote where it is, else Sent Items would lose it."""
        answer = await self.bottom.answered(waiting)
        if answer is None:
            return
        name, view = names[answer], self.conversation
        turned = name in ("flag", "unread")
        self._all = [one.message for one in view.members] if turned else view.received
        try:
            await self.run_action(BY_ID[f"mailbox.{name}"].action)
        finally:
            self._all = None

    async def action_trash(self) -> None:
        """Move to Deleted Items, held so that u takes it back; from there delete for ever."""
        rows = self.chosen()
        if rows and all(self._role_of(row) is FolderRole.TRASH for row in rows):
            self.action_delete()
            return
        await self._move_to(FolderRole.TRASH, "This mailbox has no folder for deleted messages.")

    def _role_of(self, row: MessageSummary) -> FolderRole | None:
        folder = shell(self).store.read.folder(row.folder_id)
        return folder.role if folder is not None else None

    @work(group="delete", exclusive=True)
    async def action_delete(self) -> None:
        """Delete for ever, after a question."""
        rows = self.chosen()
        if not rows:
            return
        what = f"{number(len(rows))} messages" if len(rows) > 1 else f"“{self._named(rows[0])}”"
        if await self.bottom.ask(f"Delete {what} for ever?", {_YES: "delete"}) == _YES:
            await self.carry_out(deeds.delete_for_ever(rows), rows)

    def _named(self, row: MessageSummary) -> str:
        around = cell_len(f"Delete “” for ever?   {_YES} delete   Esc back  ") + 1
        return cut(row.subject or "(no subject)", max(8, self.bottom.size.width - around))

    async def action_archive(self) -> None:
        """Move to the archive."""
        await self._move_to(FolderRole.ARCHIVE, self._no_archive())

    def _no_archive(self) -> str:
        again = shell(self).keys.shown("mailbox.retry")
        return f"This mailbox has no archive. Make a folder named Archive; {again} finds it."

    async def action_archive_conversation(self) -> None:
        """Move all messages of the conversation that are in this place to the archive."""
        row = self.message_list.row
        rows = self.message_list.conversation_of(row) if row is not None else []
        await self._move_to(FolderRole.ARCHIVE, self._no_archive(), rows)

    async def action_junk(self) -> None:
        """Move to Junk Email, or from there to the Inbox."""
        rows = self.chosen()
        if rows and all(self._role_of(row) is FolderRole.JUNK for row in rows):
            await self._move_to(FolderRole.INBOX, "This mailbox has no Inbox.")
        else:
            await self._move_to(FolderRole.JUNK, "This mailbox has no folder for junk.")

    async def _move_to(
        self, role: FolderRole, without: str, rows: Sequence[MessageSummary] | None = None
    ) -> None:
        """Move to the folder with a role, each message to that of its own mailbox."""
        rows = self.chosen() if rows is None else rows
        if not rows:
            return
        reader = shell(self).store.read
        accounts = {row.account_id for row in rows}
        targets = {account: reader.folder_with_role(account, role) for account in accounts}
        found = [(row, to) for row in rows if (to := targets[row.account_id]) is not None]
        moves = [(row, to) for row, to in found if row.folder_id != to.id]
        if not found:
            self.bottom.show_event(without)
        elif not moves:
            what = "It is" if len(rows) == 1 else "They are"
            self.bottom.show_event(f"{what} in {found[0][1].name} already.")
        else:
            await self.carry_out(deeds.file(moves), rows)

    async def action_flag(self) -> None:
        """Flag, or clear the flag."""
        rows = self.chosen()
        await self.carry_out(deeds.toggle_flagged(rows), rows)

    async def action_flag_here(self) -> None:
        """Flag what the row at the cursor stands for, whatever is marked."""
        row = self.message_list.row
        if row is not None:
            rows = self.message_list.messages_of(row)
            await self.carry_out(deeds.toggle_flagged(rows), rows)

    async def action_unread(self) -> None:
        """Mark unread, or read."""
        self.dwelling.stop()
        rows = self.chosen()
        await self.carry_out(deeds.toggle_unread(rows), rows)

    async def action_read_folder(self) -> None:
        """Mark everything in the folder read, also what is on the server alone."""
        shown = self.message_list.folder
        folder = shell(self).store.read.folder(shown) if shown is not None else None
        if folder is None or not folder.unread:
            self.bottom.show_event("Nothing is unread here.")
            return
        self.dwelling.stop()
        await self.deeds.mark_folder_read(folder)

    async def carry_out(self, deed: deeds.Deed, rows: Sequence[MessageSummary]) -> None:
        """Do it, then let go of the marks it was for and read what has come under the cursor."""
        if not self.message_list.marked and len(rows) > 1:
            deed = deeds.of_conversation(deed)
        self.message_list.marks.end_range()
        if await self.deeds.do(deed):
            if {row.key for row in rows} >= self.message_list.marked:
                self.message_list.unmark()
            self.deed_done()

    async def action_undo(self) -> None:
        """Take back the last action."""
        if not await shell(self).undo_sending():
            await self.deeds.undo()

    async def action_redo(self) -> None:
        """Do again what was undone last."""
        await self.deeds.redo()

    def deed_done(self) -> None:
        """Show what has come under the cursor."""
        raise NotImplementedError
