"""What became of a sent message, as the servers on its way reported it."""

from __future__ import annotations

from typing import Final

from tuimail.records import record
from tuimail.text.safe import SafeText

FAILED: Final = "failed"


@record
class Outcome:
    """How the delivery to one recipient ended.

    Attributes:
        action: As in RFC 3464, 2.3.3: "failed", "delayed", "delivered", "relayed", "expanded".
        why: A clause without a full stop; empty for a good end.
        words: What the server said, one line.
    """

    recipient: SafeText
    action: str
    status: str
    why: SafeText
    words: SafeText

    @property
    def has_failed(self) -> bool:
        """Whether the recipient gets nothing."""
        return self.action == FAILED
