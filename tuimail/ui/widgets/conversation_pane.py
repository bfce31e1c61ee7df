"""A conversation in one scroll: all its messages across the folders, the read ones folded to a row.

What stands in the view stays where it is while rows above it grow. How texts come there is in
`conversation_texts`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from textual.geometry import Offset
from textual.message import Message as TextualMessage
from textual.strip import Strip

from tuimail.errors import StoreError
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.reading.body_layout import NO_TARGETS, BodyRow, link_targets, measure
from tuimail.ui.reading.conversation_layout import (
    INDENT,
    Member,
    fact_rows,
    head_row,
    indented,
    member_at,
    place_rows,
    quiet,
    title_row,
    title_rule,
)
from tuimail.ui.reading.conversation_members import ConversationMembers
from tuimail.ui.reading.fetch_words import GIVEN_UP, NOT_HERE, waiting_words
from tuimail.ui.reading.reading_layout import LaidText
from tuimail.ui.reading.reading_place import ReadingPlace, place_of, row_of
from tuimail.ui.shell import shell
from tuimail.ui.widgets.fetch_line import fetch_row
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.reading_body import LONG_LINES
from tuimail.ui.widgets.shown_message import ShownMessage


class _Anchor(NamedTuple):
    """What stays where it is: a head in so many rows, or the place in a text in the first row."""

    key: MessageKey | None = None
    offset: int = 0
    place: ReadingPlace | None = None


class ConversationPane(MarkedBody, ShownMessage):
    """The messages of a conversation and a cursor among them."""

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
        self._settling = False
        self._is_new = False
        self._titled = False
        self._has_failed = False
        self._line = ("", "", "")
        self._placed: list[tuple[Member, int]] = []

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
        self._of, self._cursor, self._has_failed = None, 0, False
        self._line = ("", "", "")
        self.passage = None
        self.end_search()

    @property
    def members(self) -> Sequence[Member]:
        """The messages, oldest first."""
        return self._of.members if self._of is not None else ()

    @property
    def member(self) -> Member | None:
        """The message at the cursor, as it stands on the screen."""
        return self.members[self._cursor] if self.members else None

    @property
    def current(self) -> MessageSummary | None:
        """The row of the message at the cursor."""
        return self.member.message if self.member is not None else None

    @property
    def is_open(self) -> bool:
        """Whether the text of the message at the cursor is shown."""
        member = self.member
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
                self.place_again(self.anchored())

    def settings_changed(self) -> None:
        """Lay it out anew."""
        for member in self.members:
            member.laid_for = 0
        self.settle()
        self.refresh()

    def say_line(self, words: str, key: str = "", does: str = "") -> None:
        """Say below the head at the cursor how far something is; nothing takes it away."""
        if (words, key, does) != self._line:
            self._line = (words, key, does)
            self.refresh()

    def moved(self, *, by_user: bool) -> None:
        """Tell that the cursor stands on another message, or that something of it changed."""
        self.say_share()
        self.post_message(self.Moved(by_user=by_user))

    # -- layout --------------------------------------------------------------------------------

    def _rows_for(self, pane: int) -> Sequence[BodyRow]:
        """Put the rows together, as they are laid out now."""
        app = shell(self)
        self._say_waiting()
        above: list[BodyRow] = []
        if self._titled and self.current is not None:
            subject, width = self.current.subject, measure(pane, app.settings.reader.width)
            # As wide as the screen it stands below the list, and nothing else parts them.
            is_below = pane >= self.app.size.width
            above = [
                title_rule(subject, self.places, pane, app.glyphs)
                if is_below
                else title_row(subject, self.places, width, app.glyphs)
            ]
        rows = place_rows(self.members, above)
        self._placed = [(member, member.first) for member in self.members]
        return rows

    def _say_waiting(self) -> None:
        """Say in the place of each text that is not here what to expect."""
        app = shell(self)
        statuses = app.engine.status if app.engine is not None else {}
        for member in self.members:
            if member.is_open and member.rows is None:
                status = statuses.get(member.message.account_id)
                words = NOT_HERE if self._has_failed else waiting_words(status)
                words = GIVEN_UP if member.is_given_up else words
                member.said = indented([BodyRow(app.glyphs.own(words), "muted")])

    def width_changed(self) -> None:
        """What is in view is laid out for the new width; what stands there stays."""
        self.place_again(self.anchored())
        self.settle()

    def anchored(self) -> _Anchor:
        """Return what stays: the cursor's head or the first in view, or the text that fills it."""
        members, top, height = self.members, self.scroll_offset.y, self.size.height
        if not members:
            return _Anchor()
        at_cursor = members[min(self._cursor, len(members) - 1)]
        heads = (one for one in (at_cursor, *members) if top <= one.first < top + height)
        member = next(heads, None)
        if member is not None:
            return _Anchor(member.key, member.first - top)
        member = members[member_at(members, top)]
        if member.rows is not None and top >= member.text:
            return _Anchor(member.key, 0, place_of(member.rows, top - member.text))
        return _Anchor(member.key, member.first - top)

    def place_again(self, anchor: _Anchor) -> None:
        """Put the rows together again, with what is in view where it is."""
        before = self._placed
        found = self.found_row if self.searching else None
        self.show(self._rows_for, keep_place=True)

        def row_now(row: int) -> int:
            at = max(0, bisect_right(before, row, key=lambda each: each[1]) - 1)
            member, first = before[at]
            return min(max(0, len(self.rows) - 1), member.first + row - first)

        member = next((one for one in self.members if one.key == anchor.key), None)
        if member is not None and anchor.place is not None and member.rows is not None:
            self.begin_at(member.text + row_of(member.rows, anchor.place))
        elif member is not None:
            self.begin_at(member.first - anchor.offset)
        if before and found is not None:
            self.stand_at_found(row_now(found))
        if before:
            self.passage_follows(row_now)

    def settle(self) -> None:
        """Lay out what is in view, and see to the texts that are not here yet."""
        raise NotImplementedError

    @property
    def text_width(self) -> int:
        """Cells of the texts."""
        return measure(self.size.width - len(INDENT), shell(self).settings.reader.width)

    def is_laid_out(self, member: Member) -> bool:
        """Whether the rows of a message are those for the width there is."""
        return member.rows is not None and member.laid_for == self.size.width

    def laid_text(self, member: Member) -> LaidText | None:
        """Return the text of a message for the width there is; None while it is not read."""
        reading, glyphs, width = member.reading, shell(self).glyphs, self.text_width
        if reading is None:
            return None
        if member.laid is None or not member.laid.is_of(reading, width, glyphs):
            member.laid = LaidText(reading, width, glyphs)
        return member.laid

    def lay_out_member(self, member: Member) -> bool:
        """Lay out a message that is read, unless that takes a thread; return whether it was."""
        text, shown = self.laid_text(member), member.shown
        if text is None or shown is None or text.waiting(member.unfolded) >= LONG_LINES:
            return False
        above = self.rows_above(shown, text.width)
        laid = text.rows(member.unfolded, above)
        member.rows = replace(laid, rows=indented(laid.rows))
        member.targets = link_targets(text.reading.links)
        member.facts = fact_rows(shown, self.trust_of(shown), text.width, shell(self).glyphs)
        member.laid_for = self.size.width
        return True

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

    # -- painting ------------------------------------------------------------------------------

    def sideways_at(self, index: int) -> int:
        """Return how many cells the wide rows of a message are moved to the left."""
        return self.members[member_at(self.members, index)].sideways if self.members else 0

    def targets_at(self, index: int) -> Mapping[int, str]:
        """Return where the links of a message lead."""
        return self.members[member_at(self.members, index)].targets if self.members else NO_TARGETS

    def runs_of(self, index: int) -> Row:
        """Return a row with its marks; keys stand out where they mean something now."""
        row = super().runs_of(index)
        if self.members and any(role == "key" for _, role in row):
            return row if member_at(self.members, index) == self._cursor else quiet(row)
        return row

    def render_line(self, y: int) -> Strip:
        """Paint one row; a head is laid out now, and how far something is."""
        index = y + self.scroll_offset.y
        members = self.members
        if not members or index >= len(self.rows):
            return super().render_line(y)
        at = member_at(members, index)
        member, here = members[at], at == self._cursor
        width, palette = self.size.width, roles(self.app)
        if member.first == index:
            surface = self._surface() if here else "background"
            return palette.strip(self._head(member, here, surface), width, surface)
        if here and index == member.line and self._line[0]:
            return palette.strip(self._line_row(width), width, "bar")
        return super().render_line(y)

    def _line_row(self, width: int) -> Row:
        return fetch_row(*self._line, width, shell(self).glyphs)

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
