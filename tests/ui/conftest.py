"""A filled store and an application on it, for each test a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from tests.ui.desk import Desk
from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW, fill, sample_account
from tests.ui.talk_mail import fill_second, fill_talk
from tuimail.config.settings import DEFAULTS
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp


@pytest.fixture(scope="session")
def filled_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the mocks' mailbox; copied, never opened."""
    directory = tmp_path_factory.mktemp("filled") / "data"
    store = Store.open(directory)
    fill(store)
    store.close()
    return directory


@pytest.fixture(scope="session")
def talk_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with conversations and a second mailbox; copied, never opened."""
    directory = tmp_path_factory.mktemp("talk") / "data"
    store = Store.open(directory)
    fill_talk(store)
    fill_second(store)
    store.close()
    return directory


@pytest.fixture(autouse=True)
def utf8_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal most people have."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def what_was_begun_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an action that is just being stored be done before the application ends.

    At the end of a test the screen is taken away while it runs, which no way out of tuimail does.
    """
    run_test = TuimailApp.run_test

    @asynccontextmanager
    async def run_until_done(app: TuimailApp, **options: Any) -> AsyncIterator[Pilot[None]]:
        async with run_test(app, **options) as pilot:
            yield pilot
            if app._exception is None:
                await app.keyboard.order.settled()
            await pilot._wait_for_screen()

    monkeypatch.setattr(TuimailApp, "run_test", run_until_done)


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Open an application on a copy of a data directory; settings may be given by name."""
    stores: list[Store] = []

    def open_(source: Path | None = None, **settings: object) -> Desk:
        directory = tmp_path / f"data{len(stores)}"
        if source is not None:
            shutil.copytree(source, directory)
        store = Store.open(directory)
        stores.append(store)
        account = store.write(lambda tx: tx.ensure_account("work")).result()
        accounts = {id_: sample_account(id_, name) for id_, name in store.read.accounts()}
        engine = FakeEngine()
        for id_ in accounts:
            engine.set_status(id_, Connectivity.ONLINE, since=NOW, online_at=NOW)
        app = TuimailApp(
            store,
            msgspec.structs.replace(DEFAULTS, **settings),
            accounts,
            lambda: engine,
            clock=lambda: NOW.astimezone(UTC),
        )
        return Desk(app, store, engine, account)

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk], filled_directory: Path) -> Desk:
    """The mocks' mailbox with default settings."""
    return open_desk(filled_directory)


@pytest.fixture
def talk(open_desk: Callable[..., Desk], talk_directory: Path) -> Desk:
    """The mocks' mailbox with conversations, and a second one."""
    return open_desk(talk_directory)
