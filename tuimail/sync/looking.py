"""Finding out whether a command without an answer was carried out, before it is repeated.

COPY and APPEND make another message each time. So the target's UIDNEXT is noted before: what the
command made has that UID or a higher one, and the identity of the message (invariant 7).
"""

from __future__ import annotations

from collections.abc import Collection

from tuimail.errors import UidValidityChanged
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID
from tuimail.model.intent import Baseline
from tuimail.model.message import Identity


def take_baseline(session: ImapSession, path: str) -> Baseline:
    """Ask where the folder's numbers stand now."""
    answers = session.status([path])
    if not answers or answers[0].uidnext is None:
        return Baseline(None, UID(1))
    return Baseline(answers[0].uidvalidity, answers[0].uidnext)


def find_arrival(
    session: ImapSession,
    path: str,
    baseline: Baseline,
    wanted: Identity,
    *,
    taken: Collection[UID] = (),
) -> UID | None:
    """Return the UID of a message that arrived since `baseline`, None when it did not.

    Args:
        taken: UIDs of equal messages that were found before.

    Raises:
        FolderGone.
    """
    lowest = baseline.uidnext
    try:
        session.ensure_selected(path, baseline.uidvalidity, read_only=True)
    except UidValidityChanged:
        lowest = UID(1)
    session.noop()  # a folder that was selected before may not show yet what arrived
    if wanted.can_be_searched:
        found = session.search_message_id(wanted.message_id or "")
        arrivals = session.fetch_uids([uid for uid in found if uid >= lowest])
    else:
        arrivals = session.fetch_range(lowest, None)
    same = [one.uid for one in arrivals if wanted.is_that_of(one)]
    return min((uid for uid in same if uid not in taken), default=None)
