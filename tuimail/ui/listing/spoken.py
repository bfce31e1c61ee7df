"""A row of the message list in words, for those who hear it: what the signs mean, and the texts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tuimail.model.message import MessageSummary
from tuimail.ui.drawing.formatting import cut, list_date

_FORWARDED: Final = "$Forwarded"
_LEAST_SUBJECT: Final = 8


def row_words(
    message: MessageSummary,
    now: datetime,
    *,
    cells: int,
    sign: str,
    marked: bool = False,
    count: int = 0,
) -> str:
    """Say a row: `unread, flagged, Kim Chu, Contract draft v4, 09:32`.

    Args:
        now: Aware, in the zone dates are shown in.
        cells: What there is room for; the subject is cut, so that the date stays.
        sign: What a cut text ends with.
        marked: It is marked.
        count: How many messages the row stands for; 0 or 1 for the message alone.
    """
    flags = message.flags
    before = [
        *(("marked",) if marked else ()),
        *(() if flags.is_seen else ("unread",)),
        *(("flagged",) if flags.is_flagged else ()),
        *(("answered",) if flags.is_answered else ()),
        *(("forwarded",) if _FORWARDED in flags.keywords else ()),
        *((f"{count} messages",) if count > 1 else ()),
        message.from_text,
    ]
    behind = [
        *(("attachment",) if message.has_attachment else ()),
        *(("not confirmed yet",) if message.pending else ()),
        list_date(message.internaldate, now).strip(),
    ]
    subject = message.subject or "no subject"
    taken = cell_len(", ".join((*before, "", *behind)))
    return ", ".join((*before, cut(subject, max(_LEAST_SUBJECT, cells - taken), sign), *behind))
