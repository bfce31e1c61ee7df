"""Opening the screen: the first frame from the store, the engine after it, everything closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuimail.cli.lock import EngineLock
from tuimail.cli.setup import (
    Options,
    connect,
    keep_log,
    load_settings,
    stored_accounts,
)
from tuimail.config import paths
from tuimail.config.schema import Settings
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp

if TYPE_CHECKING:
    from tuimail.sync.engine import Engine

GRACE: Final = 2.0
"""Seconds that running work gets at the end."""


def open_screen(options: Options) -> None:
    """Open the screen with the user's settings and mail."""
    keep_log()
    run_app(load_settings(options), paths.data_dir())


def run_app(
    settings: Settings, data: Path, *, approve_demo: Callable[[str], object] | None = None
) -> None:
    """Run the screen until the user leaves it.

    Raises:
        StoreError: The database cannot be used, or another tuimail is running on it.
    """
    lock = EngineLock.take(data)
    store = Store.open(data)
    engines: list[Engine] = []
    try:
        accounts = stored_accounts(settings, store)

        def start_engine() -> Engine:
            from tuimail.sync.engine import Engine  # noqa: PLC0415 - after the first frame

            engine = Engine(store, connect(accounts, data))
            engine.start()
            engines.append(engine)
            return engine

        app = TuimailApp(store, settings, accounts, start_engine, approve_demo=approve_demo)
        app.run_in_terminal()
    finally:
        for engine in engines:
            engine.stop(GRACE)
        store.close()
        lock.release()
