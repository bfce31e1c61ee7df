"""A conversation in one scroll: all its messages across the folders, the read ones folded to a row.

Nothing is waited for. A text is read when its message comes near the view, laid out when it is
there, and what stands in the view stays where it is while rows above it grow.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from textual.geometry import Offset
from textual.message import Message as TextualMessage
from textual.strip import Strip

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.reading.body_layout import BodyRow, measure
from tuimail.ui.reading.conversation_layout import (
    INDENT,
    Member,
    head_row,
    indented,
    member_at,
    place_rows,
    title_row,
)
from tuimail.ui.reading.conversation_members import ConversationMembers, has_text
from tuimail.ui.reading.reading_layout import folds_with, lay_out_reading
from tuimail.ui.shell import shell
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.message_pane import FETCHING

_ROUNDS = 50
"""How often it is looked again for what came into view because something else was laid out."""


class ConversationPane(MarkedBody):
    """The messages of a conversation and a cursor among them, without keys."""

    class Moved(TextualMessage):
        """The cursor stands on another message, or something of its message changed.

        Attributes:
            by_user: It was moved there, or its message unfolded.
        """

        def __init__(self, *, by_user: bool) -> None:
            super().__init__()
            self.by_user = by_user

    class Emptied(TextualMessage):
        """No message of it is here any more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._of: ConversationMembers | None = None
        self._cursor = 0
        self._laid_out_pane = 0
        self._queue: deque[MessageKey] = deque()
        self._settling = False
        self._is_new = False
        self._titled = False

    def on_mount(self) -> None:
        """Listen to the store."""
        shell(self).signal_changes.subscribe(self, self._store_changed)

    # -- what it shows -------------------------------------------------------------------------

    def open(self, key: MessageKey) -> bool:
        """Show the conversation of a message; return whether it is here.

        What is unread is open, or else the newest; the cursor stands on the first of those.
        """
        try:
            of = ConversationMembers(shell(self).store.read, key)
        except StoreError as error:
            shell(self).tell(error.message, Severity.ERROR)
            return False
        if not of.members:
            return False
        self.close()
        self._of = of
        self._cursor = next((at for at, one in enumerate(of.members) if one.is_open), 0)
        self._is_new = True
        self.show(self._rows_for)
        self.show_cursor()
        return True

    def close(self) -> None:
        """Forget it."""
        self._of, self._cursor = None, 0
        self._queue.clear()
        self.passage = None
        self.end_search()

    @property
    def members(self) -> Sequence[Member]:
        """The messages, oldest first."""
        return self._of.members if self._of is not None else ()

    @property
    def current(self) -> MessageSummary | None:
        """The message at the cursor."""
        return self.members[self._cursor].message if self.members else None

    @property
    def is_open(self) -> bool:
        """Whether the text of the message at the cursor is shown."""
        member = self.members[self._cursor] if self.members else None
        return member is not None and member.is_open and member.reading is not None

    @property
    def received(self) -> list[MessageSummary]:
        """The messages that others wrote."""
        return self._of.received(shell(self).store.read) if self._of is not None else []

    @property
    def places(self) -> Sequence[str]:
        """The names of the folders it is in."""
        return self._of.places(shell(self).store.read) if self._of is not None else ()

    @property
    def where(self) -> str:
        """Where the reader is: `3/5`, after what was found."""
        at = f"{self._cursor + 1}/{len(self.members)}" if self.members else ""
        return f"{self.found_words}   {at}" if self.searching else at

    def show_title(self, titled: bool) -> None:
        """Name the conversation above its messages, or not: the first row of the screen does."""
        if titled != self._titled:
            self._titled = titled
            if self.members:
                self._place()

    def settings_changed(self) -> None:
        """Lay it out anew."""
        self._laid_out_pane = 0
        self.show(self._rows_for, keep_place=True)
        self.settle()

    # -- layout --------------------------------------------------------------------------------

    def _rows_for(self, pane: int) -> Sequence[BodyRow]:
        """Put the rows together; for another width, texts are laid out when they come into view."""
        app = shell(self)
        said = indented([BodyRow(app.glyphs.own(FETCHING), "muted")])
        for member in self.members:
            member.said = said
            if pane != self._laid_out_pane:
                member.rows = None
        self._laid_out_pane = pane
        above: list[BodyRow] = []
        if self._titled and self.current is not None:
            width = measure(pane, app.settings.reader.width)
            above = [title_row(self.current.subject, self.places, width, app.glyphs)]
        return place_rows(self.members, above)

    def _place(self) -> None:
        """Put the rows together again, with what is in view where it is."""
        key, offset = self._anchor()
        self.show(self._rows_for, keep_place=True)
        member = next((one for one in self.members if one.key == key), None)
        if member is not None:
            self.begin_at(member.first - offset)

    def _anchor(self) -> tuple[MessageKey | None, int]:
        """The head that keeps its row: the cursor's or the first in view, or what fills it."""
        members, top, height = self.members, self.scroll_offset.y, self.size.height
        if not members:
            return None, 0
        at_cursor = members[min(self._cursor, len(members) - 1)]
        heads = (one for one in (at_cursor, *members) if top <= one.first < top + height)
        head = next(heads, None)
        member = head or members[member_at(members, top)]
        return member.key, member.first - top

    def settle(self) -> None:
        """Lay out what is in view, and ask for the texts that are not read yet."""
        if self._settling or not self.members or self.size.height <= 0:
            return
        self._settling = True
        try:
            for _ in range(_ROUNDS):
                if not self._lay_out_near():
                    break
                self._place()
        finally:
            self._settling = False

    def _lay_out_near(self) -> bool:
        """Lay out the messages near the view; return whether one was."""
        top, height, changed = self.scroll_offset.y, self.size.height, False
        for member in self.members:
            near = member.first < top + 2 * height and member.end > top
            if not near or not member.is_open or member.rows is not None:
                continue
            if member.reading is not None:
                self._lay_out_member(member)
                changed = True
            elif not member.asked:
                member.asked = True
                self._queue.append(member.key)
                if len(self._queue) == 1:
                    self.run_worker(self._read_queued(), exclusive=True, group="conversation")
        return changed

    def _lay_out_member(self, member: Member) -> None:
        app, reading = shell(self), member.reading
        if reading is not None:
            width = measure(self.size.width - len(INDENT), app.settings.reader.width)
            laid = lay_out_reading(reading, width, app.glyphs, member.unfolded)
            member.rows = replace(laid, rows=indented(laid.rows))

    async def _read_queued(self) -> None:
        """Read the texts that are wanted, one after the other."""
        app = shell(self)
        while self._queue:
            key = self._queue[0]
            try:
                await self._read_one(key)
            except StoreError as error:
                app.tell(error.message, Severity.ERROR)
            finally:
                if self._queue and self._queue[0] == key:
                    self._queue.popleft()

    async def _read_one(self, key: MessageKey) -> None:
        app = shell(self)
        message = app.store.read.message(key)
        if message is None:
            return
        reading = await app.texts.reading(message) if has_text(message.summary) else None
        member = next((one for one in self.members if one.key == key), None)
        lacks = reading is None or reading.missing is not None or bool(reading.absent)
        if lacks and app.engine is not None:
            app.engine.want_body(key)
        if reading is None or reading.missing is not None:
            return
        if member is not None:
            member.reading, member.rows = reading, None
            self.settle()
            if member.key == self.members[self._cursor].key:
                self.post_message(self.Moved(by_user=False))

    def _store_changed(self, changes: ChangeSet) -> None:
        if self._of is None or not (changes.messages or changes.lists):
            return
        key = self.members[self._cursor].key if self.members else None
        at = self._cursor
        try:
            changed = self._of.read(shell(self).store.read)
        except StoreError as error:
            shell(self).tell(error.message, Severity.ERROR)
            return
        if not self.members:
            self.close()
            self.post_message(self.Emptied())
            return
        for member in self.members:
            if member.reading is None and member.key in changes.messages:
                member.asked = False
        keys = [member.key for member in self.members]
        self._cursor = keys.index(key) if key in keys else min(at, len(keys) - 1)
        if changed:
            self.passage = None
            self._place()
        self.settle()
        self.refresh()
        self.post_message(self.Moved(by_user=False))

    # -- the cursor ----------------------------------------------------------------------------

    def show_cursor(self) -> None:
        """Scroll as little as possible; the head is in view, and what fits behind it."""
        if not self.members or not self.size.height:
            return
        self._is_new = False
        for _ in range(2):  # the first time lays the text out
            member = self.members[self._cursor]
            top, height = self.scroll_offset.y, self.size.height
            first = member.first if self._cursor else 0
            if member.first < top or member.end - member.first >= height:
                top = first
            elif member.end > top + height:
                top = member.end - height
            self.begin_at(top)
            self.settle()
        self.refresh()
        self.place_terminal_cursor()

    def place_terminal_cursor(self) -> None:
        """Keep the terminal's own cursor at the bar, for screen readers and magnifiers."""
        if self.has_focus and self.members:
            at = self.members[self._cursor].first - self.scroll_offset.y
            y = min(max(0, at), max(0, self.size.height - 1))
            self.app.cursor_position = Offset(self.region.x, self.region.y + y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What comes into view is laid out."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling:
            self.call_later(self.settle)

    # -- folding -------------------------------------------------------------------------------

    def open_members(self, members: Sequence[Member], *, is_open: bool) -> None:
        """Unfold messages, or fold them."""
        for member in members:
            member.is_open = is_open
        self.passage = None
        self._place()
        self.settle()

    def lay_out_again(self, member: Member) -> None:
        """Lay the text of a message out anew: other parts of it are folded."""
        self.passage = None
        self._lay_out_member(member)
        self._place()
        self.settle()

    def begin_search(self) -> None:
        """Remember what is unfolded."""
        for member in self.members:
            member.unfolded_before = frozenset(member.unfolded)

    def unfold_for(self, pattern: re.Pattern[str] | None) -> None:
        """Unfold the parts of open messages that have something inside, beside those before."""
        for member in self.members:
            if member.reading is None or member.rows is None:
                continue
            wanted = set(member.unfolded_before)
            if pattern is not None:
                wanted |= folds_with(pattern, member.reading, member.rows.folds)
            if wanted != member.unfolded:
                member.unfolded = wanted
                self.lay_out_again(member)

    # -- painting ------------------------------------------------------------------------------

    def on_focus(self) -> None:
        """Show the cursor as the place where the keys go."""
        self.refresh()
        self.place_terminal_cursor()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.refresh()

    def on_resize(self) -> None:
        """Lay out what is in view now; before it was first seen it had no size to scroll in."""
        self.call_later(self.show_cursor if self._is_new else self.settle)

    def render_line(self, y: int) -> Strip:
        """Paint one row; a head is laid out now."""
        index = y + self.scroll_offset.y
        members = self.members
        if not members or index >= len(self.rows):
            return super().render_line(y)
        at = member_at(members, index)
        if members[at].first != index:
            return super().render_line(y)
        here, width, palette = at == self._cursor, self.size.width, roles(self.app)
        surface = self._surface() if here else "background"
        return palette.strip(self._head(members[at], here, surface), width, surface)

    def _head(self, member: Member, here: bool, surface: str) -> Row:
        app = shell(self)
        reverses = surface == "cursor" and roles(self.app).reverses_cursor
        return head_row(
            member,
            cursor=here,
            reverses=reverses,
            now=app.now(),
            width=self.size.width,
            glyphs=app.glyphs,
        )

    def _surface(self) -> str:
        if not shell(self).tints_cursor:
            return "background"
        return "cursor" if self.has_focus else "cursor-blur"
