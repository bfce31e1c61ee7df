"""A row of the message list in words, for those who hear it: what the signs mean, and the texts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tuimail.model.message import MessageSummary
from tuimail.ui.formatting import list_date

_FORWARDED: Final = "$Forwarded"


def row_words(
    message: MessageSummary, now: datetime, *, marked: bool = False, count: int = 0
) -> str:
    """Say a row: `unread, flagged, Kim Chu, Contract draft v4, 09:32`.

    Args:
        now: Aware, in the zone dates are shown in.
        marked: It is marked.
        count: How many messages the row stands for; 0 or 1 for the message alone.
    """
    flags = message.flags
    said = [
        *(("marked",) if marked else ()),
        *(() if flags.is_seen else ("unread",)),
        *(("flagged",) if flags.is_flagged else ()),
        *(("answered",) if flags.is_answered else ()),
        *(("forwarded",) if _FORWARDED in flags.keywords else ()),
        *((f"{count} messages",) if count > 1 else ()),
        message.from_text,
        message.subject or "no subject",
        *(("attachment",) if message.has_attachment else ()),
        *(("not confirmed yet",) if message.pending else ()),
        list_date(message.internaldate, now).strip(),
    ]
    return ", ".join(words for words in said if words)
