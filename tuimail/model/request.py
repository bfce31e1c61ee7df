"""What one process asks of another: the one whose engine runs for the data folder."""

from __future__ import annotations

from enum import StrEnum

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice
from tuimail.records import record


class RequestKind(StrEnum):
    """What is asked for. The words are stored."""

    BODY = "body"
    FOCUS = "focus"
    SYNC = "sync"
    RECONNECT = "reconnect"


class RequestState(StrEnum):
    """How far it is. The words are stored."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"


@record
class NewRequest:
    """What is asked for.

    Attributes:
        account: For SYNC and RECONNECT; None for all accounts.
        folder: For FOCUS.
        message: For BODY.
        section: For BODY: one section, "" the whole message, None the readable text.
    """

    kind: RequestKind
    account: AccountId | None = None
    folder: FolderId | None = None
    message: MessageKey | None = None
    section: str | None = None


@record
class Request:
    """A request and how it stands.

    Attributes:
        problems: What went wrong; empty unless it FAILED.
        needs_sign_in: It FAILED for want of a sign-in.
    """

    id: int
    asked: NewRequest
    state: RequestState
    problems: tuple[Notice, ...] = ()
    needs_sign_in: bool = False
