"""Puts the engine's status into the store, for the windows of other processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.status import EngineStatus
from tuimail.store.store import Store

log = logging.getLogger(__name__)

APART: Final = 1.0
"""Seconds between two writes of mere progress: it changes more often than anybody reads."""


class StatusBoard:
    """Lives on the engine's loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._latest: Mapping[AccountId, EngineStatus] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._written_at = float("-inf")
        self._is_cleared = False

    def show(self, statuses: Mapping[AccountId, EngineStatus]) -> None:
        """Say how the accounts are doing: at once, but progress at most once per second.

        Whatever is said after the end comes too late.
        """
        if self._is_cleared:
            return
        matters = _without_progress(statuses) != _without_progress(self._latest)
        self._latest = statuses
        if matters:
            self._cancel()
            self._write()
        elif self._timer is None:
            wait = self._written_at + APART - self._loop.time()
            self._timer = self._loop.call_later(max(0.0, wait), self._write)

    async def clear(self) -> None:
        """Say that no engine runs any more, for good."""
        self._is_cleared = True
        self._cancel()
        try:
            await asyncio.wrap_future(self._store.write(lambda tx: tx.publish_status({})))
        except StoreError as error:
            log.warning("the status stays as it was: %s", error.detail)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _write(self) -> None:
        self._timer = None
        self._written_at = self._loop.time()
        latest = self._latest
        try:
            self._store.write(lambda tx: tx.publish_status(latest))
        except StoreError as error:
            log.warning("the status was not written: %s", error.detail)


def _without_progress(statuses: Mapping[AccountId, EngineStatus]) -> list[EngineStatus]:
    return [
        replace(each, progress=None, download=None, leaving=None, fetching=None)
        for each in statuses.values()
    ]
