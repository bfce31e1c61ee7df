"""The folders: own lines, counts from the store, a cursor that stays on its folder."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.listing import InFolder
from tuimail.ui.bindings import bindings_for
from tuimail.ui.messages import FolderChosen
from tuimail.ui.roles import roles
from tuimail.ui.shell import shell
from tuimail.ui.tree_layout import Branch, TreeRow, draw_row, tree_rows
from tuimail.ui.widgets.keep_sheet import choose_for
from tuimail.ui.widgets.shared_sheet import add_to


class FolderTree(ScrollView, can_focus=True):
    """All folders of all accounts, roles first."""

    DEFAULT_CSS = """
    FolderTree { overflow-x: hidden; scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """
    BINDINGS = bindings_for("tree")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[TreeRow] = []
        self._cursor = 0
        self._folded: set[FolderId] = set()

    # -- what it shows -------------------------------------------------------------------------

    @property
    def folders(self) -> list[Folder]:
        """The folders in the order they are shown; folded ones are left out."""
        return [row.folder for row in self._rows if row.folder is not None]

    def reload(self) -> None:
        """Read folders and counters again; the cursor stays on its folder."""
        app = shell(self)
        reader = app.store.read
        here = self._rows[self._cursor] if self._rows else None
        branches = [
            Branch(account.name, reader.folders(id_), account.is_shared)
            for id_, account in app.accounts.items()
        ]
        self._rows = tree_rows(branches, self._folded, reader.counts().outbox_waiting)
        self._cursor = self._index_of(here)
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()

    def _index_of(self, row: TreeRow | None) -> int:
        if row is not None and row.outbox:
            return 0
        if row is not None and row.folder is not None:
            found = self._find(row.folder.id)
            if found is not None:
                return found
        for index, other in enumerate(self._rows):
            if other.folder is not None and other.folder.role is FolderRole.INBOX:
                return index
        return 0

    def point_at(self, folder: FolderId) -> None:
        """Put the cursor on a folder, unfolding what hides it."""
        found = self._find(folder)
        if found is None and self._folded:
            self._folded.clear()
            self.reload()
            found = self._find(folder)
        if found is not None:
            self._set_cursor(found)

    def _find(self, folder: FolderId) -> int | None:
        for index, row in enumerate(self._rows):
            if row.folder is not None and row.folder.id == folder:
                return index
        return None

    def unread_after(self, folder: FolderId | None, step: int) -> FolderId | None:
        """Return the next folder with unread mail, going round; quiet ones do not count."""
        ids = [row.folder.id for row in self._rows if row.folder is not None]
        news = {
            row.folder.id
            for row in self._rows
            if row.folder and row.folder.unread and not row.quiet
        }
        if not news:
            return None
        start = ids.index(folder) if folder in ids else -1 if step > 0 else 0
        for distance in range(1, len(ids) + 1):
            candidate = ids[(start + step * distance) % len(ids)]
            if candidate in news:
                return candidate
        return None

    # -- the cursor ----------------------------------------------------------------------------

    def _set_cursor(self, index: int) -> None:
        self.refresh_line(self._cursor)
        self._cursor = index
        self.refresh_line(index)
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index if index > 1 else 0, animate=False)
        elif index >= top + self.size.height > 0:
            self.scroll_to(y=index - self.size.height + 1, animate=False)
        if self.has_focus:
            y = self.region.y + max(0, index - self.scroll_offset.y)
            self.app.cursor_position = Offset(self.region.x, y)

    def action_move(self, by: int) -> None:
        """Move to the next row a cursor may stand on."""
        index = self._cursor + by
        while 0 <= index < len(self._rows):
            if self._rows[index].selectable:
                self._set_cursor(index)
                return
            index += by

    def action_edge(self, end: int) -> None:
        """Go to the first or the last row."""
        choices = [index for index, row in enumerate(self._rows) if row.selectable]
        if choices:
            self._set_cursor(choices[0 if end < 0 else -1])

    async def action_open(self) -> None:
        """Open the folder at the cursor; one that holds only folders folds or unfolds."""
        if not self._rows:
            return
        row = self._rows[self._cursor]
        if row.outbox:
            shell(self).open_outbox()
        elif row.folder is not None and not row.folder.selectable:
            self._fold(not row.folded)
        elif row.folder is not None:
            self.post_message(FolderChosen(InFolder(row.folder.id)))

    def action_fold(self) -> None:
        """Fold the folder at the cursor, or go to the one it is in."""
        if not self._rows:
            return
        row = self._rows[self._cursor]
        if row.folded is False:
            self._fold(True)
            return
        for index in range(self._cursor - 1, -1, -1):
            if self._rows[index].selectable and self._rows[index].level < row.level:
                self._set_cursor(index)
                return

    async def action_unfold(self) -> None:
        """Unfold the folder at the cursor, or go to the list."""
        if self._rows and self._rows[self._cursor].folded:
            self._fold(False)
        else:
            await self.run_action("screen.pane(1)")

    def action_keep(self) -> None:
        """Choose what of the folder at the cursor is kept for reading without a network."""
        folder = self._rows[self._cursor].folder if self._rows else None
        if folder is None or not folder.selectable:
            shell(self).tell("There is no mail here to keep.")
        else:
            choose_for(self, folder)

    def action_add_shared(self) -> None:
        """Ask for the address of a shared mailbox of the account at the cursor."""
        accounts = shell(self).accounts
        folder = self._rows[self._cursor].folder if self._rows else None
        here = accounts.get(folder.account_id) if folder else next(iter(accounts.values()), None)
        owner = accounts.get(here.sign_in_id) if here else None
        if owner is not None:
            add_to(self, owner, self.reload)

    def _fold(self, folded: bool) -> None:
        folder = self._rows[self._cursor].folder
        if folder is not None:
            (self._folded.add if folded else self._folded.discard)(folder.id)
            self.reload()

    # -- painting and events -------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        width, index = self.size.width, y + self.scroll_offset.y
        palette = roles(self.app)
        if index >= len(self._rows):
            return palette.strip((), width, "side")
        here = index == self._cursor
        surface = "side"
        if here:
            surface = "cursor" if self.has_focus else "cursor-blur"
        reverse = here and surface == "cursor" and palette.reverses_cursor
        row = draw_row(
            self._rows[index],
            cursor=here,
            reversed_=reverse,
            width=width,
            glyphs=shell(self).glyphs,
        )
        return palette.strip(row, width, surface)

    def on_focus(self) -> None:
        """Show the cursor as the place where the keys go."""
        self._set_cursor(self._cursor)

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.refresh_line(self._cursor)

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row and open it."""
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self._rows) and self._rows[index].selectable:
            self._set_cursor(index)
            await self.action_open()
