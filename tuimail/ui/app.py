"""The application: theme, keys, signals, and the crossings from the other threads.

The first frame comes straight from the store; the engine is started afterwards, in a thread.
Commits on the store's thread are merged into one slot and reach the screens as one signal.

What has a state of its own is an object the application has (`keyboard`, `appearance`, `arrivals`,
`terminal`, `sending`, `setting_up`, `live_settings`). The rest is a chain of four classes:

    display.application   what is written to the terminal, and how
    running.telling       what the user is told
    running.places        what opens over the mail
    running.key_actions   what keys do wherever the user is
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.signal import Signal
from textual.widget import Widget
from textual.worker import WorkerFailed

from tuimail.errors import StoreError, TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.model.status import EngineControl
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.colourless import replace_filters
from tuimail.ui.drawing.hyperlinks import understands_hyperlinks
from tuimail.ui.later import later
from tuimail.ui.messages import EngineChanged, KeyClicked, Said, StoreChanged
from tuimail.ui.reading.texts import MessageTexts, gateways_of, own_hosts, places_of
from tuimail.ui.running.appearance import Appearance
from tuimail.ui.running.arrivals import Arrivals
from tuimail.ui.running.commit_slot import CommitSlot
from tuimail.ui.running.key_actions import KeyActions
from tuimail.ui.running.keyboard import Keyboard
from tuimail.ui.running.live_settings import LOOK_SECONDS, LiveSettings
from tuimail.ui.running.sending_watch import SendingWatch
from tuimail.ui.running.setting_up import SettingUp
from tuimail.ui.screens.later import load_readers, load_sheets
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.terminal.background import understand_reports
from tuimail.ui.terminal.modes import TerminalModes
from tuimail.ui.terminal.pace import Turns, settle_memory, take_short_turns
from tuimail.ui.terminal.private_files import PrivateFiles
from tuimail.ui.terminal.signals import handle_signals, let_go_of_lost_terminal, watch_terminal
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.writing.desk import Desk
from tuimail.ui.writing.people import People

if TYPE_CHECKING:
    from tuimail.config.settings import Settings
    from tuimail.model.setup import SetupControl
    from tuimail.store.store import Store


class TuimailApp(KeyActions):
    """tuimail on a terminal.

    Args:
        store: Open.
        settings: Checked.
        accounts: By id.
        start_engine: Called in a thread after the first frame; may take its time, and may raise
            a `TuimailError`, which is said in the last row.
        mistake: What is wrong with the settings, to be told once the screen stands.
        greeting: What else is to be told then.
        begin_with: A message to write first.
        approve_demo: Approves a device code, in the demo, where nobody else does.
        add_shared: Adds a shared mailbox to an account; returns it, and whether it opens now. It
            is called in a thread and may raise a `TuimailError`.
        new_setup: Makes the service that sets a mailbox up; called in a thread.
        settings_file: Where settings are written, and read again when others write it.
        clock: Returns the time, aware, in the zone dates are shown in.
    """

    TITLE = "tuimail"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    # No scrollbars: their cells are half blocks that few fonts and no ASCII terminal have.
    CSS = "* { scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("app")
    warms_up = False
    """Whether the process that renders starts before a mail needs it: on a real terminal."""

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
        settings_file: Path | None = None,
        begin_with: Draft | None = None,
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
        self.appearance = Appearance(self)
        self.terminal = TerminalModes(self, os.environ)
        self.arrivals = Arrivals(self, os.environ)
        self.glyphs = self.appearance.glyphs()
        self.keyboard = Keyboard(self, settings.keys, str(settings_file or ""))
        self.signal_changes: Signal[ChangeSet] = Signal(self, "changes")
        self.signal_status: Signal[None] = Signal(self, "status")
        self.signal_settings: Signal[Settings] = Signal(self, "settings")
        self.texts = MessageTexts(
            store,
            lambda: own_hosts(self.accounts.values()),
            self.key_of,
            lambda: places_of(self.accounts.values(), self.settings),
            lambda: gateways_of(self.settings),
        )
        self.people = People(store)
        self.desk = Desk()
        self.private_files = PrivateFiles(os.environ)
        self.setting_up = SettingUp(self, new_setup)
        self.sending = SendingWatch(self, self.mailbox_bars)
        self.live_settings = LiveSettings(self, settings_file, mistake)
        self._greeting, self._begin_with = greeting, begin_with
        self._start_engine = start_engine
        self._clock = clock or (lambda: datetime.now().astimezone())
        self._commits = CommitSlot(lambda: self.post_message(StoreChanged()))
        self._turns = Turns(self._show_changes, partial(later, self))
        self._ends: list[Callable[[], None]] = []
        self._typed_early: list[events.Key] | None = []
        self.appearance.use_theme()

    # -- start and end -------------------------------------------------------------------------

    def run_in_terminal(self) -> int:
        """Run on the terminal of the process; return the exit code."""
        self.appearance.ask_terminal()
        self.warms_up = True
        self.run(mouse=False)  # by `terminal`, which asks for less
        let_go_of_lost_terminal()
        return self.return_code or 0

    def on_mount(self) -> None:
        """Set up what must stand before the first frame."""
        take_short_turns()
        self.animation_level = "none"
        self.scroll_sensitivity_y = 3.0
        understand_reports()
        self.app_suspend_signal.subscribe(self, lambda _: self.terminal.give_back(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self.terminal.take(), immediate=True)
        self.dress()
        self.terminal.take()
        self.use_keys()
        self.set_interval(LOOK_SECONDS, self.live_settings.look)
        self._ends += handle_signals(self._end_by_signal)
        watch_terminal(self.set_interval, self._end_by_signal)
        self.note_newest_notice()
        self._ends.append(self.store.subscribe(self._commits.put))

    def get_default_screen(self) -> Screen[Any]:
        """Begin with the mail, or without any with the set-up: no empty screen is painted."""
        return self.setting_up.first_screen() if self.setting_up.comes_first else MailboxScreen()

    async def on_ready(self) -> None:
        """The first frame stands: start the engine, and settle the memory."""
        self.arrivals.begin()
        threading.Thread(target=self._run_start, name="engine-start", daemon=True).start()
        problem = self.live_settings.mistake or self.keys.problem()
        if problem:
            self.tell(problem, Severity.WARNING)
        elif self._greeting:
            self.tell(self._greeting)
        else:
            self.setting_up.offer()
        self.call_after_refresh(settle_memory)
        if self._begin_with is not None:
            self.open_composer(self._begin_with)
        await self._take_early_keys()

    async def _take_early_keys(self) -> None:
        """Take what was typed before the first frame: until then nothing has the focus."""
        early, self._typed_early = self._typed_early or [], None
        for event in early:
            await self.on_event(event)

    def on_unmount(self) -> None:
        """Stop listening, give the terminal back, and end the process that renders."""
        self.terminal.give_back()
        self.keyboard.order.stop()
        for end in reversed(self._ends):
            end()
        self._ends.clear()
        self.texts.stop()
        self.private_files.empty()

    def _end_by_signal(self, number: int) -> None:
        self.remember_place()
        self.exit(return_code=128 + number)

    def _run_start(self) -> None:
        load_readers()  # before the engine, which takes longer and which no key waits for
        try:
            engine = self._start_engine()
        except TuimailError as error:
            self.post_message(Said(error.message, Severity.ERROR))
            return
        self._engine_started(engine)
        load_sheets()
        if self.warms_up:
            self.store.courtesy.pause()
            self.texts.warm()

    def _engine_started(self, engine: EngineControl) -> None:
        self.engine = engine
        self._ends.append(engine.subscribe(self._engine_changed))
        self._engine_changed()

    def _engine_changed(self) -> None:
        """Hand over; on the engine's thread."""
        self.post_message(EngineChanged())

    def on_engine_changed(self, event: EngineChanged) -> None:
        """Tell the screens."""
        self.signal_status.publish(None)
        self.begin_with_sign_in()

    def _handle_exception(self, error: Exception) -> None:
        """Say what a worker could not read: it has ended, and the screen stands all the same.

        After any other failure the widget in which it happened is deaf, so the program ends.
        """
        reason = error.error if isinstance(error, WorkerFailed) else None
        if isinstance(reason, StoreError):
            self.tell_unreadable(reason)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Print a traceback without the values of variables: they may hold mail or tokens."""
        from tuimail.ui.terminal.crash import print_without_locals, self_check  # noqa: PLC0415 - seldom

        if self_check(self):
            print_without_locals(self)
        else:
            self.exit(return_code=1, message="tuimail failed.")

    # -- settings ------------------------------------------------------------------------------

    def dress(self) -> None:
        """Look as the settings say."""
        self.glyphs = self.appearance.glyphs()
        self.appearance.use_theme()
        self.hyperlinks = understands_hyperlinks(self.settings.reader.hyperlinks, os.environ)
        self.use_display(self.settings.display, os.environ)
        self.terminal.use(
            mouse=self.appearance.mouse,
            shows_cursor=self.settings.accessible,
            follows_background=self.appearance.follows_background,
        )
        self.arrivals.show_title()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every painted line goes through."""
        filters = super().get_line_filters()
        return replace_filters(filters) if self.no_color else filters

    def repaint(self) -> None:
        """Paint every screen anew: colours or signs are others."""
        for screen in self.screen_stack:
            for widget in screen.walk_children(with_self=True):
                if isinstance(widget, Widget):
                    widget.refresh()

    @property
    def tints_cursor(self) -> bool:
        """Whether the row at the cursor is tinted; else the bar in front alone moves."""
        return self.appearance.tints_cursor

    # -- from the store ------------------------------------------------------------------------

    def on_store_changed(self, event: StoreChanged) -> None:
        """Show what commits changed, in the next pause between two keys."""
        self._turns.ask()

    def _show_changes(self) -> None:
        if self._turns.is_typing:
            self.store.courtesy.key()  # the next key waits for this
        self.deliver_changes()

    def deliver_changes(self) -> None:
        """Publish at once what commits have changed, so that the next key sees it."""
        changes = self._commits.take()
        if not changes or not self.screen_stack:  # none: it is about to end
            return
        try:
            for screen in self.screen_stack:
                if isinstance(screen, MailboxScreen):
                    screen.apply_changes(changes)
            self.signal_changes.publish(changes)
            self.arrivals.changed(changes)
            if changes.notices:
                self.say_newest_notice()
        except StoreError as error:
            self.tell_unreadable(error)

    # -- keys ----------------------------------------------------------------------------------

    def key_arrived(self) -> None:
        """Let the engine pause until the key is painted."""
        self.store.courtesy.key()

    async def on_event(self, event: events.Event) -> None:
        """Give keys to a question or a sequence first, and all that is typed in its order."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif not self.screen_stack:
            pass  # it ends: nobody is there whom a key could mean
        elif isinstance(event, events.Key) and self._typed_early is not None:
            self._typed_early.append(event)
        elif not self.keyboard.order.keeps(event):
            field = self.focused
            if isinstance(event, events.Paste) or not await self._take_key(event):
                await super().on_event(event)
            self.keyboard.order.went_to(field, event)

    async def _take_key(self, event: events.Key) -> bool:
        self._turns.key()
        self.arrivals.key()
        if self.appearance.takes(event.character):
            return True
        self._asked_to_quit &= self.keys.leads_to("mailbox.back", event.key)
        if any(bar.take_key(event) for bar in self.screen.query(BottomBar)):
            return True
        return await self.keyboard.take(event)

    async def on_key_clicked(self, event: KeyClicked) -> None:
        """Do what the key does."""
        await self.keyboard.run_shown(event.key)

    # -- for the screens -----------------------------------------------------------------------

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the user's clipboard: the one place for the whole program."""
        from tuimail.ui.terminal import clipboard  # noqa: PLC0415 - not for the first frame

        super().copy_to_clipboard(text)
        self.terminal.write(clipboard.wrapped(text, os.environ))

    def key_of(self, id_: str) -> str:
        """Return the key of a binding as it is now."""
        return self.keys.shown(id_)

    def now(self) -> datetime:
        """Return the time in the zone dates are shown in."""
        return self._clock()
