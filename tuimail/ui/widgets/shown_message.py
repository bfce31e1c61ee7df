"""What a widget offers in which the keys are about a message: the reader, and the conversation.

What a group of keys does is a class of its own (`reader_text` and its like), one above the other;
they know of the widget what stands here. The widget calls the hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuimail.model.bodystructure import BodyPart
from tuimail.model.changes import ChangeSet
from tuimail.model.message import Message
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.header_level import HeaderLevel
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.reading.trust_words import TrustLines, trust_lines
from tuimail.ui.shell import shell
from tuimail.ui.writing.identities import own_addresses

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading


class ShownMessage(Widget):
    """A widget with a message that is read.

    It stands behind the class of the widget: Textual takes the styles of the first.
    """

    # -- the message ---------------------------------------------------------------------------

    @property
    def shown(self) -> ShownMail | None:
        """The message that the keys are about."""
        raise NotImplementedError

    @property
    def message(self) -> Message | None:
        """It, as the store has it."""
        return self.shown.message if self.shown is not None else None

    @property
    def reading(self) -> Reading | None:
        """What is known of its text; None until it is here."""
        return self.shown.reading if self.shown is not None else None

    @property
    def files(self) -> Sequence[BodyPart]:
        """The parts that are listed as files."""
        return self.shown.files if self.shown is not None else ()

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses of the user's mailboxes, lower case."""
        return frozenset(own_addresses(shell(self).accounts))

    def trust_of(self, shown: ShownMail) -> TrustLines:
        """Say what is known of a sender, as far as the header is here."""
        app, known = shell(self), shown.reading.trust if shown.reading is not None else None
        if known is None:
            return TrustLines()
        message = shown.message
        authors = message.envelope.from_
        is_own = bool(authors) and authors[0].address.lower() in self.own_addresses
        account = app.accounts.get(message.summary.account_id)
        own = {account.address.rpartition("@")[2].lower()} if account is not None else set()
        return trust_lines(known, own, None if is_own else shown.history, app.glyphs)

    # -- what the widget does ------------------------------------------------------------------

    @property
    def waits_for_text(self) -> bool:
        """Whether the text is not here and comes by itself."""
        raise NotImplementedError

    def wait_no_more(self) -> None:
        """Say that the text does not come by itself."""
        raise NotImplementedError

    def level_of(self, shown: ShownMail) -> HeaderLevel:
        """Return how much of the header stands above the text of a message."""
        raise NotImplementedError

    def show_header(self, level: HeaderLevel) -> None:
        """Show more or less of the header, from its beginning."""
        raise NotImplementedError

    def say_line(self, words: str, key: str = "", does: str = "") -> None:
        """Say between head and text how far something is; nothing takes it away.

        Args:
            words: What is said.
            key: As the user presses it; empty for none.
            does: What it does.
        """
        raise NotImplementedError

    def read_again(self, shown: ShownMail) -> None:
        """Read the text of a message anew, if it is still the one: something else came of it."""
        raise NotImplementedError

    def show_again(self, concerns: Callable[[ShownMail], bool]) -> None:
        """Lay out anew what is shown of the messages of which that is true."""
        raise NotImplementedError

    # -- hooks ---------------------------------------------------------------------------------

    def rows_above(self, shown: ShownMail, width: int) -> Sequence[BodyRow]:
        """Return the rows above cards and text, for a width in cells."""
        del shown, width
        return ()

    def say_share(self) -> None:
        """Say how far the text or a file is."""

    def text_shown(self, shown: ShownMail) -> None:
        """The text of a message has come to the screen."""

    def go_on(self, changes: ChangeSet) -> None:
        """Go on with what was waited for."""
