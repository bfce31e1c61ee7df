"""What widgets and screens may ask of the application, so that they need not import it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast

from textual.dom import DOMNode
from textual.signal import Signal

from tuimail.model.account import Account, AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft
from tuimail.model.notice import Notice, Severity
from tuimail.model.sign_in import SignInPurpose
from tuimail.model.status import Connectivity, EngineControl, EngineStatus
from tuimail.ui.bindings import BindingSpec, Keys
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.reading.texts import MessageTexts
from tuimail.ui.writing.desk import Desk

if TYPE_CHECKING:
    from tuimail.config.settings import Settings
    from tuimail.mime.inside import Kind
    from tuimail.model.bodystructure import BodyPart
    from tuimail.store.store import Store
    from tuimail.ui.running.appearance import Appearance
    from tuimail.ui.running.live_settings import LiveSettings
    from tuimail.ui.running.sending_watch import SendingWatch
    from tuimail.ui.terminal.private_files import PrivateFiles
    from tuimail.ui.widgets.file_desk import FileContent, FileSource
    from tuimail.ui.writing.people import People


class Shell(Protocol):
    """The application, as seen from below.

    Attributes:
        engine: None until it runs, which is shortly after the first frame.
        approve_demo: Approves a device code, in the demo; else None.
        add_shared: Adds a shared mailbox to an account, in a thread; says whether it opens now.
        private_files: Where files are that other programs opened.
        sending: Counts down what is about to be sent.
        signal_changes: Publishes merged ChangeSets on the UI's loop.
        signal_status: Publishes nothing of worth: ask `engine.status`.
        signal_settings: Publishes the settings when they were changed.
    """

    store: Store
    settings: Settings
    accounts: Mapping[AccountId, Account]
    engine: EngineControl | None
    approve_demo: Callable[[str], object] | None
    add_shared: Callable[[Account, str], tuple[Account, bool]] | None
    glyphs: Glyphs
    texts: MessageTexts
    people: People
    desk: Desk
    sending: SendingWatch
    private_files: PrivateFiles
    signal_changes: Signal[ChangeSet]
    signal_status: Signal[None]
    signal_settings: Signal[Settings]
    live_settings: LiveSettings
    appearance: Appearance

    @property
    def shows_images(self) -> bool:
        """Whether images are shown inside."""

    @property
    def tints_cursor(self) -> bool:
        """Whether the row at the cursor is tinted; else the bar in front alone moves."""

    @property
    def keys(self) -> Keys:
        """The keys as they are now."""

    def now(self) -> datetime:
        """Return the time, aware, in the zone dates are shown in."""

    def tell(self, what: Notice | str, severity: Severity = Severity.INFO) -> None:
        """Say something in the last row; a notice is also kept in the store."""

    def remember(self, name: str, value: str) -> None:
        """Keep a detail of the screen for the next start; a failure is said."""

    def deliver_changes(self) -> None:
        """Publish at once what commits have changed, so that the next key sees it."""

    async def undo_sending(self) -> bool:
        """Take back what counts down; return whether there was something."""

    def open_composer(self, draft: Draft) -> None:
        """Write."""

    def change_settings(self, changes: Mapping[str, object]) -> object:
        """Write settings; say why when it is not possible."""

    def open_themes(self) -> None:
        """Choose a theme; each is shown as the cursor passes over it."""

    def rebind(self, line: BindingSpec) -> None:
        """Give a binding another key: the next one that is pressed."""

    def open_file(
        self, source: FileSource, part: BodyPart, kind: Kind, content: FileContent
    ) -> None:
        """Look at an attached file."""

    def open_outbox(self) -> None:
        """Show the outbox."""

    def open_sign_in(self, account: AccountId, purpose: SignInPurpose = SignInPurpose.MAIL) -> None:
        """Sign in by device code."""


def shell(node: DOMNode) -> Shell:
    """Return the application of a mounted node."""
    return cast("Shell", node.app)


def status_of(app: Shell, account: AccountId) -> EngineStatus | None:
    """Return how a mailbox is doing; None before the engine runs, and where it has none."""
    return app.engine.status.get(account) if app.engine is not None else None


def is_connected(app: Shell, account: AccountId) -> bool:
    """Whether a mailbox is connected, so that what is asked for comes soon."""
    status = status_of(app, account)
    return status is not None and status.connectivity is Connectivity.ONLINE
