"""How far a text is that is being fetched, and what there is more of it, in words."""

from __future__ import annotations

from typing import Final

from tuimail.model.message import MessageKey
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.ui.drawing.formatting import size_text

FETCHING: Final = "Fetching the text …"
NOT_HERE: Final = "Not downloaded. It comes with the next connection."
GIVEN_UP: Final = "Not downloaded. It comes when the message is opened again."
_COMING: Final = frozenset(
    {Connectivity.STARTING, Connectivity.CONNECTING, Connectivity.ONLINE, Connectivity.RESTING}
)


def waiting_words(status: EngineStatus | None) -> str:
    """Return what stands in the place of a text that is not here yet."""
    return FETCHING if status is None or status.connectivity in _COMING else NOT_HERE


def share_text(done: int, total: int) -> str:
    """Return `1.2 of 4.8 MB`, `300 of 840 KB`: both in the unit of the whole."""
    whole = size_text(total)
    unit = whole.partition(" ")[2]
    factor = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}[unit]
    part = done / factor
    return f"{part:.1f} of {whole}" if "." in whole else f"{round(part)} of {whole}"


def fetching_words(
    status: EngineStatus | None, key: MessageKey, section: str | None, what: str
) -> str:
    """Return `Fetching the text: 1.2 of 4.8 MB` while it is fetched, else nothing.

    Args:
        section: As in `Fetching`; None for the readable text.
        what: `the text`, `the message`.
    """
    fetching = None if status is None else status.fetching
    if fetching is None or fetching.message != key or fetching.section != section:
        return ""
    return f"Fetching {what}: {share_text(fetching.done, fetching.total)}"
