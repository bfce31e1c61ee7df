from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.mail import Mailbox, open_mailbox


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    opened = open_mailbox(tmp_path / "data")
    yield opened
    opened.store.close()
