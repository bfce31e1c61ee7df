"""The outbox: drafts that were kept, every message on its way out, and the story of one of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from textual import work

from tuimail.errors import StoreError
from tuimail.model.account import SendVia
from tuimail.model.changes import ChangeSet
from tuimail.model.notice import Severity
from tuimail.model.outbox import OutboxItem, OutboxState, Reason
from tuimail.model.sign_in import SignInPurpose
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import list_date
from tuimail.ui.drawing.rows import Line, Row
from tuimail.ui.screens.told_list import ToldList
from tuimail.ui.shell import shell
from tuimail.ui.widgets.later_sheet import ask_later
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.writing.draft_files import keep_files
from tuimail.ui.writing.outbox_words import Entry, entries, entry_row, story_of
from tuimail.ui.writing.redrafting import at_home, draft_of
from tuimail.ui.writing.send_later import moment_text
from tuimail.ui.writing.sending import (
    cancel,
    send_at,
    send_in_parts,
    send_now,
    send_through_graph,
    send_without_refused,
    take_back,
)

_YES = "y"
_KEEP = "k"
_ALWAYS = "a"
_NOT_HANDED_OVER = (OutboxState.QUEUED, OutboxState.FAILED)
_EMPTY = (
    "Nothing waits, and nothing was sent yet.",
    "What you send and drafts you keep stand here.",
)


class OutboxScreen(ToldList[None]):
    """Every message with its state and what can be done about it."""

    SCOPE = "outbox"
    BINDINGS = bindings_for(SCOPE)

    def __init__(self) -> None:
        super().__init__(TopBar("Outbox", "all mailboxes"))
        self._entries: dict[tuple[str, int], Entry] = {}

    def store_changed(self, changes: ChangeSet) -> None:
        """Read again when a message went on."""
        if changes.outbox:
            self.reload()

    def reload(self) -> None:
        """Read the messages on their way out and the drafts."""
        read = shell(self).store.read
        try:
            accounts = shell(self).accounts
            found = entries(read.outbox(), read.drafts(), accounts, self._leaving(), read.outcomes)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
        else:
            self._entries = {entry.identity: entry for entry in found}
        self.show()

    def _leaving(self) -> dict[int, int]:
        """How many percent of what is being handed over have left."""
        engine = shell(self).engine
        each = [status.leaving for status in engine.status.values()] if engine else []
        return {one.outbox_id: one.percent for one in each if one is not None}

    def status_changed(self) -> None:
        """Say how the engine stands, and how far a message is."""
        super().status_changed()
        told = {
            entry.item.id: entry.percent
            for entry in self._entries.values()
            if entry.item is not None and entry.percent is not None
        }
        if told != self._leaving():
            self.reload()

    def _row(self, entry: Entry, width: int, bar: str) -> Row:
        app = shell(self)
        return entry_row(entry, width, app.now(), app.glyphs, bar)

    @property
    def _current(self) -> Entry | None:
        identity = self.list.current
        return next((one for name, one in self._entries.items() if name == identity), None)

    def show(self) -> None:
        """Say everything again for the row at the cursor."""
        lines = [Line(partial(self._row, one), name) for name, one in self._entries.items()]
        app = shell(self)
        if lines:
            self.list.fill(lines, first=next(iter(self._entries)))
            hints = app.keys.hints(self.SCOPE, without=_pointless(self._current))
            self.bottom.show_hints(hints)
        else:
            self.show_empty(*_EMPTY)
        entry = self._current
        now = app.now()
        if entry is None:
            self.story.tell(None, "")
        else:
            when = entry.item.changed_at if entry.item else None
            self.story.tell(story_of(entry, now, app.glyphs), list_date(when, now) if when else "")
        waiting = [
            one.item
            for one in self._entries.values()
            if one.item and _waits(one.item) and not one.is_stranded
        ]
        self.top.counts = f"{len(waiting)} waiting" if waiting else ""
        self.status_changed()
        self.tick(any(item.not_before > now and not item.attempts for item in waiting))

    # -- keys ----------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the administrator's line, in one line, by the terminal's clipboard (OSC 52)."""
        item = self._current.item if self._current else None
        command = item.problem.command if item and item.problem else ""
        if not command:
            self.bottom.show_event("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(clean(command))
        self.bottom.show_event("The line is copied.", severity=Severity.SUCCESS)

    @work(group="outbox", exclusive=True)
    async def action_stop(self) -> None:
        """Take the message back; it stays here as a draft."""
        item = self._current.item if self._current else None
        if item is not None and await self._take_back(item) is not None:
            self.bottom.show_event("It is a draft again.")

    @work(group="outbox", exclusive=True)
    async def action_edit(self) -> None:
        """Open the draft, or take the message back and open it."""
        entry = self._current
        if entry is None:
            return
        draft_id = entry.draft.id if entry.draft else None
        if entry.item is not None:
            draft_id = await self._take_back(entry.item)
        app = shell(self)
        draft = app.store.read.draft(draft_id) if draft_id is not None else None
        if draft is None:
            return
        try:
            app.open_composer(await at_home(app, draft))
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)

    async def _take_back(self, item: OutboxItem) -> int | None:
        if item.state not in _NOT_HANDED_OVER:
            self._say_cannot(item)
            return None
        app = shell(self)
        try:
            if app.store.read.meetings.is_answer(item.id):
                # As a draft it would lose the calendar that makes it an answer.
                await cancel(app, item.id)
                self.bottom.show_event("Taken back. Answer anew in the invitation.")
                return None
            raw = app.store.read.outbox_raw(item.id)
            draft, files = await asyncio.to_thread(draft_of, item, raw, app.texts.smime)
            kept = await keep_files(app.store, files)
            draft = replace(draft, files=kept)
            return (await take_back(app, item.id, draft)).id
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return None

    @work(group="outbox", exclusive=True)
    async def action_send(self) -> None:
        """Try now; what may have been sent already only after a question."""
        item = self._current.item if self._current else None
        if item is None or item.state in (OutboxState.SENT, OutboxState.SENDING):
            self.bottom.show_event("There is nothing to send here.")
            return
        if self._is_stranded():
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
    async def action_later(self) -> None:
        """Send it at a time that is typed."""
        entry = self._current
        if entry is None or entry.item is None:
            edit, send = self._key("edit"), shell(self).keys.shown("composer.send")
            said = f"Open the draft first: {edit}. There {send} asks, and offers to send it later."
            self.bottom.show_event(said)
            return
        if entry.item.state not in _NOT_HANDED_OVER:
            self._say_cannot(entry.item)
            return
        if self._is_stranded():
            return
        app = shell(self)
        when = await ask_later(self.app, app.now())
        if when is not None:
            try:
                await send_at(app, entry.item.id, when)
            except StoreError as error:
                self.bottom.show_event(error.message, severity=Severity.ERROR)
                return
            self.bottom.show_event(f"It goes out {moment_text(when, app.now())}.")

    @work(group="outbox", exclusive=True)
    async def action_graph(self) -> None:
        """Send through Microsoft Graph what SMTP refuses; where that is not allowed, ask for it."""
        item, app = self._current.item if self._current else None, shell(self)
        if item is None or item.reason not in (Reason.DISABLED, Reason.NOT_ALLOWED):
            self.bottom.show_event("Graph is for messages that SMTP refuses to take at all.")
            return
        if self._is_stranded():
            return
        if item.reason is Reason.NOT_ALLOWED:
            shared = app.accounts[item.account_id].is_shared
            app.open_sign_in(
                item.account_id, SignInPurpose.GRAPH_SHARED if shared else SignInPurpose.GRAPH
            )
            return
        answers = {_YES: "this one", _ALWAYS: "always where SMTP is off"}
        answer = await self.bottom.ask("Send it through Microsoft Graph?", answers)
        if answer is None:
            return
        if answer == _ALWAYS:
            owner = app.accounts[app.accounts[item.account_id].sign_in_id]
            app.change_settings({f"accounts.{owner.name}.send_via": SendVia.SMTP_THEN_GRAPH.value})
        try:
            await send_through_graph(app, item.id)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.bottom.show_event("It goes out through Microsoft Graph now.")

    @work(group="outbox", exclusive=True)
    async def action_remove(self) -> None:
        """Take out who was refused, and send it to the others; too many get it in parts."""
        item = self._current.item if self._current else None
        if item is not None and item.reason is Reason.TOO_MANY:
            await self._send_in_parts(item)
            return
        if item is None or item.reason is not Reason.RECIPIENTS:
            self.bottom.show_event("Nobody was refused here.")
            return
        if self._is_stranded():
            return
        left = len(item.rcpt_to) - len(item.refused)
        if left <= 0:
            edit = self._key("edit")
            self.bottom.show_event(f"All were refused: {edit} opens it to correct the addresses.")
            return
        if await self.bottom.ask(f"Send it to the other {left}?", {_YES: "send"}) != _YES:
            return
        try:
            await send_without_refused(shell(self), item)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.bottom.show_event(f"It goes out to {left} now.")

    def _is_stranded(self) -> bool:
        """Say so where nothing can send it, and return whether that is the case."""
        entry = self._current
        if entry is None or not entry.is_stranded:
            return False
        edit = self._key("edit")
        self.bottom.show_event(f"No mailbox sends it: {edit} opens it, to be sent from another.")
        return True

    async def _send_in_parts(self, item: OutboxItem) -> None:
        most = len(item.rcpt_to) - len(item.refused)
        question = f"Send it to all {len(item.rcpt_to)}, in messages to {most} each?"
        if await self.bottom.ask(question, {_YES: "send"}) != _YES:
            return
        try:
            count = await send_in_parts(shell(self), item)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.bottom.show_event(f"It goes out in {count} messages now.")

    def _say_cannot(self, item: OutboxItem) -> None:
        if item.state is OutboxState.UNCERTAIN:
            discard, send = self._key("discard"), self._key("send")
            said = f"It may have been sent already: {discard} discards it, {send} sends it again."
        else:
            said = _CANNOT_STOP.get(item.state, "It cannot be taken back.")
        self.bottom.show_event(said)

    def _key(self, name: str) -> str:
        return shell(self).keys.shown(f"{self.SCOPE}.{name}")

    @work(group="outbox", exclusive=True)
    async def action_discard(self) -> None:
        """Drop the message or the draft, after a question."""
        entry = self._current
        if entry is None:
            return
        if entry.item is not None and entry.item.state in _CANNOT_STOP:
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


def _pointless(entry: Entry | None) -> set[str]:
    """Return the keys that can do nothing to what the cursor is on."""
    if entry is None or entry.item is None:
        return {"outbox.stop", "outbox.send", "outbox.later"}
    found: set[str] = set()
    if entry.item.state not in _NOT_HANDED_OVER:
        found |= {"outbox.stop", "outbox.edit", "outbox.later"}
    if entry.item.state in (OutboxState.SENT, OutboxState.SENDING):
        found |= {"outbox.send", "outbox.discard"}
    if entry.is_stranded:
        found |= {"outbox.send", "outbox.later"}
    return found


def _waits(item: OutboxItem) -> bool:
    return item.state not in (OutboxState.SENT, OutboxState.CANCELLED)


_CANNOT_STOP = {
    OutboxState.SENT: "It was sent.",
    OutboxState.SENDING: "It is being handed over: it cannot be stopped now.",
}
