"""The texts of messages, for reading and for quoting: one render process for the whole screen.

Nothing is waited for that would have to come over the network: what is not here is missing in the
answer, and asking for it is the caller's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tuimail.model.account import Account
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.store.store import Store
from tuimail.ui.report_words import delivery_words

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading
    from tuimail.mime.render import Renderer
    from tuimail.mime.rendered import Link, TextLine


def own_hosts(accounts: Iterable[Account]) -> frozenset[str]:
    """Return the hosts of mailboxes' addresses, in lower case."""
    return frozenset(each.address.rpartition("@")[2].lower() for each in accounts)


class MessageTexts:
    """Reads messages that are stored.

    Args:
        store: Where their parts are.
        own_hosts: Returns the hosts of the user's own addresses.
    """

    def __init__(self, store: Store, own_hosts: Callable[[], frozenset[str]] = frozenset) -> None:
        self._store = store
        self._own_hosts = own_hosts
        self._renderer: Renderer | None = None
        self._read_as: dict[MessageKey, str] = {}

    def read_as(self, key: MessageKey, charset: str | None) -> None:
        """Read a message as of another charset while this window runs; None as it says itself."""
        self._read_as.pop(key, None)
        if charset is not None:
            self._read_as[key] = charset

    def charset(self, key: MessageKey) -> str | None:
        """Return what a message is read as by the user's choice."""
        return self._read_as.get(key)

    async def charsets(self, message: Message) -> Sequence[tuple[str, str]]:
        """Return what the text of a message may be read as, likeliest first: name and words.

        Raises:
            StoreError: A part cannot be read.
        """
        from tuimail.mime.charset import likely, words_for  # noqa: PLC0415 - see below
        from tuimail.mime.reading import first_text  # noqa: PLC0415 - see below

        read, key = self._store.read, message.summary.key
        text = first_text(message, lambda section: read.part(key, section))
        names = await asyncio.to_thread(likely, text)
        return [(name, words_for(name)) for name in names]

    async def reading(self, message: Message) -> Reading:
        """Return what the reader shows; its `missing` names the part that is not here.

        Raises:
            StoreError: A part cannot be read.
        """
        # Imported when the first text is read: the first frame does without the mail parser.
        from tuimail.mime.reading import read_message_async  # noqa: PLC0415
        from tuimail.mime.render import Renderer  # noqa: PLC0415

        if self._renderer is None:
            self._renderer = Renderer()
        read, key = self._store.read, message.summary.key
        reading = await read_message_async(
            message,
            lambda section: read.part(key, section),
            self._renderer,
            charset=self._read_as.get(key),
        )
        outcomes = read.outcomes(message.envelope.message_id)
        if outcomes:
            reading = replace(reading, notices=(*delivery_words(outcomes), *reading.notices))
        if not reading.links:
            return reading
        links = await asyncio.to_thread(self._doubted, reading.links, self._own_hosts())
        return replace(reading, links=links)

    def _doubted(self, links: Sequence[Link], own: frozenset[str]) -> tuple[Link, ...]:
        """Mark the links that look like those of sites the user knows."""
        from tuimail.mime.link_doubts import with_doubts  # noqa: PLC0415 - see above

        return with_doubts(links, own | self._store.read.acquaintance.hosts_written_to())

    async def quotable(self, message: Message) -> tuple[Sequence[TextLine], Sequence[Link]]:
        """Return the readable lines and their links; nothing when the text is not here."""
        if message.summary.body is BodyState.ABSENT:
            return (), ()
        reading = await self.reading(message)
        return reading.lines, reading.links

    def stop(self) -> None:
        """End the process that renders."""
        if self._renderer is not None:
            self._renderer.stop()
            self._renderer = None
