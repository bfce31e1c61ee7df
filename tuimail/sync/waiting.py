"""Waiting on the engine's loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


async def wait_until_due(event: asyncio.Event, due: datetime | None) -> None:
    """Wait for `event`, at the longest until `due`, UTC."""
    timeout = None if due is None else max(0.0, (due - datetime.now(UTC)).total_seconds())
    try:
        async with asyncio.timeout(timeout):
            await event.wait()
    except TimeoutError:
        return
