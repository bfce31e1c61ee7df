"""The jobs: how every mailbox stands, what waits and why, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from textual import work

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.download import DownloadPolicy
from tuimail.model.intent import IntentState
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.model.outbox import OutboxState
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.screens.told_list import ToldList
from tuimail.ui.shell import shell
from tuimail.ui.status.engine_words import worst_words
from tuimail.ui.status.job_stories import job_story
from tuimail.ui.status.jobs import Change, JobId, Jobs, Kind, gather
from tuimail.ui.status.jobs_words import JobLines
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.work import begin
from tuimail.ui.writing.sending import send_now

_YES: Final = "y"
_UNREAD: Final = Jobs({}, {}, (), (), {}, {})
"""What is there before the first reading has ended: not said to be all."""


class JobsScreen(ToldList[MessageKey | None]):
    """The list and, on demand, the story; ends with a message to go to, or None."""

    SCOPE = "jobs"
    BINDINGS = bindings_for(SCOPE)

    def __init__(self) -> None:
        super().__init__(TopBar("Jobs"))
        self._jobs = _UNREAD
        self._reading = self._read_again = False
        self._is_open = False

    # -- what it shows -------------------------------------------------------------------------

    def store_changed(self, changes: ChangeSet) -> None:
        """Read again when something waits or waits no more."""
        if changes.intents or changes.outbox or changes.folders or changes.messages:
            self.reload()

    def status_changed(self) -> None:
        """Show how every mailbox stands."""
        if self._jobs is not _UNREAD:
            self._jobs = self._as_they_stand(self._jobs)
            self.show()

    def _as_they_stand(self, jobs: Jobs) -> Jobs:
        engine = shell(self).engine
        status = engine.status if engine is not None else {}
        return replace(jobs, statuses={id_: status[id_] for id_ in jobs.names if id_ in status})

    def reload(self) -> None:
        """Read on another thread; a change that comes meanwhile is read right after."""
        self._read_again = True
        if not self._reading:
            self._reading = True
            begin(self, self._read, group="reading jobs")

    async def _read(self) -> None:
        app = shell(self)
        names = {id_: account.name for id_, account in app.accounts.items()}
        try:
            while self._read_again:
                self._read_again = False
                jobs = await asyncio.to_thread(_gather, app.store, names)
                self._jobs = self._as_they_stand(jobs)
                self.show()
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
        finally:
            self._reading = False

    def show(self) -> None:
        """Say everything again; what did not change is not painted."""
        app, now, jobs = shell(self), shell(self).now(), self._jobs
        width = self.size.width
        if not width or not self.is_running or jobs is _UNREAD:
            return
        existing = jobs.identities()
        first = next((job for job in existing if job.kind is not Kind.MAILBOX), None)
        first = first or next(iter(existing), None)
        for _ in range(2):  # once more when the cursor had to go elsewhere
            at = self._current or first
            self.list.fill(JobLines(jobs, now, app.glyphs, at).lines(width), first=first)
            if self._current == at:
                break
        count = len(app.accounts)
        self.top.context = f"{count} mailbox{'es' if count != 1 else ''}"
        self.top.counts = f"{jobs.waiting} waiting" if jobs.waiting else ""
        words = worst_words(jobs.statuses, now, still=app.settings.accessible)
        self.top.state, self.top.state_role = words.text, words.role
        story = None
        if self._is_open and self._current is not None:
            story = job_story(jobs, self._current, now, app.glyphs)
        self.story.tell(story)
        soon = now + timedelta(minutes=1)
        self.tick(words.counts_down or any(now < one.not_before < soon for one in jobs.changes))

    @property
    def _current(self) -> JobId | None:
        current = self.list.current
        return current if isinstance(current, JobId) else None

    def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.action_details()

    # -- keys ----------------------------------------------------------------------------------

    def action_details(self) -> None:
        """Open the story of the job at the cursor, or close it."""
        self._is_open = not self._is_open
        self.show()

    def action_back(self) -> None:
        """Close the story, or leave."""
        if self._is_open:
            self.action_details()
        else:
            self.dismiss(None)

    def action_notices(self) -> None:
        """Show the notifications; a message chosen there is gone to."""
        from tuimail.ui.screens.notices import NoticesScreen  # noqa: PLC0415 - when it is needed

        self.app.push_screen(NoticesScreen(), self._go_to)

    def _go_to(self, key: MessageKey | None) -> None:
        if key is not None:
            self.dismiss(key)

    def action_copy(self) -> None:
        """Copy the line to run, else what the server said about the job at the cursor (OSC 52)."""
        job = self._current
        line = self._jobs.line_to_run(job) if job else ""
        words = line or (self._jobs.server_words(job) if job else "")
        if not words:
            self.bottom.show_event("The server said nothing about this.")
            return
        self.app.copy_to_clipboard(clean(words))
        is_own = job is not None and self._jobs.is_own_words(job)
        whose = "The line is" if line else "The words are" if is_own else "The server's words are"
        self.bottom.show_event(f"{whose} copied.", severity=Severity.SUCCESS)

    @work(group="job", exclusive=True)
    async def action_run(self) -> None:
        """Run the job at the cursor now, connecting if need be."""
        job, engine = self._current, shell(self).engine
        account = self._jobs.account_of(job) if job else None
        if job is None or account is None:
            return
        change, item = self._jobs.change(job), self._jobs.message(job)
        if item is not None and item.state is OutboxState.UNCERTAIN:
            self.bottom.show_event("It may have been sent already: the outbox can send it again.")
            return
        if change is not None:
            ids = change.ids
            if not await self._written(lambda tx: tx.hurry_intents(ids)):
                return
        status = self._jobs.statuses.get(account)
        connectivity = status.connectivity if status else Connectivity.STARTING
        if connectivity is Connectivity.SIGN_IN_REQUIRED:
            keys = shell(self).keys
            back, sign_in = keys.shown("jobs.back"), keys.shown("mailbox.sign_in")
            self.bottom.show_event(f"It waits for a sign-in: {back}, then {sign_in}.")
            return
        if connectivity is Connectivity.THROTTLED:
            self.bottom.show_event("Exchange asks us to wait. It goes first then.")
            return
        if item is not None:
            await send_now(shell(self), item.id)
        if engine is not None:
            if connectivity is Connectivity.OFFLINE or job.kind is Kind.MAILBOX:
                engine.reconnect(account)
            engine.wake()
        self.bottom.show_event("Trying now.")

    @work(group="job", exclusive=True)
    async def action_cancel(self) -> None:
        """Give the job at the cursor up, after a question where something may be lost."""
        job = self._current
        if job is None:
            return
        change = self._jobs.change(job)
        if change is not None:
            await self._give_up(change)
        elif job.kind is Kind.KEEPING:
            await self._stop_keeping(job)
        elif job.kind is Kind.MAILBOX:
            again = shell(self).keys.shown("jobs.run")
            self.bottom.show_event(f"A mailbox is no job that ends: {again} connects again now.")
        else:
            self.bottom.show_event(_CANNOT_CANCEL.get(job.kind, "It is over."))

    async def _give_up(self, change: Change) -> None:
        may_be_done = change.state is not IntentState.QUEUED or change.is_stopped
        if may_be_done or "draft" in change.what:
            question = "The server may have done it already. Give it up?"
            if not may_be_done:
                question = "The server keeps no copy of the draft then. Give it up?"
            if await self.bottom.ask(question, {_YES: "give it up"}) != _YES:
                return
        ids = change.ids
        if await self._written(lambda tx: tx.discard_intents(ids)):
            self.bottom.show_event(f"Given up: {change.what}.")

    async def _stop_keeping(self, job: JobId) -> None:
        account = self._jobs.account_of(job)
        status = self._jobs.statuses.get(account) if account is not None else None
        download = status.download if status else None
        if download is None or not download.folder:
            return
        folder = download.folder
        if await self._written(lambda tx: tx.choose_download(folder, DownloadPolicy())):
            engine = shell(self).engine
            if engine is not None:
                engine.wake()
            self.bottom.show_event(f"Of {download.name} only the list is kept from now on.")

    async def _written(self, change: Callable[[Writer], object]) -> bool:
        """Change the store and wait for it; a failure is said."""
        try:
            await asyncio.wrap_future(shell(self).store.write(change, urgent=True))
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return False
        return True


def _gather(store: Store, names: Mapping[AccountId, str]) -> Jobs:
    return gather(store.read, names)  # through the reader of this thread


_CANNOT_CANCEL: Final = {
    Kind.MESSAGE: "The outbox takes it back or discards it.",
    Kind.OLDER: "Older mail is listed when nothing else is to be done.",
}
