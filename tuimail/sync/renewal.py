"""Connections made anew before their token ends, at a border between two steps.

Exchange ends a session with its token, about hourly, in the middle of whatever is under way
(exchange-online.md 3.9). Renewed before that, nobody notices.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from tuimail.errors import TokenUnavailable
from tuimail.model.account import Token
from tuimail.sync.opening import SessionOpener
from tuimail.sync.timing import Timing

_SHARE: Final = 0.2
_NOT_SOONER: Final = 1.0


async def renew_in_time(
    openers: tuple[SessionOpener, ...],
    token: Callable[[], Awaitable[Token]],
    renew: Callable[[], Awaitable[None]],
    timing: Timing,
) -> None:
    """Call `renew` before the first of the tokens ends, for ever.

    Args:
        openers: Of the connections; one that was never opened does not count.
        token: Asks for a token.
        renew: Makes the connections anew; called once there is a newer token.
    """
    while True:
        first = _ends_first(openers)
        if first is None:
            await asyncio.sleep(_NOT_SOONER)
            continue
        ends = first.token_ends
        lead = min(timing.recycle_before, (ends - first.token_began) * _SHARE)
        await asyncio.sleep(max(_NOT_SOONER, ends - lead - time.time()))
        first = _ends_first(openers)
        if first is None or first.token_ends != ends:
            continue
        if await _has_token_beyond(token, ends):
            await renew()
        else:
            await asyncio.sleep(timing.ask_again)


def _ends_first(openers: tuple[SessionOpener, ...]) -> SessionOpener | None:
    opened = [opener for opener in openers if opener.token_ends]
    return min(opened, key=lambda opener: opener.token_ends, default=None)


async def _has_token_beyond(token: Callable[[], Awaitable[Token]], ends: float) -> bool:
    """Ask for a token; a connection that works is kept while Entra ID cannot be reached."""
    try:
        return (await token()).expires_on > ends
    except TokenUnavailable:
        return False
