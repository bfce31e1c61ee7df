"""The set-up in the application: where it opens, and what follows when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuimail.model.account import Account
from tuimail.model.folder import FolderRole
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.screens.mailbox import MailboxScreen

if TYPE_CHECKING:
    from tuimail.model.setup import SetupControl
    from tuimail.ui.app import TuimailApp
    from tuimail.ui.screens.setup import SetupScreen


class SettingUp:
    """Opens the set-up and takes the account that it ends with.

    Args:
        new_setup: Makes the service, in a thread; None where nothing can be set up.
    """

    def __init__(self, app: TuimailApp, new_setup: Callable[[], SetupControl] | None) -> None:
        self._app = app
        self._new_setup = new_setup

    @property
    def comes_first(self) -> bool:
        """Whether there is nothing else to show."""
        return self._new_setup is not None and not self._app.accounts

    def first_screen(self) -> SetupScreen:
        """Return the screen of the first run; the mail takes its place."""
        return self._screen(self._first_ended)

    def offer(self) -> None:
        """Say at the start that a set-up was left before its account was there."""
        from tuimail.model.setup import KEPT_AS, answers_from_text  # noqa: PLC0415 - not for the first frame

        app = self._app
        address = answers_from_text(app.store.read.meta(KEPT_AS)).address
        known = {account.address.casefold() for account in app.accounts.values()}
        if (
            self._new_setup is None
            or self.comes_first
            or not address
            or address.casefold() in known
        ):
            return
        key = app.keys.shown("mailbox.add_account")
        app.tell(f"{clean(address)} is not set up yet: {key} goes on there.", Severity.WARNING)

    def open(self) -> None:
        """Add an account."""
        if self._new_setup is None:
            self._app.tell("Accounts are not added here.")
            return
        screen = self._screen(None)
        self._app.push_screen(screen, self._ended)

    def _screen(self, first_ended: Callable[[Account | None], None] | None) -> SetupScreen:
        from tuimail.ui.screens.setup import SetupScreen  # noqa: PLC0415 - only where it opens

        if self._new_setup is None:
            raise RuntimeError("there is nothing to set up with")
        return SetupScreen(self._new_setup, first_ended)

    def _first_ended(self, account: Account | None) -> None:
        if account is None:
            self._app.exit()
            return
        self._take(account)
        self._app.live_settings.look()
        # Over the set-up, which has ended: a first screen cannot be taken away.
        self._app.push_screen(MailboxScreen())
        self._app.call_after_refresh(self._say, account)

    def _ended(self, account: Account | None) -> None:
        if account is None:
            return
        self._take(account)
        screen = self._app.screen
        if isinstance(screen, MailboxScreen):
            screen.folder_tree.reload()
            folders = self._app.store.read.folders(account.id)
            inbox = next((each for each in folders if each.role is FolderRole.INBOX), None)
            if inbox is not None:
                screen.open_folder(inbox.id)
            else:
                screen.name_accounts()
        self._app.signal_status.publish(None)
        self._say(account)

    def _take(self, account: Account) -> None:
        self._app.accounts = {**self._app.accounts, account.id: account}

    def _say(self, account: Account) -> None:
        self._app.tell(f"{clean(account.address)} is set up", Severity.SUCCESS)
