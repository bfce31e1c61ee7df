"""The source of a message: its header, or all of it, with a search."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import NamedTuple

from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.message import Message, MessageKey
from tuimail.model.notice import Severity
from tuimail.store.store import Store
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import size_text
from tuimail.ui.reading.fetch_words import fetching_words
from tuimail.ui.reading.source_text import SourceText
from tuimail.ui.shell import is_connected, shell, status_of
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.fetch_line import FetchLine
from tuimail.ui.widgets.line_sheet import LineSheet
from tuimail.ui.widgets.source_view import SourceView
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.work import begin

_HEADER = "HEADER"
_WHOLE = ""
WAITING = "It comes with the next connection."
GONE = "This message is not here any more."


class SourceScreen(Screen[None]):
    """Shows what is here of a message, and asks the engine for the rest.

    Args:
        message: Whose source.
    """

    DEFAULT_CSS = "SourceScreen { background: $background; }"
    BINDINGS = bindings_for("source")
    AUTO_FOCUS = "SourceView"

    def __init__(self, message: Message) -> None:
        super().__init__()
        self._message = message
        self._section = _HEADER
        self._shown: tuple[str, int] | None = None
        self._is_here = False
        self._asked: set[str] = set()
        self._searched = ""
        self.top = TopBar("Source", message.summary.subject)
        self.line = FetchLine()
        self.view = SourceView()
        self.bottom = BottomBar()

    def compose(self) -> ComposeResult:
        """What is missing above the source, between the bars."""
        yield self.top
        yield self.line
        yield self.view
        yield self.bottom

    def on_mount(self) -> None:
        """Show the whole message if it is here, else its header."""
        app = shell(self)
        app.signal_changes.subscribe(self, self.store_changed)
        app.signal_status.subscribe(self, lambda _: self._say_state())
        self._say_position("")
        if _WHOLE in app.store.read.sections(self._key):
            self._section = _WHOLE
        self._load()

    @property
    def _key(self) -> MessageKey:
        return self._message.summary.key

    def store_changed(self, changes: ChangeSet) -> None:
        """Show what has come."""
        if self._key in changes.messages:
            self._load()

    def _load(self) -> None:
        begin(self, self._show_stored, exclusive=True, group="source")

    async def _show_stored(self) -> None:
        """Read what is here of the section in a thread: it may be 25 MB."""
        section = self._section
        try:
            found = await asyncio.to_thread(_stored, shell(self).store, self._key, section)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        if found is None:
            self.line.say(GONE)
            return
        self._is_here = found.is_whole
        if not found.is_whole:
            self._ask()
        octets = len(found.text.data)
        if self._shown != (section, octets):
            grows = self._shown is not None and self._shown[0] == section
            self._shown = section, octets
            self.view.show(found.text, keep_place=grows)
        self.top.counts = size_text(octets) if octets else ""
        self._say_state()

    def _ask(self) -> None:
        engine = shell(self).engine
        if engine is not None and self._section not in self._asked:
            self._asked.add(self._section)
            engine.want_body(self._key, section=self._section)

    def _say_state(self) -> None:
        app, is_whole = shell(self), self._section == _WHOLE
        key = app.keys.shown("source.other")
        if not self._is_here:
            account = self._message.summary.account_id
            what = "the message" if is_whole else "the header"
            waiting = f"Fetching {what} …" if is_connected(app, account) else WAITING
            words = (
                fetching_words(status_of(app, account), self._key, self._section, what) or waiting
            )
            self.line.say(words, *((key, "the header") if is_whole else ()))
        elif is_whole:
            self.line.say("This is the whole message.", key, "the header")
        else:
            size = size_text(self._message.summary.size)
            self.line.say("This is the header.", key, f"the whole message, {size}")

    def _say_position(self, position: str) -> None:
        self.bottom.show_hints(shell(self).keys.hints("source"), position)

    def on_source_view_scrolled(self, event: SourceView.Scrolled) -> None:
        """Say how far it is read."""
        self._say_position(event.position)

    # -- keys ----------------------------------------------------------------------------------

    def action_other(self) -> None:
        """Show the whole message, or its header."""
        self._section = _HEADER if self._section == _WHOLE else _WHOLE
        self._asked.discard(self._section)
        self._is_here = False
        self._load()

    def action_search(self) -> None:
        """Find words in it."""
        top = self.view.top_octet()

        def typed(words: str) -> str:
            self._find(words, top)
            return ""

        def closed(words: str | None) -> None:
            if words is None or not words.strip():
                self.view.forget_hit()
            else:
                self._searched = words
                self._find(words, top)

        hints = (("Enter", "keep"), ("line.close", "close"))
        key = shell(self).keys.shown("source.search")
        self.app.push_screen(LineSheet(key, "", typed, hints), closed)

    def action_go_found(self, step: int) -> None:
        """Go to the next match, or the one before."""
        hit = self.view.hit
        if not self._searched:
            self.bottom.show_event("Nothing was searched for yet.")
        elif hit is None:
            self._find(self._searched, self.view.top_octet())
        else:
            self._find(self._searched, hit.end if step > 0 else hit.end - 1, back=step < 0)

    def _find(self, words: str, place: int, *, back: bool = False) -> None:
        begin(
            self,
            partial(self._found, words.strip(), place, back=back),
            exclusive=True,
            group="find",
        )

    async def _found(self, words: str, place: int, *, back: bool) -> None:
        if not await self.view.find(words, place, back=back) and words:
            self.bottom.show_event(f"“{words}” is not in it.")

    def action_scroll_lines(self, rows: int) -> None:
        """Scroll by rows."""
        self.view.scroll_rows(rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self.view.scroll_share(pages)

    def action_scroll_halves(self, halves: int) -> None:
        """Scroll by half a page."""
        self.view.scroll_share(halves / 2)

    def action_scroll_edge(self, edge: int) -> None:
        """Scroll to the top or to the end."""
        self.view.scroll_edge(edge)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()


class _Stored(NamedTuple):
    text: SourceText
    is_whole: bool


def _stored(store: Store, key: MessageKey, section: str) -> _Stored | None:
    """Return what is here of a section, None for a message that is gone.

    The header is the beginning of the whole message: then it need not be fetched again.
    """
    read = store.read
    if read.message(key) is None:
        return None
    here = read.sections(key)
    data = read.part(key, section)
    if section == _HEADER and section not in here:
        header = _header_of(read.part(key, _WHOLE) or b"")
        if header is not None:
            return _Stored(SourceText(header), is_whole=True)
    return _Stored(SourceText(data or b""), section in here)


def _header_of(whole: bytes) -> bytes | None:
    """Return the header with the blank line behind it, None where its end is not there."""
    ends = ((whole.find(blank), len(blank)) for blank in (b"\r\n\r\n", b"\n\n"))
    return next((whole[: place + length] for place, length in ends if place >= 0), None)
