"""Asking for the passphrase of the user's own key, with the terminal given away for it.

Of a key of gpg and gpgsm it is their business: tuimail never sees the passphrase, their agent asks
by its own pinentry and keeps the key open for as long as it is set to. openssl has no agent: there
tuimail asks itself, opens the key and forgets the passphrase. What was decrypted meanwhile goes
nowhere, and the mail is read anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from tuimail.model.account import KeyFiles
from tuimail.text.safe import clean
from tuimail.ui.terminal.asking import SECONDS, ask_secret, say
from tuimail.ui.terminal.editor import terminal_given_away

if TYPE_CHECKING:
    from tuimail.mime.smime_keys import SmimeKeys
    from tuimail.mime.unsealing import Locked

_TRIES: Final = 3
_COMMANDS: Final = {
    "gpg": ("gpg", "--quiet", "--no-auto-key-retrieve", "--disable-dirmngr", "--decrypt"),
    "gpgsm": ("gpgsm", "--quiet", "--disable-dirmngr", "--assume-binary", "--decrypt"),
}


_SIGN: Final = ("gpg", "--quiet", "--local-user")


async def unlock(app: App[Any], locked: Locked, keys: SmimeKeys) -> bool:
    """Let the passphrase be asked for; return whether the key is open now.

    Args:
        app: Its screen is given away meanwhile, for a pinentry that draws on the terminal.
        locked: What is encrypted, and by whom it is opened.
        keys: Where a key of openssl stays open.

    Raises:
        MimeError: The files of the key cannot be used.
    """
    if locked.files is not None:
        return await unlock_certificate(app, locked.files, keys)
    return await _run(app, _COMMANDS[locked.program], locked.data)


async def unlock_certificate(app: App[Any], files: KeyFiles, keys: SmimeKeys) -> bool:
    """Ask for the passphrase of an S/MIME key; return whether it is open now.

    Args:
        app: As above.
        files: The key's.
        keys: Where it stays open.

    Raises:
        MimeError: The files cannot be used.
    """
    if app.is_headless:
        return False
    with terminal_given_away(app):
        for left in reversed(range(_TRIES)):
            passphrase = await ask_secret(f"Passphrase of {clean(files.key.name)}: ")
            if passphrase is None:
                return False
            if await asyncio.to_thread(keys.unlock, files, passphrase):
                return True
            if left:
                say("That does not open it.")
    return False


async def unlock_signing(app: App[Any], address: str) -> bool:
    """Let the passphrase of the PGP key that signs be asked for; return whether it is open now.

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
            await asyncio.wait_for(process.communicate(data), SECONDS)
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
