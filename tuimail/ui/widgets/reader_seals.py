"""Opening a message whose key asks for a passphrase."""

from __future__ import annotations

from tuimail.errors import MimeError, StoreError
from tuimail.model.notice import Severity
from tuimail.model.trust import Seal, SealState
from tuimail.ui.shell import shell
from tuimail.ui.terminal.unlocking import unlock
from tuimail.ui.widgets.shown_message import ShownMessage

NOT_LOCKED = "There is nothing here that a passphrase opens."


async def decrypt(pane: ShownMessage) -> None:
    """Let the passphrase of what is read be asked for, then read it again."""
    app, shown = shell(pane), pane.shown
    known = shown.reading.trust if shown is not None and shown.reading is not None else None
    if shown is None or known is None or not _is_locked(known.seals):
        app.tell(NOT_LOCKED)
        return
    try:
        found = await app.texts.locked(shown.message)
        is_open = found is not None and await unlock(pane.app, found, app.texts.smime)
    except (StoreError, MimeError) as error:
        app.tell(error.message, Severity.ERROR)
        return
    if not is_open:
        app.tell("It was not decrypted.", Severity.WARNING)
    pane.read_again(shown)


def _is_locked(seals: tuple[Seal, ...]) -> bool:
    return any(seal.state is SealState.LOCKED for seal in seals)
