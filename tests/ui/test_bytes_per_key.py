"""What a key costs on the line, on a real terminal. People use tuimail over slow links.

Every octet is counted, also of what follows the first frame: the position in the bar, the reader.
The list holds senders and subjects that differ, as mail does.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.ui.sample_mail import NOW, Sample, fill
from tests.ui.terminal import Terminal
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.store.store import Store

_WORDS: Final = (
    "quarterly", "numbers", "board", "meeting", "invoice", "cable", "plan", "building", "parking",
    "permits", "laptop", "order", "travel", "booking", "contract", "renewal", "draft", "minutes",
    "holiday", "list", "server", "window", "update", "password", "review", "feedback", "offer",
    "interview", "schedule", "printer", "access", "badge", "training", "lunch", "migration",
)  # fmt: skip
_NAMES: Final = (
    "Anna Lindqvist", "Kim Chu", "Erik Dahl", "Contoso HR", "Facilities", "Priya Raman",
    "Build server", "Marta Oliveira", "IT service desk", "Jonas Weber",
)  # fmt: skip
_MESSAGES: Final = 300


@pytest.fixture(scope="module")
def various(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with mail that differs from row to row."""
    chance = random.Random(6)
    directory = tmp_path_factory.mktemp("various") / "data"
    store = Store.open(directory)
    mail = tuple(
        Sample(
            chance.choice(_NAMES),
            f"{number}: {' '.join(chance.choices(_WORDS, k=chance.randint(2, 9)))}",
            NOW - timedelta(hours=7 * number),
            flags=chance.choice((SEEN, SEEN, SEEN, Flags(), FLAGGED)),
            file=number % 7 == 0,
        )
        for number in range(_MESSAGES)
    )
    fill(store, total=_MESSAGES, mail=mail)
    store.close()
    return directory


class Meter(Terminal):
    """Counts what keys cost."""

    def walk(self, first: int, last: int) -> float:
        """Go down to each row in turn and return the octets per row."""
        before = len(self.output)
        for row in range(first, last + 1):
            self.type(b"j")
            self.wait_until_cursor(row)
        return (len(self.output) - before) / (last + 1 - first)

    def go(self, key: bytes, *numbers: int) -> list[int]:
        """Press a key for each number, wait for its message, and return the octets of each."""
        costs = []
        for number in numbers:
            before = len(self.output)
            self.type(key)
            self.wait_for(f" {number}: ")
            costs.append(len(self.output) - before)
        return costs


@pytest.mark.parametrize("theme", ["tuimail-dark", "tuimail-light", "ansi"])
def test_a_row_down_costs_500_octets_and_600_where_it_scrolls(
    various: Path, tmp_path: Path, theme: str
) -> None:
    with _started(various, tmp_path, f'theme = "{theme}"') as terminal:
        assert terminal.walk(2, 22) <= 500
        scrolled = terminal.go(b"j", *range(22, 40))
        assert statistics.mean(scrolled) <= 600, scrolled


def test_with_the_bar_alone_a_row_down_costs_110_octets(various: Path, tmp_path: Path) -> None:
    with _started(various, tmp_path, 'cursor = "gutter"') as terminal:
        assert terminal.walk(2, 22) <= 110


@pytest.mark.parametrize("theme", ["tuimail-dark", "tuimail-light"])
def test_a_page_of_a_large_terminal_costs_8_kilobytes(
    various: Path, tmp_path: Path, theme: str
) -> None:
    """The reader beside the list shows another message as well."""
    with _started(various, tmp_path, f'theme = "{theme}"', columns=160, rows=48) as terminal:
        pages = terminal.go(b"\x06", *range(45, 230, 23))
        assert statistics.mean(pages) <= 8000, pages


def _started(
    various: Path, place: Path, settings: str, *, columns: int = 80, rows: int = 24
) -> Meter:
    shutil.copytree(various, place / "data")
    (place / "settings.toml").write_text(settings + "\n")
    command = [sys.executable, "-m", "tests.ui.run_sample", str(place / "data")]
    terminal = Meter([*command, str(place / "settings.toml")], columns=columns, rows=rows)
    terminal.wait_for("online")
    return terminal
