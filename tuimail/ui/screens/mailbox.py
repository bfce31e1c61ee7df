"""The main screen: folders, the list of messages, the reader, and the two bars.

It reads the store, inserts intents, and tells the engine where the user looks. Everything it shows
comes from the store; when the connection goes, nothing on it changes but the words of the state.
"""

from __future__ import annotations

from functools import partial

from textual.timer import Timer

from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.message import MessageKey
from tuimail.ui import deeds
from tuimail.ui.arrangement import Layout
from tuimail.ui.bindings import bindings_for
from tuimail.ui.messages import CursorMoved, FolderChosen, ListChanged, MessageOpened
from tuimail.ui.screens.mailbox_bars import MailboxBars
from tuimail.ui.screens.mailbox_deeds import MailboxDeeds
from tuimail.ui.shell import shell
from tuimail.ui.widgets.message_view import MessageView

# A held key moves the cursor faster than a text can be read; the reader follows when it rests.
_PREVIEW_SECONDS = 0.06


class MailboxScreen(MailboxDeeds):
    """Folders, list and reader, arranged by the size of the terminal."""

    BINDINGS = bindings_for("mailbox")

    def __init__(self) -> None:
        super().__init__()
        self.bars = MailboxBars(self)
        self._cursors: dict[FolderId, MessageKey] = {}
        self._preview: Timer | None = None
        self._dwell: Timer | None = None

    def on_mount(self) -> None:
        """Show the last folder straight from the store."""
        app = shell(self)
        app.signal_status.subscribe(self, self._status_changed)
        self.message_list.tinted = app.settings.cursor != "gutter"
        self.restore_layouts()
        self.folder_tree.reload()
        self.rearrange()
        self._open_first_folder()
        self.bars.refresh()

    # -- folders -------------------------------------------------------------------------------

    @property
    def folder(self) -> Folder | None:
        """The folder whose messages are listed, as the store has it now."""
        return (
            None
            if self.message_list.folder is None
            else shell(self).store.read.folder(self.message_list.folder)
        )

    def _open_first_folder(self) -> None:
        app = shell(self)
        reader = app.store.read
        stored = reader.meta("ui.folder") or ""
        last = reader.folder(FolderId(int(stored))) if stored.isdecimal() else None
        folders = [folder for id_ in app.accounts for folder in reader.folders(id_)]
        if last is None or last.id not in {folder.id for folder in folders}:
            last = next((folder for folder in folders if folder.selectable), None)
        if last is not None:
            self.open_folder(last.id, remember=False)

    def open_folder(self, folder: FolderId, *, remember: bool = True) -> None:
        """List a folder with the cursor where it was, and tell the engine."""
        app = shell(self)
        self._keep_cursor()
        key = self._cursors.get(folder)
        if key is None:
            stored = app.store.read.meta(f"ui.cursor.{folder}") or ""
            key = MessageKey(int(stored)) if stored.isdecimal() else None
        self.message_list.show(folder, key)
        self.folder_tree.point_at(folder)
        if app.engine is not None:
            app.engine.focus(folder)
        if remember:
            app.remember("ui.folder", str(folder))

    def _keep_cursor(self) -> None:
        folder, row = self.message_list.folder, self.message_list.cursor
        if folder is not None and row is not None:
            self._cursors[folder] = row.key
            shell(self).remember(f"ui.cursor.{folder}", str(row.key))

    def on_folder_chosen(self, event: FolderChosen) -> None:
        """Open it and go to the list."""
        self.open_folder(event.folder)
        self.tree_open = self.reading = False
        self.rearrange()
        self.message_list.focus()

    # -- list and reader -----------------------------------------------------------------------

    def on_cursor_moved(self, event: CursorMoved) -> None:
        """Let the reader beside the list follow when the cursor rests."""
        if self._preview is not None:
            self._preview.stop()
        if self.reader.display:
            show = partial(self._show_at_cursor, dwell=event.by_user)
            self._preview = self.set_timer(_PREVIEW_SECONDS, show)

    def on_message_opened(self, event: MessageOpened) -> None:
        """Read it, or go on writing it."""
        read = shell(self).store.read
        draft_id = read.draft_shown_as(event.key)
        draft = None if draft_id is None else read.draft(draft_id)
        if draft is not None:
            shell(self).open_composer(draft)
            return
        self.reading = True
        self.rearrange()
        self._show_at_cursor(dwell=True)
        self.reader.focus()

    def _show_at_cursor(self, *, dwell: bool = False) -> None:
        """Read the message at the cursor.

        Args:
            dwell: It counts as read after some seconds: somebody went there. What comes under
                the cursor by itself does not.
        """
        row = self.message_list.cursor
        key = row.key if row is not None else None
        if key != self.reader.key:
            self.reader.show(key)
            self.stop_dwelling()
        if dwell:
            self._start_dwell(key)
        self.bars.refresh()

    def _start_dwell(self, key: MessageKey | None) -> None:
        self.stop_dwelling()
        row, after = self.message_list.cursor, shell(self).settings.reader.mark_read_after
        if key is None or row is None or row.flags.is_seen or after == "off":
            return
        if after == 0:
            self.run_worker(self.dwelt(key))
        else:
            self._dwell = self.set_timer(after, lambda: self.run_worker(self.dwelt(key)))

    def stop_dwelling(self) -> None:
        """Let what is read not count as read by itself any more."""
        if self._dwell is not None:
            self._dwell.stop()
            self._dwell = None

    async def action_next_message(self, by: int) -> None:
        """Read the message below or above in the list."""
        self.message_list.action_move(by)
        self._show_at_cursor(dwell=True)

    def on_message_view_position_changed(self, event: MessageView.PositionChanged) -> None:
        """Show how far the text is read."""
        event.stop()
        self.bars.refresh_hints()

    def on_list_changed(self, event: ListChanged) -> None:
        """Counts, marks or emptiness changed."""
        event.stop()
        self.bars.refresh()

    # -- panes ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Arrange the panes for the new size; the first one was known before."""
        if (self.room.width, self.room.height) != self.app.size:
            self.rearrange()

    def on_descendant_focus(self) -> None:
        """The hints belong to the pane with the focus."""
        self.bars.refresh()

    def rearrange(self) -> None:
        """Arrange the panes after a resize, or after something was opened or closed."""
        self.place_panes()
        if self.reader.display and self.layout_now is not Layout.ONE:
            self._show_at_cursor()
        self.bars.refresh()

    def action_layout(self) -> None:
        """Go to the next layout that fits."""
        self.choose_layout()
        self.rearrange()

    def action_pane(self, step: int) -> None:
        """Move the focus to the next pane."""
        panes = self.pane_order()
        if self.focused in panes:
            at = panes.index(self.focused) + step
            if at < 0 and not self.tree_is_permanent:
                self.action_folders()
            elif at < len(panes):
                panes[max(0, at)].focus()
            elif self.tree_open and not self.tree_is_permanent:
                self._close_tree()

    def action_folders(self) -> None:
        """Show the folders and go there."""
        self.tree_open = True
        self.rearrange()
        self.folder_tree.focus()

    async def action_back(self) -> None:
        """Go left: out of the reader, out of the folders, out of tuimail."""
        if self.focused is self.folder_tree:
            self._close_tree()
        elif self.reading or self.focused is self.reader:
            self.reading = False
            self.rearrange()
            self.message_list.focus()
        else:
            await self.run_action("app.leave")

    def _close_tree(self) -> None:
        self.tree_open = False
        self.rearrange()
        (self.message_list if self.message_list.display else self.reader).focus()

    def action_clear(self) -> None:
        """Close the folders, forget the marks, or hide the banner: the first that is there."""
        if self.focused is self.folder_tree:
            self._close_tree()
        elif self.message_list.marked:
            self.message_list.unmark()
        elif self.banner.hide():
            self.rearrange()

    def action_unread_folder(self, step: int) -> None:
        """Open the next folder with unread mail."""
        folder = self.folder_tree.unread_after(self.message_list.folder, step)
        if folder is None:
            self.bottom.show_event("No folder has unread mail.")
        elif folder != self.message_list.folder:
            self.open_folder(folder)
            if self.focused is not self.folder_tree:
                self.message_list.focus()

    def action_go(self, role: str) -> None:
        """Open the folder with a role, in the account of the one that is shown."""
        folder, reader = self.folder, shell(self).store.read
        found = reader.folder_with_role(folder.account_id, FolderRole(role)) if folder else None
        if found is None:
            self.bottom.show_event("This mailbox has no such folder.")
            return
        self.reading = self.tree_open = False
        self.open_folder(found.id)
        self.rearrange()
        self.message_list.focus()

    def action_jobs(self) -> None:
        """Show what the engine does and what waits."""
        from tuimail.ui.screens.jobs import JobsScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(JobsScreen(), self._go_to_message)

    def action_notices(self) -> None:
        """Show what was told."""
        from tuimail.ui.screens.notices import NoticesScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(NoticesScreen(), self._go_to_message)

    def _go_to_message(self, key: MessageKey | None) -> None:
        """List the folder of a message with the cursor on it."""
        row = shell(self).store.read.summary(key) if key is not None else None
        if row is None:
            return
        self.reading = self.tree_open = False
        self.open_folder(row.folder_id)
        self.message_list.show(row.folder_id, row.key)
        self.rearrange()
        self.message_list.focus()

    # -- messages ------------------------------------------------------------------------------

    def action_next_unread(self) -> None:
        """Go to the next unread message, and read it if one is being read."""
        if not self.message_list.next_unread():
            self.bottom.show_event("No unread messages here.")
        elif self.focused is self.reader:
            self._show_at_cursor(dwell=True)

    def action_mark(self) -> None:
        """Mark the message at the cursor and go to the next."""
        if self.focused is self.message_list:
            self.message_list.toggle_mark()

    def deed_done(self) -> None:
        """Read what has come under the cursor, if a message was being read."""
        if self.reading:
            self._show_at_cursor()

    async def dwelt(self, key: MessageKey) -> None:
        """Mark a message read that has been on the screen long enough."""
        row = shell(self).store.read.summary(key)
        shown = self.reader.display and self.reader.key == key and self.app.screen is self
        if row is not None and shown and not row.flags.is_seen:
            await self.deeds.do(deeds.mark_read(row), remember=False)

    # -- writing -------------------------------------------------------------------------------

    def action_write(self) -> None:
        """Write a new message from the account of the folder that is shown."""
        app, folder = shell(self), self.folder
        account = folder.account_id if folder else next(iter(app.accounts), None)
        if account is None:
            self.bottom.show_event("There is no account to write from.")
        else:
            app.open_composer(Draft(account))

    def action_reply(self, everyone: bool) -> None:
        """Answer the message at the cursor, with its text quoted if it is here."""
        row = self.message_list.cursor
        if row is not None:
            self.run_worker(self._reply(row.key, everyone), exclusive=True, group="reply")

    async def _reply(self, key: MessageKey, everyone: bool) -> None:
        # Imported when the first answer is written: the first frame does without the mail parser.
        from tuimail.mime.quoting import reply_to  # noqa: PLC0415

        app, message = shell(self), shell(self).store.read.message(key)
        if message is None:
            return
        account = message.summary.account_id
        lines, links = await app.texts.quotable(message)
        own = {name for each in app.accounts.values() for name in (each.address, each.username)}
        draft = reply_to(message, lines, own=own, everyone=everyone, account=account, links=links)
        app.open_composer(draft)

    # -- what changes from outside -------------------------------------------------------------

    def apply_changes(self, changes: ChangeSet) -> None:
        """Show what commits changed, at once: the next key already acts on it."""
        if changes.folders or changes.outbox or changes.lists:
            self.folder_tree.reload()
        if self.message_list.folder is None and (changes.folders or changes.lists):
            self._open_first_folder()
        self.message_list.apply(changes)
        self.bars.refresh()

    def _status_changed(self, _: None) -> None:
        self.bars.refresh()

    def remember_place(self) -> None:
        """Remember where the cursor is, for the next start."""
        self._keep_cursor()
