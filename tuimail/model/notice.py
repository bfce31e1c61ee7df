"""What a person is told: what happened, what tuimail does now, what they can do."""

from __future__ import annotations

from enum import StrEnum

from tuimail.model.message import MessageKey
from tuimail.records import record


class Severity(StrEnum):
    """How a notice is shown. The words are stored."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@record
class Notice:
    """One message to the user. All text is clean: server words have passed `text.safe.clean`.

    Attributes:
        short: One sentence for the last row or the banner.
        happened: What happened, in full.
        now: What tuimail does about it.
        you_can: What the user can do, without key names.
        command: The exact line somebody has to run; empty when there is none.
        url: A page that explains it; empty when there is none.
        detail: The server's own words.
        about: The message it is about, None when it is about none.
    """

    severity: Severity
    short: str
    happened: str = ""
    now: str = ""
    you_can: str = ""
    command: str = ""
    url: str = ""
    detail: str = ""
    about: MessageKey | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether a person should look at it."""
        return self.severity in (Severity.WARNING, Severity.ERROR)
