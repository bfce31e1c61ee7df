"""Keeping what is being written: at most a second after a key it is on its way to the disk."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.message_pump import MessagePump
from textual.timer import Timer

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.ui.later import later

if TYPE_CHECKING:
    from tuimail.store.store import Store
    from tuimail.store.writer import Writer

SAVE_AFTER_SECONDS: Final = 1.0
AGAIN_AFTER_SECONDS: Final = 5.0
"""From a write that failed to the next try: there may be room again."""
_EXIT_SECONDS: Final = 5.0


class DraftKeeper:
    """Writes a draft to the store while it changes, one write at a time.

    Args:
        owner: Lends its timers.
        store: Where drafts live.
        draft: As it was opened; not written until it changes.
        current: Returns the draft as it stands in the fields.
        saved: Told after each write, False when there was nothing left to keep.
        failed: Told when a write failed. It is tried again until it is written.
    """

    def __init__(
        self,
        owner: MessagePump,
        store: Store,
        draft: Draft,
        *,
        current: Callable[[], Draft],
        saved: Callable[[bool], None],
        failed: Callable[[StoreError], None],
    ) -> None:
        self._owner, self._store = owner, store
        self._current, self._saved, self._failed = current, saved, failed
        self._kept = draft
        self._id = draft.id
        self._timer: Timer | None = None
        self._one_at_a_time = asyncio.Lock()
        self._running: concurrent.futures.Future[int] | None = None
        self._finished = False

    @property
    def id(self) -> int | None:
        """The stored draft's id."""
        return self._id

    @property
    def has_changed(self) -> bool:
        """Whether the fields hold something that is not written."""
        return not self._finished and _text_of(self._current()) != _text_of(self._kept)

    def insist(self) -> None:
        """Keep the draft even if nothing was changed in it: it was asked for."""
        if self._id is None:
            self._kept = Draft(self._kept.account_id)

    def touch(self) -> None:
        """Something may have changed: write it in a second, counted from the first change."""
        self._write_after(SAVE_AFTER_SECONDS)

    def _write_after(self, seconds: float) -> None:
        if self._timer is None and not self._finished:
            self._timer = later(self._owner, seconds, self._due)

    async def _due(self) -> None:
        self._timer = None
        await self.save()

    async def save(self) -> bool:
        """Write what changed; True when nothing is unwritten any more."""
        async with self._one_at_a_time:
            if not self.has_changed:
                return True
            draft = self._numbered()
            try:
                if draft.is_blank:
                    await self._drop()
                else:
                    self._running = self._store.write(lambda tx: tx.save_draft(draft), urgent=True)
                    self._id = await asyncio.shield(asyncio.wrap_future(self._running))
            except StoreError as error:
                self._failed(error)
                self._write_after(AGAIN_AFTER_SECONDS)
                return False
            self._kept = draft
            self._saved(not draft.is_blank)
            return not self.has_changed

    def save_before_exit(self) -> None:
        """Write what changed and wait for it: the program is ending."""
        if not self.has_changed:
            return
        try:
            if self._running is not None:
                self._id = self._running.result(_EXIT_SECONDS)
            draft = self._numbered()
            if not draft.is_blank:
                self._store.write(lambda tx: tx.save_draft(draft), urgent=True).result(
                    _EXIT_SECONDS
                )
                self._kept = draft
        except (StoreError, concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            # There is no screen left to say it on; the last write of a second ago stands.
            return

    async def move(self) -> None:
        """Let the draft be one of another account, in the same moment in which it leaves this one.

        Raises:
            StoreError: It is stored as it was; the next change tries again.
        """
        async with self._one_at_a_time:
            old, draft = self._id, replace(self._current(), id=None)
            if old is None:
                return

            def change(tx: Writer) -> int:
                new = tx.save_draft(draft)
                tx.delete_draft(old)
                return new

            self._id = await asyncio.wrap_future(self._store.write(change, urgent=True))
            self._kept = draft

    async def settle(self) -> None:
        """Let what is stored go to the server now: it is put away."""
        stored = self._id
        if stored is not None:
            # Where this fails it goes a little later, as if it were still being written.
            with suppress(StoreError):
                await asyncio.wrap_future(
                    self._store.write(lambda tx: tx.settle_draft(stored), urgent=True)
                )

    async def discard(self) -> None:
        """Remove the stored draft and write nothing any more."""
        self.finish()
        await self._drop()

    def finish(self) -> None:
        """Write nothing any more: the draft has become a message."""
        self._finished = True
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    async def _drop(self) -> None:
        stored = self._id
        if stored is not None:
            await asyncio.wrap_future(
                self._store.write(lambda tx: tx.delete_draft(stored), urgent=True)
            )
            self._id = None

    def _numbered(self) -> Draft:
        return replace(self._current(), id=self._id)


def _text_of(draft: Draft) -> Draft:
    return replace(draft, id=None, updated_at=None, continues=None)
