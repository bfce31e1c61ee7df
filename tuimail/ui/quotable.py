"""The text of a message for quoting it, whether the reader shows it or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuimail.model.message import BodyState, Message
from tuimail.ui.shell import Shell

if TYPE_CHECKING:
    from tuimail.mime.render import Renderer
    from tuimail.mime.rendered import Link, TextLine


class QuotableText:
    """Reads what is here; nothing is waited for that would have to come over the network.

    Args:
        app: Whose store is read.
    """

    def __init__(self, app: Shell) -> None:
        self._app = app
        self._renderer: Renderer | None = None

    async def of(self, message: Message) -> tuple[Sequence[TextLine], Sequence[Link]]:
        """Return the readable lines and their links; nothing when the text is not here."""
        if message.summary.body is BodyState.ABSENT:
            return (), ()
        from tuimail.mime.reading import read_message_async  # noqa: PLC0415 - not for the first frame
        from tuimail.mime.render import Renderer  # noqa: PLC0415

        if self._renderer is None:
            self._renderer = Renderer()
        store, key = self._app.store, message.summary.key
        reading = await read_message_async(
            message, lambda section: store.read.part(key, section), self._renderer
        )
        return reading.lines, reading.links

    def stop(self) -> None:
        """End the process that renders."""
        if self._renderer is not None:
            self._renderer.stop()
            self._renderer = None
