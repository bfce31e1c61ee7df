"""What became of the server's copy of a draft that is not where tuimail put it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from tuimail.errors import FolderGone
from tuimail.imap.session import ImapSession
from tuimail.model.draft import Draft, DraftCopy
from tuimail.model.folder import UID, Folder


class Fate(StrEnum):
    """What another program did with it."""

    CHANGED = "changed"
    """It put another state in its place."""
    SENT = "sent"
    REMOVED = "removed"
    """It was deleted, or taken elsewhere."""


def fate_of(
    session: ImapSession,
    drafts: Folder,
    sent: Folder | None,
    draft: Draft,
    copies: Collection[DraftCopy],
    missed: DraftCopy,
) -> Fate:
    """Look for what was made of a copy. Drafts is selected for changes, before and after.

    Another state bears the Message-ID of the copy, or came later under the same subject: programs
    differ in whether they make a new Message-ID for it.

    Args:
        sent: Where sent mail is, None where that is not known.
        copies: All that tuimail put there of the draft.
        missed: The one that is not there any more.

    Raises:
        ServerError: Refused.
        NetworkError: The answer was lost.
    """
    if session.search_message_id(missed.message_id):
        return Fate.CHANGED
    selected = session.selected
    is_same = selected is not None and selected.uidvalidity == missed.uidvalidity
    lowest = UID(missed.uid + 1) if is_same and missed.uid is not None else UID(1)
    own = {one.message_id for one in copies}
    for one in session.fetch_range(lowest, None):
        if one.envelope.subject == draft.subject and one.envelope.message_id not in own:
            return Fate.CHANGED
    if sent is None or not sent.is_on_server:
        return Fate.REMOVED
    try:
        session.select(sent.path, read_only=True)
        return Fate.SENT if session.search_message_id(missed.message_id) else Fate.REMOVED
    except FolderGone:
        return Fate.REMOVED
    finally:
        if session.is_open:
            session.select(drafts.path, read_only=False)
