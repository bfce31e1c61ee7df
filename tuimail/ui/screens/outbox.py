"""The outbox: drafts that were kept, every message on its way out, and the story of one of them."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.notice import Severity
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.formatting import list_date
from tuimail.ui.outbox_words import Entry, entries, entry_row, story_of
from tuimail.ui.roles import roles
from tuimail.ui.rows import BLANK, Row, Run
from tuimail.ui.sending import draft_of, send_now, take_back
from tuimail.ui.shell import shell
from tuimail.ui.status_words import state_words
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.story_view import StoryView
from tuimail.ui.widgets.top_bar import TopBar

_YES = "y"
_KEEP = "k"


class OutboxList(Widget, can_focus=True):
    """The rows; the cursor stays on its message through every change."""

    DEFAULT_CSS = "OutboxList { height: 1fr; width: 100%; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.cursor = 0

    @property
    def current(self) -> Entry | None:
        """The row at the cursor."""
        return self.entries[self.cursor] if self.entries else None

    def fill(self, rows: list[Entry]) -> None:
        """Show other rows with the cursor on the same message, or near where it was."""
        before = self.current
        self.entries = rows
        places = [index for index, row in enumerate(rows) if before and _same(row, before)]
        self.cursor = places[0] if places else max(0, min(self.cursor, len(rows) - 1))
        self.refresh()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        self.cursor = max(0, min(index, len(self.entries) - 1))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width, app = self.size.width, shell(self)
        index = y + max(0, self.cursor - self.size.height + 1)
        if not self.entries and y == 1:
            row: Row = (BLANK, Run("Nothing waits, and nothing was sent yet.", "muted"))
            return roles(self.app).strip(row, width)
        if index >= len(self.entries):
            return roles(self.app).strip((), width)
        current = index == self.cursor
        row = entry_row(self.entries[index], width, app.now(), app.glyphs, current=current)
        return roles(self.app).strip(row, width, "cursor" if current else "background")


def _same(one: Entry, other: Entry) -> bool:
    return one.identity == other.identity


class OutboxScreen(Screen[None]):
    """Every message with its state and what can be done about it."""

    DEFAULT_CSS = "OutboxScreen { background: $background; }"
    BINDINGS = bindings_for("outbox")

    def __init__(self) -> None:
        super().__init__()
        self.top = TopBar("Outbox", "all mailboxes")
        self.list = OutboxList()
        self.story = StoryView()
        self.bottom = BottomBar()
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """List above story, between the bars."""
        yield self.top
        yield self.list
        yield self.story
        yield self.bottom

    def on_mount(self) -> None:
        """Read the store and follow its changes."""
        app = shell(self)
        app.signal_changes.subscribe(self, self._store_changed)
        app.signal_status.subscribe(self, self._show_state)
        self.bottom.show_hints(app.keys.hints("outbox"))
        self.list.focus()
        self._reload()

    def on_resize(self) -> None:
        """The story takes as many rows as it needs at this width."""
        self._show()

    def _store_changed(self, changes: ChangeSet) -> None:
        if changes.outbox:
            self._reload()

    def _reload(self) -> None:
        read = shell(self).store.read
        try:
            self.list.fill(entries(read.outbox(), read.drafts()))
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
        self._show()

    def _show(self) -> None:
        """Say everything again for the row at the cursor."""
        app, entry = shell(self), self.list.current
        now = app.now()
        if entry is None:
            self.story.tell(None, "")
        else:
            when = entry.item.changed_at if entry.item else None
            self.story.tell(story_of(entry, now, app.glyphs), list_date(when, now) if when else "")
        waiting = [row.item for row in self.list.entries if row.item and _waits(row.item)]
        self.top.counts = f"{len(waiting)} waiting" if waiting else ""
        self._show_state(None)
        self._tick(any(item.not_before > now and not item.attempts for item in waiting))

    def _show_state(self, _: None) -> None:
        app = shell(self)
        statuses = list(app.engine.status.values()) if app.engine else []
        words = state_words(statuses[0] if statuses else None, None, app.now())
        self.top.state, self.top.state_role = words.text, words.role

    def _tick(self, wanted: bool) -> None:
        """Count down once per second, only while something counts."""
        if wanted and self._ticking is None:
            self._ticking = self.set_interval(1.0, self._count)
        elif not wanted and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _count(self) -> None:
        self.list.refresh()
        self._show()

    # -- keys ----------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.list.move_to(self.list.cursor + rows)
        self._show()

    def action_edge(self, edge: int) -> None:
        """Go to the first row or the last."""
        self.list.move_to(0 if edge < 0 else len(self.list.entries) - 1)
        self._show()

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the administrator's line, in one line, by the terminal's clipboard (OSC 52)."""
        item = self.list.current.item if self.list.current else None
        command = item.problem.command if item and item.problem else ""
        if not command:
            self.bottom.show_event("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(clean(command))
        self.bottom.show_event("The line is copied.", severity=Severity.SUCCESS)

    @work(group="outbox", exclusive=True)
    async def action_stop(self) -> None:
        """Take the message back; it stays here as a draft."""
        item = self.list.current.item if self.list.current else None
        if item is not None and await self._take_back(item) is not None:
            self.bottom.show_event("It is a draft again.")

    @work(group="outbox", exclusive=True)
    async def action_edit(self) -> None:
        """Open the draft, or take the message back and open it."""
        entry = self.list.current
        if entry is None:
            return
        draft_id = entry.draft.id if entry.draft else None
        if entry.item is not None:
            draft_id = await self._take_back(entry.item)
        draft = shell(self).store.read.draft(draft_id) if draft_id is not None else None
        if draft is not None:
            shell(self).open_composer(draft)

    async def _take_back(self, item: OutboxItem) -> int | None:
        if item.state not in (OutboxState.QUEUED, OutboxState.FAILED):
            self.bottom.show_event(_CANNOT_STOP.get(item.state, "It cannot be taken back."))
            return None
        app = shell(self)
        try:
            raw = app.store.read.outbox_raw(item.id)
            draft = await asyncio.to_thread(draft_of, item, raw)
            return (await take_back(app, item.id, draft)).id
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return None

    @work(group="outbox", exclusive=True)
    async def action_send(self) -> None:
        """Try now; what may have been sent already only after a question."""
        item = self.list.current.item if self.list.current else None
        if item is None or item.state in (OutboxState.SENT, OutboxState.SENDING):
            self.bottom.show_event("There is nothing to send here.")
            return
        if item.state is OutboxState.UNCERTAIN:
            answers = {_YES: "send again", _KEEP: "keep"}
            if await self.bottom.ask("It may arrive twice. Send it again?", answers) != _YES:
                return
        try:
            await send_now(shell(self), item.id)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.bottom.show_event("It goes out now.")

    @work(group="outbox", exclusive=True)
    async def action_discard(self) -> None:
        """Drop the message or the draft, after a question."""
        entry = self.list.current
        if entry is None:
            return
        if entry.item is not None and entry.item.state in (OutboxState.SENT, OutboxState.SENDING):
            self.bottom.show_event(_CANNOT_STOP[entry.item.state])
            return
        what = "draft" if entry.draft else "message"
        answer = await self.bottom.ask(f"Discard this {what} for good?", {_YES: "discard"})
        if answer != _YES:
            return
        try:
            await self._drop(entry)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.bottom.show_event(f"The {what} is discarded.")

    async def _drop(self, entry: Entry) -> None:
        store, item, draft = shell(self).store, entry.item, entry.draft
        if item is not None:
            number = item.id
            done = store.write(
                lambda tx: tx.set_outbox(number, state=OutboxState.CANCELLED), urgent=True
            )
            await asyncio.wrap_future(done)
        elif draft is not None and draft.id is not None:
            number = draft.id
            await asyncio.wrap_future(store.write(lambda tx: tx.delete_draft(number), urgent=True))
            engine = shell(self).engine
            if engine is not None:
                engine.wake()


def _waits(item: OutboxItem) -> bool:
    return item.state not in (OutboxState.SENT, OutboxState.CANCELLED)


_CANNOT_STOP = {
    OutboxState.SENT: "It was sent.",
    OutboxState.SENDING: "It is being handed over: it cannot be stopped now.",
    OutboxState.UNCERTAIN: "It may have been sent already: d discards it, t sends it again.",
}
