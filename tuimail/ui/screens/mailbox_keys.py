"""The keys of the mailbox screen that belong to an object it has: each action names what does it.

Textual looks for actions on the screen, and the tables of keys and commands name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tuimail.model.draft import Writing
from tuimail.ui.screens.mailbox_places import MailboxPlaces

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox_commands import MailboxCommands
    from tuimail.ui.screens.mailbox_export import MailboxExport
    from tuimail.ui.screens.mailbox_folders import MailboxFolders
    from tuimail.ui.screens.mailbox_limit import MailboxLimit
    from tuimail.ui.screens.mailbox_marking import MailboxMarking
    from tuimail.ui.screens.mailbox_order import MailboxOrder
    from tuimail.ui.screens.mailbox_picking import MailboxPicking
    from tuimail.ui.screens.mailbox_search import MailboxSearch


class MailboxKeys(MailboxPlaces):
    """Actions alone; what they do is said where it is done."""

    order: MailboxOrder
    limit: MailboxLimit
    search: MailboxSearch
    marking: MailboxMarking
    folders: MailboxFolders
    picking: MailboxPicking
    export: MailboxExport
    commands: MailboxCommands

    # -- the list as a whole -------------------------------------------------------------------

    async def action_sort(self) -> None:
        """Choose by what the list is sorted."""
        await self.order.ask()

    def action_conversations(self) -> None:
        """Put the messages of conversations together, or show them one by one."""
        self.order.turn_conversations()

    def action_fold(self) -> None:
        """Fold or unfold the conversation at the cursor."""
        self.order.fold()

    def action_fold_all(self) -> None:
        """Unfold all conversations, or fold all."""
        self.order.fold_all()

    async def action_limit(self) -> None:
        """Show only what an expression finds, as it is typed."""
        await self.limit.ask()

    async def action_search(self) -> None:
        """Search all folders, as it is typed."""
        await self.search.begin()

    async def action_jump(self) -> None:
        """Go to the next row whose sender or subject has what is typed."""
        from tuimail.ui.screens.mailbox_jump import jump  # noqa: PLC0415 - not for the first frame

        await jump(self)

    def action_mark(self) -> None:
        """Mark the message at the cursor and go to the next."""
        self.marking.one()

    def action_range(self) -> None:
        """Mark what the cursor passes from here on, or end that."""
        self.marking.begin_range()

    def action_mark_all(self) -> None:
        """Mark all messages of the list."""
        self.marking.everything()

    def action_invert(self) -> None:
        """Mark what is not marked, and unmark the rest."""
        self.marking.invert()

    async def action_mark_pattern(self) -> None:
        """Mark what an expression finds."""
        await self.marking.ask()

    # -- folders -------------------------------------------------------------------------------

    async def action_find_folder(self) -> None:
        """Type some letters of a folder: the tree shows what fits."""
        await self.folders.find()

    def action_all_folders(self) -> None:
        """List the folders that are not subscribed too, or only those that are."""
        self.folders.turn_all()

    async def action_subscribe(self) -> None:
        """Subscribe to the folder at the cursor, or take the subscription back."""
        await self.folders.turn_subscribed()

    async def action_folder_settings(self) -> None:
        """Choose how the folder at the cursor is listed."""
        await self.folders.settings()

    async def action_read_tree_folder(self) -> None:
        """Mark everything in the folder at the cursor read."""
        await self.folders.mark_read()

    async def action_new_folder(self) -> None:
        """Make a folder below the one at the cursor."""
        await self.folders.make_new()

    async def action_rename_folder(self) -> None:
        """Give the folder at the cursor another name, or another place."""
        await self.folders.rename()

    async def action_delete_folder(self) -> None:
        """Move the folder at the cursor to Deleted Items; from there delete it for ever."""
        await self.folders.delete()

    def action_destroy_folder(self) -> None:
        """Delete the folder at the cursor for ever."""
        self.folders.destroy()

    def action_empty_folder(self) -> None:
        """Delete everything in Deleted Items or Junk Email for ever."""
        self.folders.empty()

    async def action_go_to_folder(self) -> None:
        """Open a folder by some letters of its name."""
        await self.picking.go()

    async def action_move_to(self) -> None:
        """Move to a folder by some letters of its name."""
        await self.picking.file(copying=False)

    async def action_copy_to(self) -> None:
        """Copy to a folder by some letters of its name."""
        await self.picking.file(copying=True)

    # -- writing, and giving away --------------------------------------------------------------

    def action_write(self) -> None:
        """Write a new message."""
        self.writing.new()

    def action_reply(self, everyone: bool) -> None:
        """Answer the message at hand."""
        self.writing.reply(Writing.REPLY_ALL if everyone else Writing.REPLY)

    def action_reply_list(self) -> None:
        """Answer to the mailing list that the message came through."""
        self.writing.reply(Writing.LIST)

    def action_forward(self) -> None:
        """Pass the message on, its text and its files."""
        self.writing.forward()

    def action_forward_attached(self) -> None:
        """Pass the message on as a file."""
        self.writing.forward_attached()

    def action_edit_new(self) -> None:
        """Write the message anew."""
        self.writing.anew()

    def action_bounce(self) -> None:
        """Pass the message on as it is."""
        self.writing.bounce()

    def action_export(self) -> None:
        """Write what is marked to files, or end the waiting for what is not here."""
        self.export.begin()

    @work(group="receipt", exclusive=True)
    async def action_receipt(self) -> None:
        """Answer who asks to be told that the message was opened."""
        from tuimail.ui.screens.mailbox_receipts import answer_receipt  # noqa: PLC0415 - seldom

        await answer_receipt(self)

    # -- the command line ----------------------------------------------------------------------

    def action_go_to_named(self, name: str) -> None:
        """Open a folder by its name."""
        self.commands.go_to(name)

    async def action_move_to_named(self, name: str) -> None:
        """Move to a folder by its name."""
        await self.commands.move_to(name)

    async def action_copy_to_named(self, name: str) -> None:
        """Copy to a folder by its name."""
        await self.commands.copy_to(name)

    def action_sort_by(self, words: str) -> None:
        """Sort the list by a word."""
        self.commands.sort_by(words)

    def action_limit_by(self, words: str) -> None:
        """Show only what an expression finds."""
        self.commands.limit_by(words)

    def action_search_for(self, words: str) -> None:
        """Search all folders."""
        self.commands.search_for(words)

    def action_mark_by(self, words: str) -> None:
        """Mark what an expression finds."""
        self.commands.mark_by(words)

    def action_write_to(self, people: str) -> None:
        """Write to somebody."""
        self.writing.new(to=people)
