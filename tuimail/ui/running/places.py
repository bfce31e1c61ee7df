"""What opens over the mail, and what works wherever the user is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work

from tuimail.config.surroundings import surroundings
from tuimail.errors import ConfigError, StoreError, TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.model.sign_in import SignInPurpose
from tuimail.model.status import Connectivity, EngineControl
from tuimail.ui.running.sending_watch import SendingWatch
from tuimail.ui.running.setting_up import SettingUp
from tuimail.ui.running.telling import Telling
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.writing.desk import Desk

if TYPE_CHECKING:
    from tuimail.config.settings import Settings
    from tuimail.mime.inside import Kind
    from tuimail.model.bodystructure import BodyPart
    from tuimail.ui.running.appearance import Appearance
    from tuimail.ui.running.arrivals import Arrivals
    from tuimail.ui.running.keyboard import Keyboard
    from tuimail.ui.running.live_settings import LiveSettings
    from tuimail.ui.terminal.private_files import PrivateFiles
    from tuimail.ui.widgets.file_desk import FileContent, FileSource
    from tuimail.ui.writing.sending import Sending


class Places(Telling):
    """The actions of the application, and the screens it opens.

    Attributes:
        arrivals: Tells of new mail.
        private_files: Where files are that other programs opened.
        sending: Counts down what is about to be sent.
        setting_up: Adds mailboxes.
    """

    accounts: Mapping[AccountId, Account]
    engine: EngineControl | None
    sending: SendingWatch
    setting_up: SettingUp
    arrivals: Arrivals
    appearance: Appearance
    live_settings: LiveSettings
    keyboard: Keyboard
    settings: Settings
    private_files: PrivateFiles
    desk: Desk
    _asked_to_quit = False
    _greeted = False

    async def action_quit(self) -> None:
        """Quit at once; what waits is in the store and goes on at the next start."""
        self.remember_place()
        self.exit()

    async def action_leave(self) -> None:
        """Quit, after saying what waits."""
        try:
            waiting = self.store.read.counts(*self.accounts).outbox_waiting
        except StoreError:
            waiting = 0  # a database that cannot be read keeps nobody here
        if waiting and not self._asked_to_quit:
            self._asked_to_quit = True
            sent = "it is" if waiting == 1 else "they are"
            key = self.keyboard.keys.shown("mailbox.back")
            self.tell(f"Outbox {waiting}: {key} again quits, {sent} sent at the next start.")
            return
        await self.action_quit()

    def mailbox_bars(self) -> list[BottomBar]:
        """Return the last row if the mailbox is in front."""
        return [self.screen.bottom] if isinstance(self.screen, MailboxScreen) else []

    def remember_place(self) -> None:
        """Remember where the cursor is, for the next start."""
        with suppress(StoreError):  # the next start is at the top then
            for screen in self.screen_stack:
                if isinstance(screen, MailboxScreen):
                    screen.remember_place()

    def on_app_focus(self) -> None:
        """The terminal has the focus again: look for news."""
        self.arrivals.focus(has_it=True)
        if self.engine is not None:
            self.engine.attend()

    def on_app_blur(self) -> None:
        """Somebody looks elsewhere."""
        self.arrivals.focus(has_it=False)

    def action_retry(self) -> None:
        """Connect again now rather than later."""
        if self.engine is not None:
            for account in self.accounts:
                self.engine.reconnect(account)

    def action_sign_in(self) -> None:
        """Sign in to the account that needs it most."""
        statuses = self.engine.status if self.engine is not None else {}
        needing = [
            account
            for account, status in statuses.items()
            if status.connectivity is Connectivity.SIGN_IN_REQUIRED
        ]
        account = next(iter((*needing, *self.accounts)), None)
        if account is not None:
            self.open_sign_in(account)

    def action_add_account(self) -> None:
        """Set another mailbox up."""
        self.setting_up.open()

    async def action_send_now(self) -> None:
        """Send what counts down."""
        await self.sending.hurry()

    def action_open_outbox(self) -> None:
        """Show the outbox."""
        self.open_outbox()

    async def undo_sending(self) -> bool:
        """Take back what counts down; return whether there was something."""
        return await self.sending.undo()

    def open_composer(self, draft: Draft) -> None:
        """Write."""
        from tuimail.ui.screens.compose import ComposeScreen  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.writing.signature import begun  # noqa: PLC0415

        draft = begun(draft, self.settings, self.accounts[draft.account_id])
        aside = None if draft.id is None else self.desk.take(draft.id)
        self.push_screen(ComposeScreen(draft, aside), self._composer_closed)

    def action_go_on_writing(self) -> None:
        """Go on with what is written beside the list, one after the other."""
        while (aside := self.desk.next()) is not None:
            draft_id = aside.draft.id
            draft = None if draft_id is None else self.store.read.draft(draft_id)
            if draft is not None:
                self.open_composer(draft)
                return
            self.desk.take(draft_id)  # it was sent or discarded elsewhere meanwhile
        self.tell("Nothing is being written.")

    def _composer_closed(self, sending: Sending | None) -> None:
        if sending is not None:
            self.sending.start(sending)
        for screen in self.screen_stack:
            if isinstance(screen, MailboxScreen):
                screen.bars.refresh()  # it says how many lie beside the list

    def open_file(
        self, source: FileSource, part: BodyPart, kind: Kind, content: FileContent
    ) -> None:
        """Look at an attached file."""
        from tuimail.ui.screens.file_view import FileScreen  # noqa: PLC0415 - not for the first frame

        self.push_screen(FileScreen(source, part, kind, content))

    @property
    def shows_images(self) -> bool:
        """Whether images are shown inside: over a slow line they would take seconds."""
        setting, remote = self.settings.reader.images, surroundings(os.environ).is_remote
        if setting != "auto":
            return setting != "off"
        return not (remote or self.settings.link == "slow" or self.no_color)

    def open_outbox(self) -> None:
        """Show the outbox."""
        from tuimail.ui.screens.outbox import OutboxScreen  # noqa: PLC0415 - not for the first frame

        self.push_screen(OutboxScreen())

    def open_sign_in(self, account: AccountId, purpose: SignInPurpose = SignInPurpose.MAIL) -> None:
        """Sign in by device code."""
        from tuimail.ui.screens.sign_in import SignInScreen  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, SignInScreen):
            self.push_screen(SignInScreen(account, purpose))

    def begin_with_sign_in(self) -> None:
        """Open the sign-in where nothing of a mailbox is here yet; once, so that one can leave."""
        if self._greeted or self.engine is None or not isinstance(self.screen, MailboxScreen):
            return
        for account, status in self.engine.status.items():
            needed = status.connectivity is Connectivity.SIGN_IN_REQUIRED
            if needed and not self.store.read.folders(self.accounts[account].sign_in_id):
                self._greeted = True
                self.open_sign_in(account)
                return

    # -- settings ------------------------------------------------------------------------------

    def action_settings(self) -> None:
        """Show the settings."""
        from tuimail.ui.screens.settings import SettingsScreen  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def action_themes(self) -> None:
        """Choose a theme."""
        self.open_themes()

    def open_themes(self) -> None:
        """Choose a theme; each is shown as the cursor passes over it."""
        from tuimail.ui.widgets.theme_sheet import ThemeSheet  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, ThemeSheet):
            sheet = ThemeSheet(self.settings.theme, self.appearance.automatic_theme)
            self.push_screen(sheet, self._theme_chosen)

    def _theme_chosen(self, name: str | None) -> None:
        if name is not None:
            self.change_settings({"theme": name})

    @work(group="settings")
    async def change_settings(self, changes: Mapping[str, object]) -> None:
        """Write settings; say why when it is not possible."""
        try:
            await self.live_settings.change(changes)
        except ConfigError as error:
            self.appearance.use_theme()
            self.tell(f"{error.message} {error.hint}".strip(), Severity.ERROR)
        except OSError as error:
            self.appearance.use_theme()
            self.tell(f"Not saved: {error.strerror or 'it cannot be written'}.", Severity.ERROR)

    @work(group="settings", exclusive=True)
    async def action_edit_settings(self) -> None:
        """Open the settings file in the user's editor."""
        try:
            await self.live_settings.edit()
        except TuimailError as error:
            self.tell(f"{error.message} {error.hint}".strip(), Severity.ERROR)
        except OSError as error:
            self.tell(f"{error.strerror or 'The file cannot be opened'}.", Severity.ERROR)
