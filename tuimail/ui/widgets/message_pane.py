"""Head and text of one message: the head at once, the text as soon as it is here.

The widget waits for nothing. It shows what the store has, asks the engine for what is missing, and
reads again when a ChangeSet names its message. HTML is turned into text in a child process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as TextualMessage
from textual.reactive import reactive

from tuimail.errors import StoreError
from tuimail.model.bodystructure import BodyPart, attachments
from tuimail.model.changes import ChangeSet
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.model.notice import Severity
from tuimail.model.status import Connectivity
from tuimail.model.trust import SenderHistory
from tuimail.text.safe import SafeText
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.head_layout import HeadFacts
from tuimail.ui.reading.trust_words import TrustLines, trust_lines
from tuimail.ui.shell import shell
from tuimail.ui.widgets.head_view import HeadView
from tuimail.ui.widgets.reading_body import ReadingBody
from tuimail.ui.writing.identities import own_addresses

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

FETCHING = "Fetching the text …"
NOT_HERE = "Not downloaded. It comes with the next connection."
GONE = "This message is not here any more."
_LOW_PANE = 9
_REST_AFTER = 0.1
"""Seconds from the beginning of a long text to the whole of it."""


class MessagePane(Vertical, can_focus=True):
    """Head and text of one message, without keys.

    Attributes:
        short: Two rows of head instead of one per fact, for a reader below the list.
    """

    DEFAULT_CSS = "MessagePane { width: 1fr; height: 1fr; background: $background; }"

    short: reactive[bool] = reactive(False)

    class TextShown(TextualMessage):
        """The text of the message is on the screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._head = HeadView()
        self._body = ReadingBody()
        self._key: MessageKey | None = None
        self._message: Message | None = None
        self._reading: Reading | None = None
        self._here: frozenset[str] = frozenset()
        self._begun: dict[str, int] = {}
        self._remarks: tuple[SafeText, ...] = ()
        self._was_online = False
        self._history: SenderHistory | None = None

    def compose(self) -> ComposeResult:
        """Head above text."""
        yield self._head
        yield self._body

    def on_mount(self) -> None:
        """Listen to the store and to the engine."""
        shell(self).signal_changes.subscribe(self, self.store_changed)
        shell(self).signal_status.subscribe(self, self._status_changed)

    # -- what it shows -------------------------------------------------------------------------

    @property
    def key(self) -> MessageKey | None:
        """The message that is shown."""
        return self._key

    @property
    def position(self) -> str:
        """How far the text is read: `All`, `62%`, or empty."""
        return self._body.position

    @property
    def message(self) -> Message | None:
        """The message as the store has it."""
        return self._message

    @property
    def reading(self) -> Reading | None:
        """What is known of its text; None until it is here."""
        return self._reading

    @property
    def here(self) -> frozenset[str]:
        """The sections that are downloaded."""
        return self._here

    def show(self, key: MessageKey | None) -> None:
        """Show a message from its beginning, or nothing."""
        if key is not None and key == self._key:
            self._refresh_message()
            return
        self._key = key
        self._message = self._reading = None
        self._here = frozenset()
        if key is None:
            self._head.show(None, short=self._is_short)
            self._body.say("")
            return
        self._refresh_message(first=True)

    def _refresh_message(self, *, first: bool = False) -> None:
        """Read the message again; its text only if more of it is here than before."""
        key = self._key
        if key is None:
            return
        try:
            message = shell(self).store.read.message(key)
            here = shell(self).store.read.sections(key) if message else frozenset()
            begun = shell(self).store.read.beginnings(key) if message else {}
        except StoreError as error:
            shell(self).tell(error.message, Severity.ERROR)
            self._say(error.message)
            return
        before, self._message = self._message, message
        if message is None:
            self._head.show(None, short=self._is_short)
            self._say(GONE)
            return
        changed = before is None or before.summary.body != message.summary.body
        remarks = shell(self).texts.remarks(message)
        changed = changed or here != self._here or begun != self._begun or remarks != self._remarks
        self._here, self._begun, self._remarks = here, begun, remarks
        self._show_head()
        if first and message.summary.body is BodyState.ABSENT:
            self._want_body()
        elif changed and message.summary.body is not BodyState.ABSENT:
            self._load(message, keep_place=not first)

    def _show_head(self) -> None:
        message = self._message
        if message is None:
            return
        app = shell(self)
        facts = HeadFacts(
            envelope=message.envelope,
            received=message.summary.internaldate,
            now=app.now(),
            own=self.own_addresses,
            files=self.files,
            here=self._here,
            glyphs=app.glyphs,
            trust=self._trust_lines(message),
            names_address=bool(self._posed_as),
        )
        self._head.show(facts, short=self._is_short)

    @property
    def _posed_as(self) -> str:
        known = self._reading.trust if self._reading is not None else None
        return "" if known is None else known.posed_as

    def _trust_lines(self, message: Message) -> TrustLines:
        """Say what is known of the sender, as far as the header is here."""
        app, known = shell(self), self._reading.trust if self._reading is not None else None
        if known is None:
            return TrustLines()
        authors = message.envelope.from_
        is_own = bool(authors) and authors[0].address.lower() in self.own_addresses
        history = None if is_own or self._reading is None else self._history
        account = app.accounts.get(message.summary.account_id)
        own = {account.address.rpartition("@")[2].lower()} if account is not None else set()
        return trust_lines(known, own, history, app.glyphs)

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses of the user's mailboxes, lower case."""
        return frozenset(own_addresses(shell(self).accounts))

    @property
    def files(self) -> Sequence[BodyPart]:
        """The parts that are listed as files."""
        if self._reading is not None:
            return self._reading.attachments
        structure = self._message.structure if self._message else None
        return attachments(structure) if structure is not None else ()

    @property
    def _is_short(self) -> bool:
        return self.short or 0 < self.size.height < _LOW_PANE

    def watch_short(self) -> None:
        """Lay the head out in the other form."""
        self._show_head()

    def on_resize(self) -> None:
        """A low pane has the short head."""
        self._show_head()

    def settings_changed(self) -> None:
        """Lay head and text out anew."""
        self._show_head()
        if self._reading is not None:
            self._show_text(self._reading, keep_place=True)

    def _say(self, sentence: str) -> None:
        self._body.say(sentence)

    # -- the text ------------------------------------------------------------------------------

    def _want_body(self) -> None:
        """Ask for the text, and say what to expect."""
        app, message = shell(self), self._message
        if message is None or self._reading is not None:
            return
        status = None if app.engine is None else app.engine.status.get(message.summary.account_id)
        connectivity = Connectivity.STARTING if status is None else status.connectivity
        self._was_online = connectivity is Connectivity.ONLINE
        coming = connectivity in (
            Connectivity.STARTING,
            Connectivity.CONNECTING,
            Connectivity.ONLINE,
            Connectivity.RESTING,
        )
        self._say(FETCHING if coming else NOT_HERE)
        if app.engine is not None:
            app.engine.want_body(message.summary.key)

    def _load(self, message: Message, *, keep_place: bool) -> None:
        self.run_worker(self._read(message, keep_place=keep_place), exclusive=True, group="reading")

    async def _read(self, message: Message, *, keep_place: bool) -> None:
        key = message.summary.key
        texts = shell(self).texts
        beginning = await texts.beginning(message) if self._reading is None else None
        if beginning is not None:
            self._body.show_reading(beginning, above=self.rows_above)
            # Nothing of the rest is begun while keys go on to another message.
            await asyncio.sleep(_REST_AFTER)
        reading = await texts.reading(message)
        if reading.missing is None:
            await self._body.prepare(reading)
        history = await texts.history(message)
        if self._message is None or self._message.summary.key != key:
            return
        if reading.missing is not None:
            self._want_body()
            return
        keep_place = beginning is not None or (keep_place and self._reading is not None)
        was_at_end = beginning is not None and self._body.is_at_end
        self._reading, self._history = reading, history
        self._show_head()
        self._show_text(reading, keep_place=keep_place)
        if was_at_end:
            self._body.scroll_edge(1)
        engine = shell(self).engine
        if reading.absent and engine is not None:
            engine.want_body(key)  # what stands beside the text is not here yet

    def _show_text(self, reading: Reading, *, keep_place: bool) -> None:
        self._body.show_reading(reading, keep_place=keep_place, above=self.rows_above)
        self.post_message(self.TextShown())

    def rows_above(self, _width: int) -> Sequence[BodyRow]:
        """Return the rows above cards and text, for a width in cells."""
        return ()

    def store_changed(self, changes: ChangeSet) -> None:
        """Show what commits changed of this message."""
        if self._key is None:
            return
        shown = {self._key} | ({self._message.summary.key} if self._message else set())
        if changes.messages & shown:
            self._refresh_message()
        elif changes.notices and self._waits_for_text:
            self._say(NOT_HERE)

    @property
    def _waits_for_text(self) -> bool:
        message = self._message
        return message is not None and message.summary.body is BodyState.ABSENT

    def _status_changed(self, _: None) -> None:
        """A connection brings what was not downloaded."""
        message, engine = self._message, shell(self).engine
        if message is None or engine is None or self._reading is not None:
            return
        if not self._waits_for_text:
            return
        status = engine.status.get(message.summary.account_id)
        online = status is not None and status.connectivity is Connectivity.ONLINE
        if online != self._was_online:
            self._want_body()
