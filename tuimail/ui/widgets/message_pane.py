"""Head and text of one message: the head at once, the text as soon as it is here.

The widget waits for nothing. It shows what the store has, asks the engine for what is missing, and
reads again when a ChangeSet names its message. HTML is turned into text in a child process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as TextualMessage
from textual.reactive import reactive

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.message import BodyState, Message, MessageKey
from tuimail.model.notice import Severity
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.fetch_words import GIVEN_UP, NOT_HERE, waiting_words
from tuimail.ui.reading.head_layout import HeadFacts
from tuimail.ui.reading.header_level import HeaderLevel
from tuimail.ui.reading.shown_mail import ShownMail, stored_mail
from tuimail.ui.shell import is_connected, shell, status_of
from tuimail.ui.widgets.fetch_line import FetchLine
from tuimail.ui.widgets.head_view import HeadView
from tuimail.ui.widgets.reading_body import ReadingBody
from tuimail.ui.widgets.shown_message import ShownMessage
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

GONE = "This message is not here any more."
REST_AFTER = 0.1
"""Seconds from the beginning of a long text to the whole of it."""
_LOW_PANE = 9


class MessagePane(Vertical, ShownMessage, can_focus=True):
    """Head and text of one message, without keys.

    Attributes:
        short: Two rows of head instead of one per fact, for a reader below the list.
        is_given_up: The text is not here and is not waited for, until it is shown again.
    """

    DEFAULT_CSS = "MessagePane { width: 1fr; height: 1fr; background: $background; }"

    short: reactive[bool] = reactive(False)

    class TextShown(TextualMessage):
        """The text of the message is on the screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._head = HeadView()
        self._line = FetchLine()
        self._body = ReadingBody()
        self._key: MessageKey | None = None
        self._shown: ShownMail | None = None
        self._level = HeaderLevel.NOTHING
        self._was_online = False
        self.is_given_up = False

    def compose(self) -> ComposeResult:
        """Head above text, and between them how much of it is here."""
        yield self._head
        yield self._line
        yield self._body

    def on_mount(self) -> None:
        """Listen to the store and to the engine."""
        shell(self).signal_changes.subscribe(self, self._store_changed)
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
    def shown(self) -> ShownMail | None:
        """The message that is shown."""
        return self._shown

    def say_line(self, words: str, key: str = "", does: str = "") -> None:
        """Say between head and text how far something is; nothing takes it away."""
        self._line.say(words, key, does)

    def show(self, key: MessageKey | None) -> None:
        """Show a message from its beginning, or nothing."""
        is_wanted_again, self.is_given_up = self.is_given_up, False
        if key is not None and key == self._key:
            self._refresh_message(first=is_wanted_again)
            return
        self._key = key
        self._shown = None
        if key is None:
            self._head.show(None, short=self._is_short)
            self._body.say("")
            self.say_line("")
            return
        self._refresh_message(first=True)

    def _refresh_message(self, *, first: bool = False) -> None:
        """Read the message again; its text only if more of it is here than before."""
        key, app = self._key, shell(self)
        if key is None:
            return
        try:
            stored = stored_mail(app.store.read, app.texts, key)
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            self._body.say(error.message)
            return
        before = self._shown
        if stored is None:
            self._shown = None
            self._head.show(None, short=self._is_short)
            self._body.say(GONE)
            return
        changed = before is None or before.lacks(stored)
        self._shown = stored if before is None else before.of_now(stored)
        self._show_head()
        is_here = stored.message.summary.body is not BodyState.ABSENT
        if first and not is_here:
            self._want_body()
        elif changed and is_here:
            self._load(stored.message, keep_place=not first)

    def _show_head(self) -> None:
        shown = self._shown
        if shown is None:
            return
        app = shell(self)
        facts = HeadFacts(
            envelope=shown.message.envelope,
            received=shown.message.summary.internaldate,
            now=app.now(),
            own=self.own_addresses,
            files=shown.files,
            here=shown.parts_here,
            glyphs=app.glyphs,
            trust=self.trust_of(shown),
            names_address=bool(shown.posed_as),
        )
        self._head.show(facts, short=self._is_short)
        self.say_share()

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
        self._show_text(keep_place=True)

    def level_of(self, shown: ShownMail) -> HeaderLevel:
        """Return how much of the header stands above the text; it stays so for what follows."""
        del shown
        return self._level

    def show_header(self, level: HeaderLevel) -> None:
        """Show more or less of the header, from its beginning."""
        self._level = level
        self._show_text(keep_place=True)
        self._body.scroll_edge(-1)

    # -- the text ------------------------------------------------------------------------------

    def _want_body(self) -> None:
        """Ask for the text, and say what to expect."""
        app, message = shell(self), self.message
        if message is None or self.reading is not None:
            return
        account = message.summary.account_id
        self._was_online = is_connected(app, account)
        self._body.say(waiting_words(status_of(app, account)))
        if app.engine is not None:
            app.engine.want_body(message.summary.key)

    def read_again(self, shown: ShownMail) -> None:
        """Read the text anew, if the message is still the one."""
        if self._shown is not None and self._shown.key == shown.key:
            self._load(self._shown.message, keep_place=True)

    def _load(self, message: Message, *, keep_place: bool) -> None:
        read = partial(self._read, message, keep_place=keep_place)
        begin(self, read, exclusive=True, group="reading")

    async def _read(self, message: Message, *, keep_place: bool) -> None:
        key = message.summary.key
        texts = shell(self).texts
        beginning = await texts.beginning(message) if self.reading is None else None
        if beginning is not None:
            self._show_reading(beginning, keep_place=False, is_whole=False)
            # Nothing of the rest is begun while keys go on to another message.
            await asyncio.sleep(REST_AFTER)
        reading = await texts.reading(message)
        if reading.missing is None:
            await self._body.prepare(reading)
        history = await texts.history(message)
        if self._shown is None or self._shown.key != key:
            return
        if reading.missing is not None:
            self._want_body()
            return
        keep_place = beginning is not None or (keep_place and self.reading is not None)
        was_at_end = beginning is not None and self._body.is_at_end
        self._shown = replace(self._shown, reading=reading, history=history)
        self._show_head()
        self._show_text(keep_place=keep_place)
        if was_at_end:
            self._body.scroll_edge(1)
        engine = shell(self).engine
        if reading.absent and engine is not None:
            engine.want_body(key)  # what stands beside the text is not here yet

    def _show_text(self, *, keep_place: bool) -> None:
        shown = self._shown
        if shown is not None and shown.reading is not None:
            self.text_shown(shown)
            self._show_reading(shown.reading, keep_place=keep_place)
            self.post_message(self.TextShown())

    def _show_reading(self, reading: Reading, *, keep_place: bool, is_whole: bool = True) -> None:
        self._body.show_reading(
            reading, keep_place=keep_place, above=self._above, is_whole=is_whole
        )

    def _above(self, width: int) -> Sequence[BodyRow]:
        return self.rows_above(self._shown, width) if self._shown is not None else ()

    def show_again(self, concerns: Callable[[ShownMail], bool]) -> None:
        """Lay the text out anew, if that is true of the message."""
        if self._shown is not None and concerns(self._shown):
            self._show_text(keep_place=True)

    def _store_changed(self, changes: ChangeSet) -> None:
        """Show what commits changed of this message."""
        if self._key is not None:
            shown = {self._key} | ({self._shown.key} if self._shown is not None else set())
            if changes.messages & shown:
                self._refresh_message()
            elif changes.notices and self.waits_for_text:
                self._body.say(NOT_HERE)
        self.go_on(changes)

    @property
    def waits_for_text(self) -> bool:
        """Whether the text is not here and comes by itself."""
        message = self.message
        is_absent = message is not None and message.summary.body is BodyState.ABSENT
        return is_absent and not self.is_given_up

    def wait_no_more(self) -> None:
        """Say that the text does not come by itself."""
        self.is_given_up = True
        self._body.say(GIVEN_UP)

    def _status_changed(self, _: None) -> None:
        """A connection brings what was not downloaded; say how far what is fetched is."""
        app, message = shell(self), self.message
        if message is not None and app.engine is not None and self.reading is None:
            online = is_connected(app, message.summary.account_id)
            if self.waits_for_text and online != self._was_online:
                self._want_body()
        self.say_share()
