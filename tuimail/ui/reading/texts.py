"""The texts of messages, for reading and for quoting: one render process for the whole screen.

Nothing is waited for that would have to come over the network: what is not here is missing in the
answer, and asking for it is the caller's business.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.model.account import Account, KeyFiles
from tuimail.model.bodystructure import attachments, text_parts
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.records import record
from tuimail.store.store import Store
from tuimail.text.safe import SafeText, clean

if TYPE_CHECKING:
    from tuimail.config.settings import Settings
    from tuimail.exchange.gateways import Gateway
    from tuimail.mime.parser import ParsedMessage
    from tuimail.mime.reading import Reading
    from tuimail.mime.render import Renderer
    from tuimail.mime.rendered import Link, TextLine
    from tuimail.mime.smime_keys import SmimeKeys
    from tuimail.mime.unsealing import Locked
    from tuimail.model.trust import Protection, Seal, SenderHistory


KEPT_CERTIFICATES: Final = "certificates"
"""The folder beside the mail with the certificates that came with it."""
_CLOSED: Final = "-----BEGIN PGP MESSAGE-----"


@record
class CertificatePlaces:
    """Where certificates are.

    Attributes:
        own: The user's own, with their keys.
        folder: The folder of those he vouches for; None for none.
    """

    own: tuple[KeyFiles, ...] = ()
    folder: Path | None = None


def places_of(accounts: Iterable[Account], settings: Settings) -> CertificatePlaces:
    """Return where the settings say that certificates are."""
    folder = settings.compose.certificates
    own = dict.fromkeys(files for each in accounts for files in each.key_files)
    return CertificatePlaces(tuple(own), Path(folder) if folder else None)


@record
class Quotable:
    """What an answer quotes.

    Attributes:
        lines: Unwrapped.
        links: By number.
        decrypted_by: By what it was encrypted; None where it was not, or was not opened.
        was_encrypted: Whether it was, opened or not.
    """

    lines: Sequence[TextLine] = ()
    links: Sequence[Link] = ()
    decrypted_by: Protection | None = None
    was_encrypted: bool = False


def _seals(reading: Reading) -> Sequence[Seal]:
    return () if reading.trust is None else reading.trust.seals


def gateways_of(settings: Settings) -> tuple[Gateway, ...]:
    """Return the gateways that the settings name; those were checked when they were read."""
    if not settings.reader.gateways:
        return ()
    from tuimail.exchange.gateways import read_gateways  # noqa: PLC0415 - few have one

    return read_gateways(settings.reader.gateways)


def own_hosts(accounts: Iterable[Account]) -> frozenset[str]:
    """Return the hosts of mailboxes' addresses, in lower case."""
    return frozenset(each.address.rpartition("@")[2].lower() for each in accounts)


