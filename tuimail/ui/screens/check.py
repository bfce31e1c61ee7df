"""One screen, one key on: what is unusual about a message before it goes to the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.text.safe import SafeText, clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.rows import Row, plain_text
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.shell import shell
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.writing.guard_rows import MessageInShort, check_rows

if TYPE_CHECKING:
    from tuimail.mime.guard import Unusual


class Answer(StrEnum):
    """What is to be done with the message."""

    BACK = "back"
    ATTACH = "attach"
    DROP_QUOTE = "drop_quote"
    SEND = "send"
    KEEP = "keep"
    LATER = "later"
    ORDINARY = "ordinary"
    """Nothing is unusual any more: it goes on as with any other message."""


_WAYS: Final = (
    ("check.back", Answer.BACK, "back to the text"),
    ("check.attach", Answer.ATTACH, "attach a file"),
    ("check.drop_quote", Answer.DROP_QUOTE, "drop the quote"),
    ("check.later", Answer.LATER, "send later …"),
    ("check.send", Answer.SEND, "send anyway"),
)


class Page(BodyView):
    """Rows that have their margin, or none."""

    def runs_of(self, index: int) -> Row:
        """Return a row as it is painted."""
        return self.rows[index].runs


class CheckScreen(Screen[Answer]):
    """Answers what is to be done; nothing but one key sends, and one asks for a time.

    Args:
        reasons: At least one.
        message: What is asked about.
        ways: Which ways out make sense; going back, sending, now or later, and keeping always do.
    """

    DEFAULT_CSS = "CheckScreen { layout: vertical; background: $background; }"
    BINDINGS = bindings_for("check")

    def __init__(
        self, reasons: Sequence[Unusual], message: MessageInShort, ways: frozenset[Answer]
    ) -> None:
        super().__init__()
        self._reasons, self._message = reasons, message
        self._ways = ways | {Answer.BACK, Answer.SEND, Answer.LATER, Answer.KEEP}
        self._page = Page()

    def compose(self) -> ComposeResult:
        """The page between the bars."""
        yield TopBar("Check before sending", clean(self._message.subject))
        yield self._page
        yield BottomBar()

    def on_mount(self) -> None:
        """Show the page, and how the account stands that it is sent from."""
        shell(self).signal_status.subscribe(self, self._show_state)
        self._show_state(None)
        self._show()
        self._page.focus()

    def _show_state(self, _: None) -> None:
        self.query_one(TopBar).tell_state(self._message.account)

    def _show(self) -> None:
        pointless = () if self._domains else ("check.trust",)
        hints = shell(self).keys.hints("check", without=pointless)
        self.query_one(BottomBar).show_hints(hints)
        self._page.show(self._lay_out)

    def _lay_out(self, width: int) -> list[BodyRow]:
        app = shell(self)
        ways = [(app.keys.shown(id), word) for id, way, word in _WAYS if way in self._ways]
        rows = check_rows(self._reasons, self._message, ways, width, app.glyphs)
        return [BodyRow(plain_text(row), runs=row) for row in rows]

    # -- keys ----------------------------------------------------------------------------------

    def why_not(self, action: str, parameters: Sequence[object]) -> str:
        """Say why a way out is not there for this message."""
        if action == "trust" and not self._domains:
            return "No domain is asked about here."
        if action == "answer" and parameters and Answer(str(parameters[0])) not in self._ways:
            return "That is not what is asked about here."
        return ""

    @property
    def _domains(self) -> tuple[SafeText, ...]:
        return tuple(dict.fromkeys(one.domain for one in self._reasons if one.domain))

    def action_answer(self, answer: str) -> None:
        """Answer."""
        self.dismiss(Answer(answer))

    def action_trust(self) -> None:
        """Never ask about these domains again, and take that out of what is asked now."""
        app = shell(self)
        trusted = dict.fromkeys((*app.settings.send.trusted, *map(str, self._domains)))
        app.change_settings({"send.trusted": list(trusted)})
        app.tell(f"Never asked again: {', '.join(self._domains)}.")
        left = [one for one in self._reasons if not one.domain]
        if not left:
            self.dismiss(Answer.ORDINARY)
            return
        self._reasons = left
        self._show()

    def action_scroll(self, rows: int) -> None:
        """Scroll a page that is longer than the screen."""
        self._page.scroll_rows(rows)
