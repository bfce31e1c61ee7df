"""New mail while tuimail runs: how many are unread in the title, and telling of what came.

What came is found by looking at the newest messages of a folder whose list changed: those that were
not there before, that the server received after tuimail began, and that nobody has read. So a first
sync, a message moved by hand and an old one that was restored tell nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.notice import Notice, Severity
from tuimail.ui.drawing.formatting import number
from tuimail.ui.later import later
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.store.reader import Reader
    from tuimail.ui.app import TuimailApp

GATHER_SECONDS: Final = 2.0
"""How long the first of several waits for the others, so that all are told at once."""
QUIET_SECONDS: Final = 15.0
"""The least time between two notifications."""
_RECENT_KEY: Final = 60.0
"""A terminal that never tells of its focus has it for so long after a key, in seconds."""
_NEWEST: Final = 50
_CLOCKS_DIFFER: Final = timedelta(minutes=2)


def tells(read: Reader, folder: Folder) -> bool:
    """Return whether new mail in a folder is told of: as chosen for it, else in the Inbox."""
    chosen = read.folder_settings(folder.id).notify
    return folder.role is FolderRole.INBOX if chosen is None else chosen


class Arrivals:
    """Looks at commits; tells and counts.

    Args:
        app: Whose store, settings and terminal it uses.
        environ: The environment of the process.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        app: TuimailApp,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._environ = environ
        self._clock = clock
        self._known: dict[FolderId, set[MessageKey]] = {}
        self._since: datetime | None = None
        self._waiting: dict[FolderId, list[MessageSummary]] = {}
        self._planned = False
        self._told_at = clock() - QUIET_SECONDS
        self._focus: bool | None = None
        self._key_at = clock() - _RECENT_KEY

    # -- what the terminal says ----------------------------------------------------------------

    def focus(self, has_it: bool) -> None:
        """The terminal tells whether it has the focus."""
        self._focus = has_it
        if has_it:
            self._waiting.clear()

    def key(self) -> None:
        """Somebody typed."""
        self._key_at = self._clock()

    @property
    def _is_watched(self) -> bool:
        if self._focus is not None:
            return self._focus
        return self._clock() - self._key_at < _RECENT_KEY

    # -- what the store says -------------------------------------------------------------------

    def begin(self) -> None:
        """Take what is in the folders for known, and set the title."""
        self._since = self._app.now() - _CLOCKS_DIFFER
        try:
            for folder in self._inboxes():
                self._look(folder)
            self.show_title()
        except StoreError:
            return  # the list says it

    def changed(self, changes: ChangeSet) -> None:
        """Find what came, and count again."""
        if not (changes.lists or changes.folders or changes.messages):
            return
        try:
            for id_ in changes.lists:
                folder = self._app.store.read.folder(id_)
                if folder is not None and tells(self._app.store.read, folder):
                    self._note(folder, self._look(folder))
            self.show_title()
        except StoreError:
            return  # the list says it

    def show_title(self) -> None:
        """Say in the title how many messages are unread in all inboxes."""
        app = self._app
        if self._since is None:
            return  # the first frame does without
        unread = sum(folder.unread for folder in self._inboxes())
        wanted = f"tuimail ({number(unread)})" if unread else "tuimail"
        app.terminal.title(wanted if app.settings.title else "")

    def _inboxes(self) -> list[Folder]:
        app = self._app
        found = (app.store.read.folder_with_role(id_, FolderRole.INBOX) for id_ in app.accounts)
        return [folder for folder in found if folder is not None]

    def _look(self, folder: Folder) -> list[MessageSummary]:
        rows = self._app.store.read.newest(folder.id, _NEWEST)
        known = self._known.setdefault(folder.id, set())
        fresh = [row for row in rows if row.key not in known and self._is_new(row)]
        known.update(row.key for row in rows)
        return fresh

    def _is_new(self, row: MessageSummary) -> bool:
        late = self._since is not None and row.internaldate >= self._since
        return late and not row.flags.is_seen and not row.pending

    # -- telling -------------------------------------------------------------------------------

    @property
    def _is_for_another(self) -> bool:
        """Whether another window has the engine: it is told of once, by that one."""
        engine = self._app.engine
        return engine is not None and engine.is_attached

    def _note(self, folder: Folder, fresh: list[MessageSummary]) -> None:
        if not fresh or self._is_watched or self._is_for_another:
            return
        self._waiting.setdefault(folder.id, []).extend(fresh)
        if not self._planned:
            self._planned = True
            quiet = self._told_at + QUIET_SECONDS - self._clock()
            later(self._app, max(GATHER_SECONDS, quiet), self._tell)

    def _tell(self) -> None:
        self._planned = False
        waiting, self._waiting = self._waiting, {}
        if not waiting or self._is_watched:
            return
        self._told_at = self._clock()
        app = self._app
        parts = [part for id_, rows in waiting.items() if (part := self._words(id_, rows))]
        if not parts:
            return
        app.tell(Notice(Severity.INFO, ", ".join(parts)))
        rows = [row for each in waiting.values() for row in each]
        self._send(", ".join(parts) + _about(rows, app.settings.notify.show))

    def _words(self, id_: FolderId, rows: list[MessageSummary]) -> str:
        folder = self._app.store.read.folder(id_)
        if folder is None:
            return ""
        account = self._app.accounts.get(folder.account_id)
        several = len(self._app.accounts) > 1 and account is not None
        whose = f" ({account.name})" if several and account is not None else ""
        return f"{len(rows)} new in {folder.name}{whose}"

    def _send(self, text: str) -> None:
        from tuimail.ui.terminal.notifier import choose_way, sequence  # noqa: PLC0415 - not for the first frame

        app = self._app
        way = choose_way(app.settings.notify.by, self._environ)
        if way == "desktop":
            begin(app, partial(self._on_desktop, text), group="notify", exit_on_error=False)
        elif said := sequence(way, "tuimail", app.glyphs.own(text)):
            app.terminal.write(said)

    async def _on_desktop(self, text: str) -> None:
        from tuimail.ui.terminal.notifier import sequence, show_on_desktop  # noqa: PLC0415 - as above

        if not await show_on_desktop("tuimail", text):
            self._app.terminal.write(sequence("bell", "", ""))


def _about(rows: list[MessageSummary], show: str) -> str:
    """Name the newest, where that is wanted."""
    if show == "count":
        return ""
    row = max(rows, key=lambda each: each.internaldate)
    subject = f", {row.subject}" if show == "subject" and row.subject else ""
    return f": {row.from_text}{subject}"
