"""The folders: own lines, counts from the store, a cursor that stays on its folder."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from textual import events
from textual.geometry import Offset, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.model.account import AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.listing import Flagged, InFolder, Listing, Place
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.roles import roles
from tuimail.ui.folders.forest import Branch, Forest
from tuimail.ui.folders.layout import (
    QUIET,
    Totals,
    TreeRow,
    View,
    draw_row,
    folder_row,
    found_rows,
    tree_rows,
    view_rows,
)
from tuimail.ui.shell import shell

_MOST_REPLACED = 200
"""When more folders changed at once, all are read again."""


class FolderTree(ScrollView, can_focus=True):
    """All folders of all accounts, roles first."""

    DEFAULT_CSS = """
    FolderTree { overflow-x: hidden; scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """
    BINDINGS = bindings_for("tree")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._forest = Forest()
        self._rows: list[TreeRow] = []
        self._cursor = 0
        self._folded: set[FolderId] = set()
        self._typed: str | None = None
        self._everything = False
        self._restored = False

    # -- what it shows -------------------------------------------------------------------------

    @property
    def current(self) -> Folder | None:
        """The folder at the cursor."""
        return self._rows[self._cursor].folder if self._rows else None

    @property
    def current_account(self) -> AccountId | None:
        """Whose folder is at the cursor; on a view or the outbox the first account."""
        folder = self.current
        return folder.account_id if folder else next(iter(shell(self).accounts), None)

    @property
    def shows_everything(self) -> bool:
        """Whether folders that are not subscribed are listed too."""
        return self._everything

    def reload(self) -> None:
        """Read folders and counters again; the cursor stays on its folder."""
        app = shell(self)
        self._restore()
        found = app.store.read.all_folders(everything=self._everything)
        self._forest = Forest(
            [
                Branch(account.name, found.get(id_, ()), account.is_shared, id_)
                for id_, account in app.accounts.items()
            ]
        )
        self._fill()

    def _restore(self) -> None:
        """Read once what was folded, and whether all folders were listed."""
        if not self._restored:
            self._restored = True
            read = shell(self).store.read
            self._folded = set(json.loads(read.meta("ui.folded") or "[]"))
            self._everything = read.meta("ui.all_folders") == "1"

    def apply(self, changes: ChangeSet) -> None:
        """Show what commits changed: where only counts did, nothing else is looked at."""
        touched = changes.folders | changes.lists
        if not touched:
            if changes.outbox or changes.messages:
                self._recount_views()
            return
        if len(touched) <= _MOST_REPLACED:
            now = shell(self).store.read.some_folders(touched)
            mine = [folder for folder in now if folder.account_id in shell(self).accounts]
            if self._forest.replace(mine, touched):
                self._recount(touched)
                return
        self.reload()

    def _recount(self, touched: Collection[FolderId]) -> None:
        concerned = set(touched)
        for folder in touched:
            concerned.update(self._forest.above(folder))
        for index, row in enumerate(self._rows):
            if row.folder is not None and row.folder.id in concerned:
                now = folder_row(self._forest, row.folder.id, row.level, folded=row.folded)
                self._put(index, replace(now, hits=row.hits, faint=row.faint))
        self._recount_views()

    def _recount_views(self) -> None:
        """Count again what stands above the first account: it counts across folders."""
        # A commit may be told before the first rows were laid out.
        if self._rows and not self._is_finding:
            for index, row in enumerate(view_rows(self._forest, self._totals())):
                self._put(index, row)

    def _put(self, index: int, row: TreeRow) -> None:
        if self._rows[index] != row:
            self._rows[index] = row
            self.refresh_line(index)

    def _totals(self) -> Totals:
        read = shell(self).store.read
        flagged = read.listing(Listing(Flagged(self._forest.accounts))).count()
        return Totals(
            outbox=read.counts(*self._forest.accounts).outbox_waiting, flagged=flagged or 0
        )

    @property
    def _is_finding(self) -> bool:
        return bool(self._typed and self._typed.strip())

    def _fill(self, *, to_best: bool = False) -> None:
        """Lay the rows out anew.

        Args:
            to_best: Of what is found, the best gets the cursor; it stays on its own otherwise.
        """
        here = self._rows[self._cursor].identity if self._rows else None
        best = 0
        if self._is_finding:
            self._rows, best = found_rows(self._forest, self._typed or "")
        else:
            self._rows = tree_rows(self._forest, self._folded, self._totals())
        self._cursor = max(0, best) if to_best and self._is_finding else self._index_of(here)
        self.virtual_size = Size(0, len(self._rows))
        self.refresh()

    def _index_of(self, identity: object) -> int:
        inbox = 0
        for index, row in enumerate(self._rows):
            if identity is not None and row.identity == identity:
                return index
            if not inbox and row.folder is not None and row.folder.role is FolderRole.INBOX:
                inbox = index
        return inbox

    def point_at(self, folder: FolderId) -> None:
        """Put the cursor on a folder, unfolding what hides it."""
        hiding = self._folded.intersection(self._forest.above(folder))
        if hiding:
            self._folded -= hiding
            self._fill()
        self._point_at(folder)

    def point_at_view(self, view: View) -> None:
        """Put the cursor on a view."""
        self._point_at(type(view))

    def _point_at(self, identity: object) -> None:
        for index, row in enumerate(self._rows):
            if row.identity == identity:
                self._set_cursor(index)
                return

    def views(self) -> dict[str, View]:
        """Return what lists messages of several folders, by its name."""
        rows = view_rows(self._forest, Totals())
        return {row.text: row.view for row in rows if row.view is not None}

    def beside(self, folder: FolderId) -> FolderId | None:
        """Return the folder that is shown behind one and what is in it, else the one before."""
        inside = {folder, *self._forest.below(folder)}
        shown = [row.folder.id for row in self._rows if row.folder is not None]
        at = shown.index(folder) if folder in shown else 0
        behind = (one for one in shown[at:] if one not in inside)
        before = (one for one in reversed(shown[:at]) if one not in inside)
        return next(behind, None) or next(before, None)

    def unread_after(self, folder: FolderId | None, step: int) -> FolderId | None:
        """Return the next folder with unread mail, going round; quiet ones do not count."""
        folders = list(self._forest.in_order())
        news = {each.id for each in folders if each.unread and each.role not in QUIET}
        if not news:
            return None
        ids = [each.id for each in folders]
        start = ids.index(folder) if folder in ids else -1 if step > 0 else 0
        for distance in range(1, len(ids) + 1):
            candidate = ids[(start + step * distance) % len(ids)]
            if candidate in news:
                return candidate
        return None

    # -- finding and toggling ------------------------------------------------------------------

    def find(self, typed: str | None) -> str:
        """Show only what fits; None ends it. Returns what is wrong, empty when nothing is."""
        self._typed = typed
        if typed is None:
            here = self.current
            self._fill()
            if here is not None:
                self.point_at(here.id)
            return ""
        self._fill(to_best=True)
        self.scroll_to(y=max(0, self._cursor - self.size.height + 1), animate=False)
        return "" if self._rows else "No folder is named so."

    def show_everything(self, everything: bool) -> None:
        """List the folders that are not subscribed too, or not; remembered."""
        self._everything = everything
        shell(self).remember("ui.all_folders", str(int(everything)))
        self.reload()

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
        step, index = (1 if by > 0 else -1), self._cursor
        for _ in range(abs(by)):
            ahead = index + step
            while 0 <= ahead < len(self._rows) and not self._rows[ahead].selectable:
                ahead += step
            if not 0 <= ahead < len(self._rows):
                break
            index = ahead
        if index != self._cursor:
            self._set_cursor(index)

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
        elif row.view is not None:
            await self._choose(row.view)
        elif row.folder is not None and not row.folder.selectable:
            self._fold(not row.folded)
        elif row.folder is not None:
            await self._choose(InFolder(row.folder.id))

    async def _choose(self, place: Place) -> None:
        """Open a place before another key is taken."""
        await self.app.run_action(("screen", "open_chosen", (place,)), self)

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
        folder = self.current
        if folder is None or not folder.selectable:
            shell(self).tell("There is no mail here to keep.")
        else:
            from tuimail.ui.widgets.keep_sheet import choose_for  # noqa: PLC0415 - not for the first frame

            choose_for(self, folder)

    def action_add_shared(self) -> None:
        """Ask for the address of a shared mailbox of the account at the cursor."""
        accounts, whose = shell(self).accounts, self.current_account
        here = accounts.get(whose) if whose is not None else None
        owner = accounts.get(here.sign_in_id) if here else None
        if owner is not None:
            from tuimail.ui.widgets.shared_sheet import add_to  # noqa: PLC0415 - not for the first frame

            add_to(self, owner, self.reload)

    def _fold(self, folded: bool) -> None:
        folder = self.current
        if folder is not None and folder.id in self._forest.children:
            (self._folded.add if folded else self._folded.discard)(folder.id)
            self._folded &= self._forest.folders.keys()
            shell(self).remember("ui.folded", json.dumps(sorted(self._folded)))
            self._fill()

    # -- painting and events -------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        width, index = self.size.width, y + self.scroll_offset.y
        palette = roles(self.app)
        if index >= len(self._rows):
            return palette.strip((), width, "side")
        here = index == self._cursor and self._rows[index].selectable
        surface = "side"
        if here:
            takes_keys = self.has_focus and self.screen.is_active
            surface = "cursor" if takes_keys or self._typed is not None else "cursor-blur"
        reverse = here and surface == "cursor" and palette.reverses_cursor
        row = draw_row(
            self._rows[index],
            cursor=here,
            reversed_=reverse,
            width=width,
            glyphs=shell(self).glyphs,
        )
        return palette.strip(row, width, surface)

    def refresh_cursor(self) -> None:
        """Paint the cursor anew: whether the keys go there has changed."""
        self.refresh_line(self._cursor)

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
