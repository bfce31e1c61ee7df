"""What every test gets: a home of its own, and a way to see where a stuck run hangs."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from tuimail.auth import device_code

# A busy machine must not fail a law; each test has a time limit of its own.
settings.register_profile("tuimail", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tuimail")

pytest_plugins = ["tests.server.lanes", "tests.server.sandbox_fixture", "tests.settling"]

_LONGEST_FIRST: Final = ("soak", "crash", "fidelity", "server", "property", "ui", "store")
"""Folders in the order in which they run; what is in none of them comes last."""

_HOMES: Final = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": ".run",
}


def pytest_configure() -> None:
    """Print every thread's stack on SIGUSR1, and live in one time zone whatever the machine's."""
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    os.environ["TZ"] = "UTC"
    time.tzset()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    here = Path(__file__).parent
    rank = {folder: number for number, folder in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(rank)))


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the session, and every process it starts, an empty home; the user's is never touched."""
    directory = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(directory))
        for variable, below in _HOMES.items():
            place = directory / below
            place.mkdir(parents=True, mode=0o700)
            patch.setenv(variable, str(place))
        yield directory


@pytest.fixture(scope="session", autouse=True)
def quick_codes() -> Iterator[None]:
    """Ask fifty times a second whether a device code was approved, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device_code, "SECOND", 0.02)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the crash suite survived: scenarios by kill points."""
    kills = [
        int(value)
        for report in terminalreporter.stats.get("passed", ())
        for name, value in getattr(report, "user_properties", ())
        if name == "kills survived"
    ]
    if kills:
        terminalreporter.write_line(
            f"killed and continued: {len(kills)} scenarios, {sum(kills)} kill points survived"
        )
