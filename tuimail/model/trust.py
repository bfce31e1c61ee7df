"""What is known of where a message comes from and whether it is what it says.

Pure data: who found it out is `mime/authentication`, `mime/openpgp` and `mime/smime`; how it is
said is the screen's business.
"""

from __future__ import annotations

from enum import StrEnum

from tuimail.records import record
from tuimail.text.safe import SafeText


class Confirmation(StrEnum):
    """Whether the receiving organisation found the domain in From to be the sender's."""

    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody who can be believed says anything."""


@record
class Authentication:
    """What the receiving organisation wrote into Authentication-Results (RFC 8601).

    Attributes:
        domain: Of the address in From.
        is_internal: It was submitted inside the organisation, by somebody who had signed in.
        signed_by: Domains whose DKIM signature was verified, in lower case.
    """

    confirmation: Confirmation = Confirmation.UNKNOWN
    domain: SafeText = SafeText("")
    is_internal: bool = False
    signed_by: frozenset[str] = frozenset()


class Protection(StrEnum):
    """By what a message is signed or encrypted."""

    PGP = "PGP"
    SMIME = "S/MIME"


class SealState(StrEnum):
    """How it stands with a signature or an encryption."""

    GOOD = "good"
    UNSURE = "unsure"
    """Unchanged, but who signed is not known for sure: key or certificate is not trusted."""
    BAD = "bad"
    """Changed after it was signed."""
    UNCHECKED = "unchecked"
    """Nothing can be said: the key is not here, or the program is missing."""
    LOCKED = "locked"
    """It can be decrypted when the key's passphrase is given."""


@record
class Seal:
    """A signature that was checked, or an encryption that was opened.

    Attributes:
        is_encrypted: Whether it was, or is.
        words: The status in a sentence without a full stop.
    """

    protection: Protection
    state: SealState
    words: SafeText
    is_encrypted: bool = False


@record
class Unsubscribing:
    """The ways List-Unsubscribe names (RFC 2369, 3.2).

    Attributes:
        post: Where one POST is enough (RFC 8058); empty unless the mail says so, and a DKIM
            signature that covers both fields was verified.
        mail: The address of the mailto form; empty where there is none.
        subject: What a mail there has to be called.
        page: A page to be opened; empty where there is none.
    """

    post: str = ""
    mail: str = ""
    subject: str = ""
    page: SafeText = SafeText("")


@record
class Trust:
    """What is known of one message.

    Attributes:
        replies_to: The address a reply would go to where it is not the sender's; else empty.
        posed_as: Another address that the sender's name looks like; else empty.
        seals: From the outside in.
        unsubscribing: None where the mail comes from no list.
    """

    authentication: Authentication = Authentication()
    replies_to: SafeText = SafeText("")
    posed_as: SafeText = SafeText("")
    seals: tuple[Seal, ...] = ()
    unsubscribing: Unsubscribing | None = None


@record
class SenderHistory:
    """How well a sender is known.

    Attributes:
        received: Earlier mails from the address, at most `MOST_COUNTED`.
        written_to: The user wrote there.
    """

    received: int = 0
    written_to: bool = False


MOST_COUNTED = 25
"""More mails than this are not counted: who wrote that often is known."""
