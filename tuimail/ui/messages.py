"""Messages between the application and its widgets."""

from __future__ import annotations

from textual.message import Message

from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey


class StoreChanged(Message):
    """Commits happened; the merged `ChangeSet` waits in the application's slot."""


class EngineChanged(Message):
    """The engine's status changed."""


class EngineFailed(Message):
    """The engine could not be started.

    Attributes:
        reason: One sentence for the screen.
    """

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class FolderChosen(Message):
    """A folder was opened in the tree."""

    def __init__(self, folder: FolderId) -> None:
        super().__init__()
        self.folder = folder


class CursorMoved(Message):
    """The cursor of the message list stands on another message, or on none.

    Attributes:
        by_user: It was moved; otherwise the rows around it changed.
    """

    def __init__(self, key: MessageKey | None, *, by_user: bool) -> None:
        super().__init__()
        self.key = key
        self.by_user = by_user


class MessageOpened(Message):
    """The message at the cursor was opened to be read."""

    def __init__(self, key: MessageKey) -> None:
        super().__init__()
        self.key = key


class ListChanged(Message):
    """The rows of the message list changed: counts, emptiness, marks."""