class MessageTexts:
    """Reads messages that are stored.

    Args:
        store: Where their parts are.
        own_hosts: Returns the hosts of the user's own addresses.
        key_of: Names the key of a binding, empty for none.
        certificates: Returns where the user's own S/MIME certificates are, and the folder of those
            he vouches for.
        gateways: Returns the gateways that are believed about senders.
    """

    def __init__(
        self,
        store: Store,
        own_hosts: Callable[[], frozenset[str]] = frozenset,
        key_of: Callable[[str], str] = lambda _: "",
        certificates: Callable[[], CertificatePlaces] = CertificatePlaces,
        gateways: Callable[[], Sequence[Gateway]] = tuple,
    ) -> None:
        self._store = store
        self._own_hosts = own_hosts
        self._key_of = key_of
        self._certificates = certificates
        self._gateways = gateways
        self._smime: SmimeKeys | None = None
        self._renderer: Renderer | None = None
        self._guard = threading.Lock()
        self._is_stopped = False
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

    @property
    def renderer(self) -> Renderer:
        """What converts HTML, one for all; its process starts with `warm` or the first text."""
        from tuimail.mime.render import Renderer  # noqa: PLC0415 - see below

        with self._guard:
            if self._renderer is None:
                self._renderer = Renderer()
            return self._renderer

    def warm(self) -> None:
        """Start the process that renders, so that no first mail waits for it; on any thread."""
        renderer = self.renderer
        with self._guard:
            if not self._is_stopped:
                renderer.start()

    @property
    def smime(self) -> SmimeKeys:
        """The certificates, and the keys that were opened."""
        from tuimail.mime.smime_keys import SmimeKeys  # noqa: PLC0415 - see below

        if self._smime is None:
            self._smime = SmimeKeys(
                lambda: self._certificates().own,
                lambda: self._certificates().folder,
                self._store.directory / KEPT_CERTIFICATES,
            )
        return self._smime

    def _keys(self, message: Message) -> SmimeKeys | None:
        """Return the certificates where a message may need them."""
        from tuimail.model.sealing import is_sealed  # noqa: PLC0415 - see below

        return self.smime if is_sealed(message.structure) or message.structure is None else None

    def _lookup(self, message: Message) -> Callable[[str], bytes | None]:
        from tuimail.mime.sources import without_torso  # noqa: PLC0415 - see below

        read, key = self._store.read, message.summary.key
        return without_torso(message, lambda section: read.part(key, section), read.sections(key))

    async def reading(self, message: Message) -> Reading:
        """Return what the reader shows; its `missing` names the part that is not here.

        Raises:
            StoreError: A part cannot be read.
        """
        # Imported when the first text is read: the first frame does without the mail parser.
        from tuimail.mime.reading import read_message_async  # noqa: PLC0415

        reading = await read_message_async(
            message,
            self._lookup(message),
            self.renderer,
            charset=self._read_as.get(message.summary.key),
            keys=self._keys(message),
            gateways=self._gateways(),
        )
        said = self.remarks(message)
        if said:
            reading = replace(reading, notices=(*said, *reading.notices))
        return await self.doubted(reading)

    async def doubted(self, reading: Reading) -> Reading:
        """Return what was read with the links marked that look like those of sites the user knows.

        Raises:
            StoreError: Whom the user knows cannot be read.
        """
        if not reading.links:
            return reading
        links = await asyncio.to_thread(self._doubted, reading.links, self._own_hosts())
        return replace(reading, links=links)

    async def beginning(self, message: Message) -> Reading | None:
        """Return the first screens of a long text; None where the whole comes as soon.

        Raises:
            StoreError: A part cannot be read.
        """
        from tuimail.mime.reading import is_long, read_beginning_async  # noqa: PLC0415 - see above

        if not is_long(message):
            return None
        read, key = self._store.read, message.summary.key
        reading = await read_beginning_async(
            message,
            lambda section: read.part(key, section),
            self.renderer,
            charset=self._read_as.get(key),
        )
        return reading if reading.missing is None and reading.lines else None

    def _doubted(self, links: Sequence[Link], own: frozenset[str]) -> tuple[Link, ...]:
        from tuimail.mime.link_doubts import with_doubts  # noqa: PLC0415 - see above

        return with_doubts(links, own | self._store.read.acquaintance.hosts_written_to())

    def remarks(self, message: Message) -> tuple[SafeText, ...]:
        """Return what is known of a message beside its text: what came back, who asks for what."""
        from tuimail.ui.reading.report_words import delivery_words  # noqa: PLC0415 - see above

        read, key = self._store.read, message.summary.key
        said = delivery_words(read.outcomes(message.envelope.message_id))
        header = read.part(key, "HEADER")
        if header is not None and b"disposition-notification-to" in header.lower():
            said += self._receipt_words(message, header)
        return tuple(said)

    def _receipt_words(self, message: Message, header: bytes) -> list[SafeText]:
        """Say who asks for a receipt that was not answered yet."""
        from tuimail.mime.receipts import SENT, receipt_wanted_by, receipt_words  # noqa: PLC0415

        who = receipt_wanted_by(header)
        if who is None or SENT in message.summary.flags.keywords:
            return []
        words = receipt_words(who, next(iter(message.envelope.from_), None))
        key = self._key_of("reader.receipt")
        return [clean(f"{words} {key} answers." if key else words)]

    async def as_received(self, parsed: ParsedMessage) -> Reading:
        """Return what receivers see of a message that is here as a whole: its HTML, if it has."""
        from tuimail.mime.parser import part_text  # noqa: PLC0415 - see above
        from tuimail.mime.plain import plain  # noqa: PLC0415
        from tuimail.mime.reading import Reading  # noqa: PLC0415

        shown = text_parts(parsed.structure)
        html = [
            one for one in parsed.parts if one.content_type == "text/html" and not one.is_attachment
        ]
        for part in html or shown[:1]:
            text = part_text(parsed.section(part.section) or b"", part)
            if html:
                rendered = await self.renderer.html(text)
            else:
                flowed = (part.param("format") or "").lower() == "flowed"
                rendered = plain(text, flowed=flowed)
            files = attachments(parsed.structure)
            return Reading(rendered.lines, rendered.links, rendered.folds, attachments=files)
        return Reading(attachments=attachments(parsed.structure))

    async def history(self, message: Message) -> SenderHistory | None:
        """Return how well a sender is known; None where it cannot be looked up.

        Counting the mails of somebody who writes every day takes longer than a key may.
        """
        try:
            return await asyncio.to_thread(lambda: self._store.read.sender_history(message))
        except StoreError:
            return None

    async def locked(self, message: Message) -> Locked | None:
        """Return what opens an encrypted message once it is unlocked.

        None when the message is not here whole.

        Raises:
            StoreError: It cannot be read.
        """
        from tuimail.mime.sources import WHOLE  # noqa: PLC0415 - see above
        from tuimail.mime.unsealing import locked_in  # noqa: PLC0415

        read, key = self._store.read, message.summary.key
        whole = read.part(key, WHOLE)
        if whole is None:
            sections = [read.part(key, name) for name in ("HEADER", "1")]
            whole = b"".join(section or b"" for section in sections)
        return await asyncio.to_thread(locked_in, whole, self.smime)

    async def quotable(self, message: Message) -> Quotable:
        """Return the readable lines and their links; nothing when the text is not here."""
        if message.summary.body is BodyState.ABSENT:
            return Quotable()
        reading = await self.reading(message)
        by = next((one.protection for one in _seals(reading) if one.is_encrypted), None)
        opened_by = by if reading.is_decrypted else None
        # Without gpg, or damaged, a block in a text has no seal that says so.
        is_closed = any(not one.quote and one.text.strip() == _CLOSED for one in reading.lines)
        return Quotable(
            reading.lines, reading.links, opened_by, was_encrypted=is_closed or by is not None
        )

    async def opened(self, message: Message, whole: bytes) -> bytes:
        """Return a message without what it is signed or encrypted with, as far as that opens.

        Args:
            whole: As it came.
        """
        from tuimail.mime.unsealing import opened_whole  # noqa: PLC0415 - see above

        authors = message.envelope.from_
        sender = authors[0].address if authors else SafeText("")
        found, _ = await asyncio.to_thread(opened_whole, whole, sender, self.smime)
        return found

    def stop(self) -> None:
        """End the process that renders."""
        with self._guard:
            self._is_stopped = True
            renderer, self._renderer = self._renderer, None
        if renderer is not None:
            renderer.stop()
