"""What a commit changed, for those who show it."""

from __future__ import annotations

from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.records import record


@record
class ChangeSet:
    """The union of what one or more commits touched. Published after commit, never before.

    Attributes:
        folders: Rows of the tree: names, counters, state.
        messages: Rows or bodies of messages.
        lists: Folders whose membership or order changed.
        outbox: The outbox or a draft changed.
        notices: There is a new notice.
        intents: Intents were added, settled or cancelled, or the journal has changed.
        requests: Another process was asked for something, or answered.
        status: What the running engine says about its accounts.
    """

    folders: frozenset[FolderId] = frozenset()
    messages: frozenset[MessageKey] = frozenset()
    lists: frozenset[FolderId] = frozenset()
    outbox: bool = False
    notices: bool = False
    intents: bool = False
    requests: bool = False
    status: bool = False

    def merge(self, other: ChangeSet) -> ChangeSet:
        """Return the union."""
        return ChangeSet(
            self.folders | other.folders,
            self.messages | other.messages,
            self.lists | other.lists,
            self.outbox or other.outbox,
            self.notices or other.notices,
            self.intents or other.intents,
            self.requests or other.requests,
            self.status or other.status,
        )

    def __bool__(self) -> bool:
        return bool(
            self.folders
            or self.messages
            or self.lists
            or self.outbox
            or self.notices
            or self.intents
            or self.requests
            or self.status
        )
