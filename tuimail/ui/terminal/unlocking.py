"""Asking for the passphrase of the user's own key: gpg's business, with the terminal in its hands.

tuimail never sees the passphrase. gpg's agent asks by its own pinentry and keeps the key open for
as long as it is set to; what was decrypted meanwhile goes nowhere, and the mail is read anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import Any, Final

from textual.app import App

from tuimail.ui.terminal.editor import terminal_given_away

_SECONDS: Final = 300.0
_COMMANDS: Final = {
    "gpg": ("gpg", "--quiet", "--no-auto-key-retrieve", "--disable-dirmngr", "--decrypt"),
    "gpgsm": ("gpgsm", "--quiet", "--disable-dirmngr", "--assume-binary", "--decrypt"),
}


_SIGN: Final = ("gpg", "--quiet", "--local-user")


async def unlock(app: App[Any], program: str, data: bytes) -> bool:
    """Let the passphrase be asked for; return whether the key is open now.

    Args:
        app: Its screen is given away meanwhile, for a pinentry that draws on the terminal.
        program: gpg or gpgsm.
        data: What is encrypted.
    """
    return await _run(app, _COMMANDS[program], data)


async def unlock_signing(app: App[Any], address: str) -> bool:
    """Let the passphrase of the key that signs be asked for; return whether it is open now.

    Args:
        app: As above.
        address: Whose key it is.
    """
    return await _run(app, (*_SIGN, f"<{address}>", "--detach-sign"), b"")


async def _run(app: App[Any], command: Sequence[str], data: bytes) -> bool:
    with terminal_given_away(app):
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, **_terminal()},
            )
        except OSError:
            return False
        try:
            await asyncio.wait_for(process.communicate(data), _SECONDS)
        except (TimeoutError, asyncio.CancelledError) as error:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            if isinstance(error, asyncio.CancelledError):
                raise
            return False
    return process.returncode == 0


def _terminal() -> dict[str, str]:
    """Name the terminal for pinentry, which does not inherit it: the agent starts it."""
    try:
        return {"GPG_TTY": os.ttyname(0)}
    except OSError:
        return {}
