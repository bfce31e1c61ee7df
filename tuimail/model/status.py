"""How the engine is doing, and what the screen may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice
from tuimail.model.sign_in import BrowserPage, SignInMethod, SignInPurpose
from tuimail.records import record


class Connectivity(StrEnum):
    """One word for the first row."""

    STARTING = "starting"
    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    RESTING = "resting"
    """A shared mailbox that nobody is in: it is looked at now and then, and comes when opened."""
    THROTTLED = "throttled"
    SIGN_IN_REQUIRED = "sign-in needed"


@record
class Progress:
    """Work that can be counted, such as messages of a folder."""

    what: str
    done: int
    total: int


ALL_TEXT: Final = "*"
"""For `want_body`, in the place of a section: the readable text to its end, however long it is."""


@record
class Fetching:
    """How far a text or a section is that takes more than one command.

    Attributes:
        section: As in `want_body`; None for the readable text.
        done: Octets that are here.
        total: Octets it has, as far as the server told.
    """

    message: MessageKey
    section: str | None
    done: int
    total: int


@record
class Download:
    """How far a folder is that is being kept for reading without a network.

    Attributes:
        done: Messages of which everything is here that its policy asks for.
        total: Messages its policy asks for.
        octets: What is kept of the folder.
        problem: Why it pauses, else None.
    """

    folder: FolderId
    name: str
    done: int
    total: int
    octets: int
    problem: Notice | None = None


@record
class Leaving:
    """A message that is being handed over.

    Attributes:
        outbox_id: Its row in the outbox.
        done: Octets that have left.
        total: Octets of the message.
    """

    outbox_id: int
    done: int
    total: int

    @property
    def percent(self) -> int:
        """How much has left, in whole percent."""
        return 100 * self.done // max(1, self.total)


@record
class EngineStatus:
    """One per account.

    Attributes:
        since: When `connectivity` last changed, UTC.
        online_at: When the server last answered, UTC; None when it never did in this run.
        next_attempt: When the next connection is tried, UTC.
        problem: Why it is not online.
        progress: Older mail that is being listed.
        download: Texts and files that are being fetched to be kept.
        leaving: A message that is being handed over and takes its time.
        fetching: A text or section that somebody waits for.
    """

    account_id: AccountId
    connectivity: Connectivity
    since: datetime
    online_at: datetime | None = None
    next_attempt: datetime | None = None
    problem: Notice | None = None
    progress: Progress | None = None
    download: Download | None = None
    leaving: Leaving | None = None
    fetching: Fetching | None = None


@record
class DeviceCode:
    """What the user needs for a device-code sign-in (RFC 8628, 3.2).

    Attributes:
        expires_on: Unix time, seconds.
    """

    verification_uri: str
    user_code: str
    expires_on: float


@record
class SignInOutcome:
    """How a sign-in ended: `problem` None means signed in as `username`."""

    username: str
    problem: Notice | None


class SignInPrompt(Protocol):
    """What a sign-in shows. Called on the engine's threads; implementations hand over."""

    def show_code(self, code: DeviceCode) -> None:
        """Show a code; called again when a new one was made."""

    def show_page(self, page: BrowserPage) -> None:
        """Show the address of the page to open in a browser."""

    def answer_refused(self, words: str) -> None:
        """Say why a pasted address will not do, in a sentence; the waiting goes on."""

    def finished(self, outcome: SignInOutcome) -> None:
        """The sign-in ended, one way or the other. Called exactly once."""


class EngineControl(Protocol):
    """All that the screen may ask. Every method returns at once, on any thread."""

    @property
    def status(self) -> Mapping[AccountId, EngineStatus]:
        """The latest status of every account."""

    @property
    def is_attached(self) -> bool:
        """Whether another process runs the engine. That one tells of new mail, as it is one."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the engine's thread, after each change; returns the way to end it."""

    def focus(self, folder: FolderId) -> None:
        """The folder the user looks at: it is brought up to date first."""

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch the readable text, or one section. The ChangeSet tells when it is here.

        Of a long text the beginning comes, unless `section` is ALL_TEXT. A failure becomes a
        notice, and the text shows as not downloaded.
        """

    def give_up(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch no more of what `want_body` was asked for by this window.

        A command that is under way ends. What came is kept; asking again goes on behind it.
        """

    def unsubscribe(self, key: MessageKey) -> None:
        """Leave the list of a message by one request (RFC 8058); a notice says how it went."""

    def wake(self) -> None:
        """New intents or outbox items exist, or something else is to be kept."""

    def attend(self) -> None:
        """The user is back at the screen: the folder in focus is refreshed, now and then."""

    def reconnect(self, account: AccountId) -> None:
        """Try now rather than at the end of the back-off."""

    def sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> None:
        """Start a sign-in; one that waits is cancelled."""

    def paste_answer(self, account: AccountId, text: str) -> None:
        """Bring the address of the browser's last page to the sign-in that waits for it."""

    def cancel_sign_in(self, account: AccountId) -> None:
        """End a waiting sign-in; `prompt.finished` is called."""
