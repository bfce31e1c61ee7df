"""The application: theme, keys, signals, and the crossings from the other threads.

The first frame comes straight from the store; the engine is started afterwards, in a thread.
Commits on the store's thread are merged into one slot and reach the screens as one signal.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.signal import Signal

from tuimail.config.theme import load_theme_or_builtin
from tuimail.errors import StoreError, TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft
from tuimail.model.notice import Notice, Severity
from tuimail.model.setup import SetupControl
from tuimail.model.status import Connectivity, EngineControl
from tuimail.ui.background import LateAnswer, ask_background
from tuimail.ui.bindings import Keys, bindings_for
from tuimail.ui.chords import Chords
from tuimail.ui.crash import print_without_locals, self_check
from tuimail.ui.glyphs import choose_glyphs
from tuimail.ui.messages import EngineChanged, Said, StoreChanged
from tuimail.ui.pace import Turns, settle_memory, take_short_turns
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.sending_watch import SendingWatch
from tuimail.ui.setting_up import SettingUp
from tuimail.ui.signals import handle_signals, watch_terminal
from tuimail.ui.texts import MessageTexts
from tuimail.ui.theming import choose_theme, depends_on_background, textual_theme
from tuimail.ui.widgets.bottom_bar import BottomBar

if TYPE_CHECKING:
    from tuimail.config.settings import Settings
    from tuimail.store.store import Store
    from tuimail.ui.sending import Sending


class TuimailApp(App[None]):
    """tuimail on a terminal.

    Args:
        store: Open.
        settings: Checked.
        accounts: By id.
        start_engine: Called in a thread after the first frame; may take its time, and may raise
            a `TuimailError`, which is said in the last row.
        mistake: What is wrong with the settings, to be told once the screen stands.
        greeting: What else is to be told then.
        approve_demo: Approves a device code, in the demo, where nobody else does.
        add_shared: Adds a shared mailbox to an account; returns it, and whether it opens now. It
            is called in a thread and may raise a `TuimailError`.
        new_setup: Makes the service that sets a mailbox up; called in a thread.
        clock: Returns the time, aware, in the zone dates are shown in.
    """

    TITLE = "tuimail"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("app")

    def __init__(
        self,
        store: Store,
        settings: Settings,
        accounts: Mapping[AccountId, Account],
        start_engine: Callable[[], EngineControl],
        *,
        mistake: TuimailError | None = None,
        greeting: str = "",
        approve_demo: Callable[[str], object] | None = None,
        add_shared: Callable[[Account, str], tuple[Account, bool]] | None = None,
        new_setup: Callable[[], SetupControl] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        # Without colours Textual would still send greys, unless the palette is the terminal's.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.store = store
        self.settings = settings
        self.accounts = accounts
        self.approve_demo = approve_demo
        self.add_shared = add_shared
        self.engine: EngineControl | None = None
        self.glyphs = choose_glyphs(settings.glyphs, os.environ)
        self.keys = Keys(settings.keys)
        self.signal_changes: Signal[ChangeSet] = Signal(self, "changes")
        self.signal_status: Signal[None] = Signal(self, "status")
        self.texts = MessageTexts(store)
        self.setting_up = SettingUp(self, new_setup)
        self.sending = SendingWatch(self, self._mailbox_bars)
        self._mistake = f"{mistake.message} {mistake.hint}".strip() if mistake else ""
        self._greeting = greeting
        self._start_engine = start_engine
        self._clock = clock or (lambda: datetime.now().astimezone())
        self._chords = Chords(self)
        self._late_answer = LateAnswer()
        self._slot, self._turns = ChangeSet(), Turns(self.deliver_changes, self.set_timer)
        self._slot_lock = threading.Lock()
        self._newest_notice = 0
        self._asked_to_quit = self._greeted = False
        self._ends: list[Callable[[], None]] = []
        self._use_theme()

    # -- start and end -------------------------------------------------------------------------

    def run_in_terminal(self) -> int:
        """Run on the terminal of the process; return the exit code."""
        if depends_on_background(self.settings.theme, os.environ, self.console.color_system):
            dark = ask_background()
            if dark is None:
                self._late_answer.expect()
            elif not dark:
                self._use_theme(dark=False)
        self.run(mouse=self._wants_mouse())
        return self.return_code or 0

    def _wants_mouse(self) -> bool:
        if self.settings.mouse == "auto":
            return "SSH_CONNECTION" not in os.environ
        return self.settings.mouse != "off"

    def on_mount(self) -> None:
        """Set up what must stand before the first frame."""
        take_short_turns()
        self.animation_level = "none"
        self.scroll_sensitivity_y = 3.0
        self.set_keymap(self.settings.keys)
        self._ends += handle_signals(self._end_by_signal)
        watch_terminal(self.set_interval, self._end_by_signal)
        newest = self.store.read.notices(1)
        self._newest_notice = newest[0][0] if newest else 0
        self._ends.append(self.store.subscribe(self._store_committed))

    def get_default_screen(self) -> Screen[Any]:
        """Begin with the mail, or without any with the set-up: no empty screen is painted."""
        return self.setting_up.first_screen() if self.setting_up.comes_first else MailboxScreen()

    def on_ready(self) -> None:
        """The first frame stands: start the engine, and settle the memory."""
        threading.Thread(target=self._run_start, name="engine-start", daemon=True).start()
        problem = self._mistake or self.keys.problem()
        if problem:
            self.tell(problem, Severity.WARNING)
        elif self._greeting:
            self.tell(self._greeting)
        self.call_after_refresh(settle_memory)

    def on_unmount(self) -> None:
        """Stop listening, and end the process that renders."""
        for end in reversed(self._ends):
            end()
        self._ends.clear()
        self.texts.stop()

    def _use_theme(self, *, dark: bool = True) -> None:
        colours = self.console.color_system
        wanted = choose_theme(self.settings.theme, os.environ, colours, dark=dark)
        for each in dict.fromkeys((wanted, "tuimail-dark", "tuimail-light")):
            spec, problem = load_theme_or_builtin(each)
            self.register_theme(textual_theme(spec))
            if each == wanted:
                self.theme = spec.name
                if problem is not None:
                    self.call_after_refresh(self.tell, problem.message, Severity.WARNING)

    def _end_by_signal(self, number: int) -> None:
        self._remember_place()
        self.exit(return_code=128 + number)

    def _run_start(self) -> None:
        try:
            engine = self._start_engine()
        except TuimailError as error:
            self.post_message(Said(error.message, Severity.ERROR))
            return
        self._engine_started(engine)

    def _engine_started(self, engine: EngineControl) -> None:
        self.engine = engine
        self._ends.append(engine.subscribe(self._engine_changed))
        self._engine_changed()

    def _engine_changed(self) -> None:
        """Hand over; on the engine's thread."""
        self.post_message(EngineChanged())

    def on_said(self, event: Said) -> None:
        """Say it."""
        self.tell(event.text, event.severity)

    def on_engine_changed(self, event: EngineChanged) -> None:
        """Tell the screens."""
        self.signal_status.publish(None)
        self._begin_with_sign_in()

    def _begin_with_sign_in(self) -> None:
        """Open the sign-in where nothing of a mailbox is here yet; once, so that one can leave."""
        if self._greeted or self.engine is None or not isinstance(self.screen, MailboxScreen):
            return
        for account, status in self.engine.status.items():
            needed = status.connectivity is Connectivity.SIGN_IN_REQUIRED
            if needed and not self.store.read.folders(self.accounts[account].sign_in_id):
                self._greeted = True
                self.open_sign_in(account)
                return

    def _fatal_error(self) -> None:
        """Print a traceback without the values of variables: they may hold mail or tokens."""
        if self_check(self):
            print_without_locals(self)
        else:
            self.exit(return_code=1, message="tuimail failed.")

    # -- from the store ------------------------------------------------------------------------

    def _store_committed(self, changes: ChangeSet) -> None:
        """Merge what a commit changed; on the store's thread. One message is outstanding."""
        with self._slot_lock:
            idle = not self._slot
            self._slot = self._slot.merge(changes)
        if idle and changes:
            self.post_message(StoreChanged())

    def on_store_changed(self, event: StoreChanged) -> None:
        """Show what commits changed, in the next pause between two keys."""
        self._turns.ask()

    def deliver_changes(self) -> None:
        """Publish at once what commits have changed, so that the next key sees it."""
        with self._slot_lock:
            changes, self._slot = self._slot, ChangeSet()
        if not changes:
            return
        for screen in self.screen_stack:
            if isinstance(screen, MailboxScreen):
                screen.apply_changes(changes)
        self.signal_changes.publish(changes)
        if changes.notices:
            self._say_newest_notice()

    def _say_newest_notice(self) -> None:
        newest = self.store.read.notices(1)
        if newest and newest[0][0] > self._newest_notice:
            self._newest_notice, _, _, notice = newest[0]
            self._show(notice.short, notice.severity)

    # -- keys ----------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Give keys to a question or a sequence first."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._turns.key()
            self.store.courtesy.key()
            if self._late_answer.takes(event.character):
                return
            self._asked_to_quit = self._asked_to_quit and event.key == "q"
            if any(bar.take_key(event) for bar in self.screen.query(BottomBar)):
                return
            if await self._chords.take(event):
                return
        await super().on_event(event)

    def action_help(self) -> None:
        """Show the keys that work here."""
        from tuimail.ui.screens.help import HelpScreen  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        """Quit at once; what waits is in the store and goes on at the next start."""
        self._remember_place()
        self.exit()

    async def action_leave(self) -> None:
        """Quit, after saying what waits."""
        waiting = self.store.read.counts().outbox_waiting
        if waiting and not self._asked_to_quit:
            self._asked_to_quit = True
            sent = "it is" if waiting == 1 else "they are"
            self.tell(f"Outbox {waiting}: q again quits, {sent} sent at the next start.")
            return
        await self.action_quit()

    def _mailbox_bars(self) -> list[BottomBar]:
        """Return the last row if the mailbox is in front."""
        return [self.screen.bottom] if isinstance(self.screen, MailboxScreen) else []

    def _remember_place(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MailboxScreen):
                screen.remember_place()

    def on_app_focus(self) -> None:
        """The terminal has the focus again: look for news."""
        if self.engine is not None:
            self.engine.attend()

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

    # -- for the screens -----------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time in the zone dates are shown in."""
        return self._clock()

    def tell(self, what: Notice | str, severity: Severity = Severity.INFO) -> None:
        """Say something in the last row; a notice is also kept in the store."""
        if isinstance(what, Notice):
            notice = what
            self._report(self.store.write(lambda tx: tx.add_notice(notice)))
            self._show(notice.short, notice.severity)
        else:
            self._show(what, severity)

    def remember(self, name: str, value: str) -> None:
        """Keep a detail of the screen for the next start; a failure is said."""
        self._report(self.store.write(lambda tx: tx.set_meta(name, value)))

    def _report(self, written: Future[None]) -> None:
        def look(done: Future[None]) -> None:
            error = done.exception()
            if isinstance(error, StoreError):
                self.post_message(Said(error.message, Severity.ERROR))

        written.add_done_callback(look)

    def _show(self, text: str, severity: Severity) -> None:
        for bar in self.screen.query(BottomBar):
            bar.show_event(self.glyphs.own(text), severity=severity)

    async def undo_sending(self) -> bool:
        """Take back what counts down; return whether there was something."""
        return await self.sending.undo()

    def open_composer(self, draft: Draft) -> None:
        """Write."""
        from tuimail.ui.screens.compose import ComposeScreen  # noqa: PLC0415 - not for the first frame

        self.push_screen(ComposeScreen(draft), self._composer_closed)

    def _composer_closed(self, sending: Sending | None) -> None:
        if sending is not None:
            self.sending.start(sending)

    def open_outbox(self) -> None:
        """Show the outbox."""
        from tuimail.ui.screens.outbox import OutboxScreen  # noqa: PLC0415 - not for the first frame

        self.push_screen(OutboxScreen())

    def open_sign_in(self, account: AccountId) -> None:
        """Sign in by device code."""
        from tuimail.ui.screens.sign_in import SignInScreen  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, SignInScreen):
            self.push_screen(SignInScreen(account))
