"""What the user was told, newest first, with the whole story of the one at the cursor."""

from __future__ import annotations

import asyncio
from functools import partial
from operator import attrgetter

from textual import work

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import list_date
from tuimail.ui.drawing.rows import Line, Row
from tuimail.ui.screens.told_list import ToldList
from tuimail.ui.shell import shell
from tuimail.ui.status.notice_words import Told, notice_row, notice_story, to_copy, told_undone
from tuimail.ui.widgets.top_bar import TopBar

_MOST = 500


class NoticesScreen(ToldList[MessageKey | None]):
    """The list and the story; ends with the message to go to, or None."""

    SCOPE = "notices"
    BINDINGS = bindings_for(SCOPE)

    def __init__(self) -> None:
        super().__init__(TopBar("Notifications", "newest first"))
        self._told: dict[int, Told] = {}
        self._looked_at: set[int] = set()

    def store_changed(self, changes: ChangeSet) -> None:
        """Read again when something was told."""
        if changes.notices or changes.intents:
            self.reload()

    def reload(self) -> None:
        """Read what was told."""
        app = shell(self)
        read = app.store.read
        names = {id_: account.name for id_, account in app.accounts.items()}
        try:
            seen = read.seen_notices()
            told = [
                Told(number, at, account, notice, _label(account, names), number in seen)
                for number, at, account, notice in read.notices(_MOST)
            ]
            redo = app.keys.shown("mailbox.redo")
            undone = [told_undone(entry, app.now(), redo) for entry in read.journal(_MOST)]
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        told += [one for one in undone if one is not None]
        told.sort(key=attrgetter("at"), reverse=True)
        self._told = {one.id: one for one in told}
        self._fill()
        self.show()

    def _fill(self) -> None:
        if not self._told:
            self.show_empty("Nothing happened yet.", "Failures and undo steps are kept here.")
            return
        lines = [Line(partial(self._row, one), one.id) for one in self._told.values()]
        self.list.fill(lines, first=next(iter(self._told)))

    def _row(self, told: Told, width: int, bar: str) -> Row:
        app = shell(self)
        looked_at = told._replace(seen=told.seen or told.id in self._looked_at)
        return notice_row(looked_at, width, app.now(), app.glyphs, bar)

    @property
    def _current(self) -> Told | None:
        number = self.list.current
        return self._told.get(number) if isinstance(number, int) else None

    async def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.action_go()

    def show(self) -> None:
        """Tell the story of the one at the cursor."""
        told, now = self._current, shell(self).now()
        if not self._told:
            self._fill()
        if told is None:
            self.story.tell(None)
        else:
            self._looked_at.add(told.id)
            can_go = self._message(told) is not None
            self.story.tell(notice_story(told, can_go=can_go), list_date(told.at, now))
            pointless = () if can_go else ("notices.go",)
            self.bottom.show_hints(shell(self).keys.hints(self.SCOPE, without=pointless))
        needing = sum(
            one.needs_you and one.id not in self._looked_at for one in self._told.values()
        )
        needs = "1 needs" if needing == 1 else f"{needing} need"
        self.top.counts = f"{needs} you" if needing else ""
        self.status_changed()

    def _message(self, told: Told) -> MessageKey | None:
        about = told.notice.about
        row = shell(self).store.read.summary(about) if about is not None else None
        return row.key if row is not None else None

    # -- keys ----------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Go to the message it is about."""
        told = self._current
        key = self._message(told) if told is not None else None
        if key is None:
            self.bottom.show_event("There is no message to go to.")
        else:
            self._leave(key)

    def action_back(self) -> None:
        """Leave."""
        self._leave(None)

    def _leave(self, key: MessageKey | None) -> None:
        looked_at = {one for one in self._looked_at & self._told.keys() if self._told[one].is_kept}
        if looked_at:
            shell(self).store.write(lambda tx: tx.see_notices(looked_at))
        self.dismiss(key)

    def action_copy(self) -> None:
        """Copy the line to run, or the server's words (OSC 52)."""
        words = to_copy(self._current.notice) if self._current else ""
        if not words:
            self.bottom.show_event("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(clean(words))
        self.bottom.show_event("It is copied.", severity=Severity.SUCCESS)

    @work(group="notices", exclusive=True)
    async def action_clear(self) -> None:
        """Forget what needs nobody and what was looked at."""
        read = [
            one.id
            for one in self._told.values()
            if one.is_kept and (not one.needs_you or one.id in self._looked_at)
        ]
        if not read:
            self.bottom.show_event("There is nothing to clear.")
            return
        try:
            await asyncio.wrap_future(
                shell(self).store.write(lambda tx: tx.clear_notices(read), urgent=True)
            )
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        shell(self).deliver_changes()
        self.bottom.show_event(f"{len(read)} cleared.")


def _label(account: AccountId | None, names: dict[AccountId, str]) -> str:
    return names.get(account, "") if account is not None and len(names) > 1 else ""
