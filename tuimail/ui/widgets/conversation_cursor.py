"""What the keys of the reader ask of a conversation: they are about the message at its cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tuimail.errors import StoreError
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.ui.reading.conversation_layout import Member
from tuimail.ui.reading.header_level import HeaderLevel
from tuimail.ui.reading.shown_mail import ShownMail, stored_mail
from tuimail.ui.shell import shell
from tuimail.ui.widgets.conversation_pane import ConversationPane


class ConversationCursor(ConversationPane):
    """A conversation of which one message is the one that is meant."""

    @property
    def shown(self) -> ShownMail | None:
        """The message at the cursor; its text only while that is shown."""
        member = self.member
        if member is None:
            return None
        if member.shown is None:
            member.shown = self.stored(member.key)
        shown = member.shown
        return shown if shown is None or member.is_open else replace(shown, reading=None)

    def stored(self, key: MessageKey) -> ShownMail | None:
        """Return what the store has of a message."""
        app = shell(self)
        try:
            return stored_mail(app.store.read, app.texts, key)
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            return None

    def member_of(self, key: MessageKey) -> Member | None:
        """Return a message as it stands on the screen."""
        return next((one for one in self.members if one.key == key), None)

    def level_of(self, shown: ShownMail) -> HeaderLevel:
        """Return how much of the header stands above the text of a message."""
        member = self.member_of(shown.key)
        return HeaderLevel.NOTHING if member is None else member.level

    def show_header(self, level: HeaderLevel) -> None:
        """Show more or less of the header, from its beginning."""
        member = self.member
        if member is None:
            return
        member.level = level
        if member.shown is not None:
            self.text_shown(member.shown)
        self.lay_out_again([member])
        if member.first < self.scroll_offset.y or level is not HeaderLevel.NOTHING:
            self.begin_at(member.first)

    @property
    def waits_for_text(self) -> bool:
        """Whether the text at the cursor is not here and comes by itself."""
        return self.member is not None and self.member.waits

    def wait_no_more(self) -> None:
        """Say that the text at the cursor does not come by itself."""
        if self.member is not None:
            self.member.is_given_up = True
            self.place_again(self.anchored())

    def read_again(self, shown: ShownMail) -> None:
        """Read the text of a message anew."""
        member = self.member_of(shown.key)
        if member is not None:
            member.asked = False
            self.settle()

    def show_again(self, concerns: Callable[[ShownMail], bool]) -> None:
        """Lay out anew the messages of which that is true."""
        laid = [one for one in self.members if one.rows is not None]
        concerned = [one for one in laid if one.shown is not None and concerns(one.shown)]
        if concerned:
            self.lay_out_again(concerned)

    def lay_out_again(self, members: Iterable[Member]) -> None:
        """Lay messages out anew: something of them is folded otherwise, or stands above."""
        for member in members:
            member.laid_for = 0
        self.passage = None
        self.settle()
