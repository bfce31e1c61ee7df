"""What Exchange hands out in place of an item that it does not give to IMAP.

Calendar entries, tasks, damaged items and files that are still being looked at by Defender come as
a short message of "Microsoft Exchange Server" (without an address), whose text names the item.
"""

from __future__ import annotations

import re
from typing import Final

from tuimail.model.envelope import Envelope
from tuimail.text.safe import SafeText

_SUBJECT: Final = re.compile(
    r"Retrieval using the (?:IMAP4|POP3) protocol failed for the following message", re.IGNORECASE
)
_SENDER: Final = "microsoft exchange server"
PLACEHOLDER: Final = SafeText(
    "Exchange does not hand this item out to mail programs: a meeting, a task, or a message it"
    " cannot put together. Nothing is lost; Outlook shows it."
)


def is_placeholder(envelope: Envelope) -> bool:
    """Whether a message stands for an item that only Outlook shows."""
    if not _SUBJECT.match(envelope.subject):
        return False
    authors = envelope.from_ or envelope.sender
    return not authors or any(one.display.lower().startswith(_SENDER) for one in authors)
