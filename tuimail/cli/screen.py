"""Opening the screen: the first frame from the store, the engine after it, everything closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuimail.cli.lock import EngineElsewhere, Turn
from tuimail.cli.opening import open_or_rescue
from tuimail.cli.setup import (
    Options,
    data_folder,
    keep_log,
    load_what_is_right,
)
from tuimail.config.schema import Settings
from tuimail.errors import ConfigError
from tuimail.model.account import Account
from tuimail.model.draft import Draft
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp

if TYPE_CHECKING:
    from tuimail.model.setup import SetupAnswers, SetupControl
    from tuimail.sync.window import WindowEngine

GRACE: Final = 2.0
"""Seconds that running work gets at the end."""


def open_screen(options: Options, begin_with: Draft | None = None) -> int:
    """Open the screen with the user's settings and mail; return the exit code.

    Args:
        begin_with: A message to write there first.
    """
    keep_log()
    settings, mistake = load_what_is_right(options)
    return run_app(
        settings,
        data_folder(),
        file=options.settings_file(),
        mistake=mistake,
        begin_with=begin_with,
    )


def run_app(
    settings: Settings,
    data: Path,
    *,
    file: Path | None = None,
    mistake: ConfigError | None = None,
    approve_demo: Callable[[str], object] | None = None,
    given: SetupAnswers | None = None,
    begin_with: Draft | None = None,
) -> int:
    """Run the screen until the user leaves it; return the exit code.

    Args:
        settings: What is right of the settings file.
        data: The folder of the store and the tokens.
        file: Where settings are written; None for nowhere, in the demo.
        mistake: What is wrong with the settings file, to be told.
        approve_demo: Approves a device code, in the demo.
        given: What a set-up need not ask.
        begin_with: A message to write first.

    Raises:
        StoreError: The database cannot be used.
    """
    turn = Turn(data)
    turn.take()
    try:
        return _run_app(settings, data, turn, file, mistake, approve_demo, given, begin_with)
    finally:
        turn.release()


def _run_app(
    settings: Settings,
    data: Path,
    turn: Turn,
    file: Path | None,
    mistake: ConfigError | None,
    approve_demo: Callable[[str], object] | None,
    given: SetupAnswers | None,
    begin_with: Draft | None,
) -> int:
    opened = open_or_rescue(settings, data, is_ours=turn.is_ours)
    store, accounts = opened.store, opened.accounts
    windows: list[WindowEngine] = []
    try:
        store.leave_checkpoints(to_others=not turn.is_ours)

        def start_engine() -> WindowEngine:
            from tuimail.cli.window import window_engine  # noqa: PLC0415 - after the first frame
            from tuimail.config.downloads import download_rules  # noqa: PLC0415 - not for the first frame

            rules = download_rules(settings.download)
            window = window_engine(store, accounts, rules, turn, settings.tokens)
            windows.append(window)
            window.start()
            return window

        app = TuimailApp(
            store,
            settings,
            accounts,
            start_engine,
            mistake=mistake,
            greeting=opened.greeting or _greeting(turn),
            add_shared=_adder(settings, file, store, windows),
            approve_demo=approve_demo,
            new_setup=_setter_up(settings, file, store, windows, given),
            settings_file=file,
            begin_with=begin_with,
        )
        return app.run_in_terminal()
    finally:
        for window in windows:
            window.stop(GRACE)
        store.close()


def _adder(
    settings: Settings, file: Path | None, store: Store, windows: Sequence[WindowEngine]
) -> Callable[[Account, str], tuple[Account, bool]]:
    def add(owner: Account, address: str) -> tuple[Account, bool]:
        from tuimail.cli.sharing import SharedAdder  # noqa: PLC0415 - after the first frame

        return SharedAdder(settings, file, store, windows)(owner, address)

    return add


def _setter_up(
    settings: Settings,
    file: Path | None,
    store: Store,
    windows: Sequence[WindowEngine],
    given: SetupAnswers | None,
) -> Callable[[], SetupControl] | None:
    def adopt(account: Account) -> None:
        for window in windows:
            window.add(account)

    if file is None:
        return None
    path = file

    def new() -> SetupControl:
        from tuimail.cli.setting_up import new_set_up  # noqa: PLC0415 - after the first frame

        return new_set_up(path, store, adopt, settings.tokens, given=given, asks_keys=True)

    return new


def _greeting(turn: Turn) -> str:
    if turn.is_ours:
        return ""
    if isinstance(turn.refusal, EngineElsewhere):
        return f"{turn.refusal.message} {turn.refusal.hint}"
    return "Another tuimail is running; this one shows its mail."
