"""Making mail that was here before lists could be sorted, folded and searched ready for it.

It happens once, after an update of tuimail, a hundred messages at a time so that what the user does
never waits for long. How far it has come is in the store, so the next start goes on.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from tuimail.errors import StoreError
from tuimail.store.store import Store

log = logging.getLogger(__name__)

_AT_ONCE: Final = 100
_PAUSE: Final = 0.01
_AFTER_A_FAILURE: Final = 60.0


async def enter_what_was_here(store: Store) -> None:
    """Go through all that is not in the catalogue; returns when it is."""
    while True:
        try:
            left = await asyncio.wrap_future(store.write(lambda tx: tx.enter_catalogue(_AT_ONCE)))
        except StoreError as error:
            # A full disk, or another process that holds on: neither lasts.
            log.warning("the catalogue waits: %s", type(error).__name__)
            await asyncio.sleep(_AFTER_A_FAILURE)
            continue
        if not left:
            return
        await asyncio.sleep(_PAUSE)
