"""What the processes that are killed are forked from: one nursery each for a whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Runs errands, see `tests.crash.victim`."""
    with Nursery("tests.crash.victim") as nursery:
        yield nursery


@pytest.fixture(scope="session")
def rescuers() -> Iterator[Nursery]:
    """Runs rescues, see `tests.crash.rescue_victim`."""
    with Nursery("tests.crash.rescue_victim") as nursery:
        yield nursery
