"""One render process for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuimail.mime.render import Renderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """A renderer with so much time that only what never ends fails."""
    with Renderer(limit=60) as found:
        yield found
