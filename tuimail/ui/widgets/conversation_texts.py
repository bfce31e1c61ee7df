"""How the texts of a conversation come into it: what is in view first, the rest in idle moments.

Nothing is waited for. A text is read when its message comes near the view, laid out when it is
there; a long one is laid out in a thread. What is open further away follows one by one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from textual.worker import Worker

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.notice import Severity
from tuimail.ui.drawing.formatting import number
from tuimail.ui.reading.conversation_layout import Member, member_at
from tuimail.ui.reading.conversation_members import has_text
from tuimail.ui.reading.reading_layout import folds_with
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.shell import is_connected, shell
from tuimail.ui.widgets.conversation_cursor import ConversationCursor
from tuimail.ui.widgets.message_pane import REST_AFTER
from tuimail.ui.widgets.reading_body import LONG_LINES
from tuimail.ui.work import begin

_ROUNDS: Final = 50
"""How often it is looked again for what came into view because something else was laid out."""
_AHEAD: Final = 50
"""Messages before and behind the cursor that are read without being seen."""
_LARGEST: Final = 256 * 1024
"""Octets of the largest of those."""
_IDLE: Final = 0.05
"""Seconds without a wish after which one more of those is read."""


class ConversationTexts(ConversationCursor):
    """A conversation whose texts come when they are needed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wish = asyncio.Event()
        self._bringing: Worker[None] | None = None
        self._brought: Member | None = None
        self._was_online = False

    def on_mount(self) -> None:
        """Listen to the store and to the engine."""
        shell(self).signal_changes.subscribe(self, self._store_changed)
        shell(self).signal_status.subscribe(self, self._status_changed)

    # -- layout --------------------------------------------------------------------------------

    def settle(self) -> None:
        """Lay out what is in view, and see to the texts that are not here yet."""
        if self._settling or not self.members:
            return
        if self.size.height > 0:
            self._settling = True
            try:
                for _ in range(_ROUNDS):
                    anchor = self.anchored()
                    if not self._lay_out_near():
                        break
                    self.place_again(anchor)
            finally:
                self._settling = False
        for member in self._near():
            if member.lacks:
                self._ask_for(member)
        self._wish.set()
        brings = self._bringing is not None and not self._bringing.is_finished
        if not brings and (self._wanted() or self._wanted_when_idle()):
            self._bringing = begin(self, self._bring_all, group="conversation")

    def close(self) -> None:
        """Forget it."""
        super().close()
        if self._bringing is not None:
            self._bringing.cancel()
            self._bringing = None

    def _near(self) -> Sequence[Member]:
        """The open messages in view and a page below it."""
        top, height, members = self.scroll_offset.y, self.size.height, self.members
        if height <= 0:  # before it is first seen
            return [one for one in (self.member,) if one is not None and one.is_open]
        last = member_at(members, top + 2 * height - 1)
        near = members[member_at(members, top) : last + 1]
        return [one for one in near if one.is_open]

    def _lay_out_near(self) -> bool:
        """Lay out one open message near the view; return whether there was one."""
        return any(self.lay_out_member(one) for one in self._near() if not self.is_laid_out(one))

    def open_members(self, members: Sequence[Member], *, is_open: bool) -> None:
        """Unfold messages, or fold them."""
        anchor = self.anchored()
        for member in members:
            member.is_open = is_open
            if member.is_given_up:
                member.is_given_up = member.asked = False
        self.passage = None
        self.place_again(anchor)
        self.settle()

    # -- the texts -----------------------------------------------------------------------------

    def _wanted(self) -> Member | None:
        """The message that is brought now: near the view, the nearest to the cursor first."""
        cursor, top, height = self._cursor, self.scroll_offset.y, self.size.height
        at_cursor = self.members[cursor].first if self.members else 0
        wanted = [
            (not (one.first < top + height and one.end > top), abs(one.first - at_cursor), one)
            for one in self._near()
            if self._lacks(one)
        ]
        return min(wanted, key=lambda each: each[:2])[2] if wanted else None

    def _wanted_when_idle(self) -> Member | None:
        """The open message that comes next, though it is not near: all while one searches."""
        cursor, width, ahead = self._cursor, self.size.width, _AHEAD
        if self.searching:
            ahead = len(self.members)
        if self.size.height <= 0:
            return None
        wanted = (
            (abs(at - cursor), one)
            for at, one in enumerate(self.members)
            if one.is_open and has_text(one.message) and abs(at - cursor) <= ahead
            if self.searching or one.message.size <= _LARGEST
            if not one.asked or (one.reading is not None and one.laid_for != width)
        )
        return min(wanted, key=lambda each: each[0], default=(0, None))[1]

    def _lacks(self, member: Member) -> bool:
        if not member.asked:
            return True
        text = self.laid_text(member) if not self.is_laid_out(member) else None
        return text is not None and text.waiting(member.unfolded) >= LONG_LINES

    async def _bring_all(self) -> None:
        """Bring what is wanted, one after the other, until nothing is."""
        while self.members:
            member = self._wanted()
            if member is None:
                self._wish.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wish.wait(), _IDLE)
                    continue
                member = self._wanted_when_idle()
            if member is None:
                return
            await self._bring(member)

    async def _bring(self, member: Member) -> None:
        """Read a message and lay it out."""
        is_first = member.rows is None
        self._brought = member
        try:
            if not member.asked:
                member.asked = True
                await self._read(member)
            text = self.laid_text(member)
            if text is not None and text.waiting(member.unfolded) >= LONG_LINES:
                await asyncio.to_thread(text.lay_out, frozenset(member.unfolded))
        except StoreError as error:
            shell(self).tell(error.message, Severity.ERROR)
        finally:
            self._brought = None
        if self.member_of(member.key) is not member:
            return
        anchor = self.anchored()
        if self.size.height > 0 and not self.is_laid_out(member) and self.lay_out_member(member):
            self.place_again(anchor)
        if is_first and self._pattern is not None:
            self._unfold([member], self._pattern)
        self.settle()
        self.more_came()
        if member is self.member:
            self.moved(by_user=False)

    async def _read(self, member: Member) -> None:
        app, stored = shell(self), self.stored(member.key)
        if stored is None:
            return
        member.shown = stored if member.shown is None else member.shown.of_now(stored)
        message = stored.message
        if not has_text(message.summary):
            self._ask_for(member)
            return
        beginning = await app.texts.beginning(message) if member.reading is None else None
        if beginning is not None:
            self._show(member, replace(member.shown, reading=beginning))
            await asyncio.sleep(REST_AFTER)
        reading, history = await asyncio.gather(
            app.texts.reading(message), app.texts.history(message)
        )
        if reading.missing is not None or reading.absent:
            self._ask_for(member)
        if reading.missing is None:
            shown = replace(member.shown, reading=reading, history=history)
            self._show(member, shown)
            self.text_shown(shown)

    def _show(self, member: Member, shown: ShownMail) -> None:
        """Take a text over; parts stay unfolded while they are the same."""
        before = member.reading
        if before is not None and shown.reading is not None and before.folds != shown.reading.folds:
            member.unfolded = set()
        member.shown, member.laid_for = shown, 0
        if self.member_of(member.key) is not member:
            return
        top, height = self.scroll_offset.y, self.size.height
        is_first = member.rows is None and top <= member.first < top + height
        self.settle()
        if is_first and member is self.member and member.rows is not None:
            self.show_cursor()  # as much of it as fits

    def _ask_for(self, member: Member) -> None:
        """Have fetched what lacks, once it is near: nobody may ever look at it."""
        engine = shell(self).engine
        member.lacks = member not in self._near()
        if engine is not None and not member.lacks:
            engine.want_body(member.key)

    # -- what changes from outside -------------------------------------------------------------

    def _store_changed(self, changes: ChangeSet) -> None:
        if self._of is not None:
            keys = {member.key for member in self.members}
            if changes.lists or changes.messages & keys:
                self._read_members(changes)
            elif changes.notices and any(member.waits for member in self.members):
                self._say_again(has_failed=True)
        self.go_on(changes)

    def _read_members(self, changes: ChangeSet) -> None:
        """Read again which messages there are, and what there is of those that changed."""
        of = self._of
        if of is None:
            return
        key, at = self.members[self._cursor].key if self.members else None, self._cursor
        anchor = self.anchored()
        try:
            changed = of.read(shell(self).store.read)
        except StoreError as error:
            shell(self).tell(error.message, Severity.ERROR)
            return
        if not self.members:
            self.close()
            self.post_message(self.Emptied())
            return
        for member in self.members:
            if member.key in changes.messages:
                self._refresh(member)
        keys = [member.key for member in self.members]
        self._cursor = keys.index(key) if key in keys else min(at, len(keys) - 1)
        if changed:
            self.passage = None
            self.place_again(anchor)
        self.settle()
        self.refresh()
        self.moved(by_user=False)

    def _refresh(self, member: Member) -> None:
        """Take over what the store has of a message; its text if more of it is here."""
        if member.shown is None:
            member.asked = False
            return
        stored = self.stored(member.key)
        if stored is None:
            return
        if member.reading is None or member.shown.lacks(stored):
            member.asked = False
        if member.shown.here != stored.here:
            member.laid_for = 0  # the marks of files that are not here
        member.shown = member.shown.of_now(stored)

    def _status_changed(self, _: None) -> None:
        """A connection brings what was not downloaded; say how far what is fetched is."""
        app, row = shell(self), self.current
        if app.engine is None or row is None:
            return
        online = is_connected(app, row.account_id)
        if online != self._was_online:
            self._was_online = online
            waiting = [member for member in self.members if member.waits]
            for member in waiting:
                member.asked = False
            if waiting:
                self._say_again(has_failed=False)
        self.say_share()

    def _say_again(self, *, has_failed: bool) -> None:
        """Say what to expect of what is not here."""
        self._has_failed = has_failed
        self.place_again(self.anchored())
        self.settle()

    # -- search --------------------------------------------------------------------------------

    def begin_search(self) -> None:
        """Remember what is unfolded; what is open and was not read yet is read from now on."""
        for member in self.members:
            member.unfolded_before = frozenset(member.unfolded)

    def missed_words(self, words: str) -> str:
        """Say in what it was looked for: what is folded is not, and some may be on its way."""
        opened = [member for member in self.members if member.is_open]
        where = "this conversation" if len(opened) == len(self.members) else "what is unfolded"
        missed = f"“{words}” is not in {where}"
        coming = sum(map(self._is_coming, opened))
        if coming:
            return f"{missed} so far: {_messages(coming)} still being read."
        absent = sum(member.reading is None for member in opened)
        if absent:
            return f"{missed} so far: {_messages(absent)} not here yet."
        cut = sum(member.reading is not None and member.reading.is_cut for member in opened)
        if cut:
            of = "1 message" if cut == 1 else f"{number(cut)} messages"
            return f"{missed} so far: of {of} only the beginning is here."
        return f"{missed}."

    def _is_coming(self, member: Member) -> bool:
        """Whether more of an open message is searched as soon as it is read or laid out."""
        if self._brought is member:
            return True
        is_read = member.asked and (member.reading is None or self.is_laid_out(member))
        return has_text(member.message) and not is_read

    def unfold_for(self, pattern: re.Pattern[str] | None) -> None:
        """Unfold the parts of open messages that have something inside, beside those before."""
        self._unfold(self.members, pattern)

    def _unfold(self, members: Sequence[Member], pattern: re.Pattern[str] | None) -> None:
        anchor, left, changed = self.anchored(), LONG_LINES, False
        for member in members:
            if member.reading is None or member.rows is None:
                continue
            wanted = set(member.unfolded_before)
            if pattern is not None:
                wanted |= folds_with(pattern, member.reading, member.rows.folds)
            if wanted == member.unfolded:
                continue
            member.unfolded, member.laid_for = wanted, 0
            text = self.laid_text(member)
            left -= text.waiting(wanted) if text is not None else 0
            if left > 0:  # what is left over is laid out in idle moments
                changed = self.lay_out_member(member) or changed
        if changed:
            self.passage = None
            self.place_again(anchor)
        self.settle()


def _messages(count: int) -> str:
    return "1 message is" if count == 1 else f"{number(count)} messages are"
