"""Messages between the application and its widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tuimail.errors import TuimailError
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity

if TYPE_CHECKING:
    from tuimail.model.setup import SetupControl


class StoreChanged(Message):
    """Commits happened; the merged `ChangeSet` waits in the application's slot."""


class EngineChanged(Message):
    """The engine's status changed."""


class Said(Message):
    """Something to be told in the last row; may be posted from any thread.

    Attributes:
        text: One sentence.
    """

    def __init__(self, text: str, severity: Severity) -> None:
        super().__init__()
        self.text = text
        self.severity = severity


class CursorMoved(Message):
    """The cursor of the message list stands on another message, or on none.

    Attributes:
        by_user: It was moved; otherwise the rows around it changed.
    """

    def __init__(self, key: MessageKey | None, *, by_user: bool) -> None:
        super().__init__()
        self.key = key
        self.by_user = by_user


class KeyClicked(Message):
    """A key that is shown somewhere was clicked.

    Attributes:
        key: As people read it: `gg`, `^p`, `Esc`.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class LinkClicked(Message):
    """A link of what is read was clicked.

    Attributes:
        number: As its mark says.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class CommandsWanted(Message):
    """What can be done with the message at the cursor is to be offered."""


class ListChanged(Message):
    """The rows of the message list changed: counts, emptiness, marks."""


class SetupChanged(Message):
    """The service says something new."""


class SetupMade(Message):
    """The service is there, or why it is not."""

    def __init__(self, made: SetupControl | TuimailError) -> None:
        super().__init__()
        self.made = made
