"""The first row: where you are at the left, how things stand at the right."""

from __future__ import annotations

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuimail.model.account import AccountId
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, row_cells
from tuimail.ui.shell import shell, status_of
from tuimail.ui.status.engine_words import state_words


def top_row(
    place: str,
    context: str,
    *,
    counts: str,
    pending: str,
    state: str,
    state_role: str,
    width: int,
) -> Row:
    """Lay out the first row; counts give way first, then the context.

    Args:
        place: `Inbox`; strong.
        context: `work`; muted.
        counts: `12 unread of 1,204`; may be empty.
        pending: `↑1  outbox 1`; may be empty.
        state: `online`, `offline, as of 09:41`; may be empty.
        state_role: The colour role of `state`.
        width: Cells.
    """
    states = [(counts, "muted"), (pending, "pending"), (state, state_role)]
    for shown, about in ((states, context), (states[1:], context), (states[1:], "")):
        left = (BLANK, Run(place, "strong"), *((Run(f"  {about}", "muted"),) if about else ()))
        right: list[Run] = []
        for text, role in shown:
            if text:
                right += [Run("   "), Run(text, role)]
        row = ends(left, (*right[1:], BLANK), width)
        if row_cells(left) + row_cells(right) - 1 <= width:
            break
    return row


class TopBar(Widget):
    """One row; its attributes may be set at any time.

    Args:
        place: Where the user is.
        context: What it belongs to, `work`.
    """

    DEFAULT_CSS = "TopBar { height: 1; width: 100%; }"

    place: reactive[str] = reactive("")
    context: reactive[str] = reactive("")
    counts: reactive[str] = reactive("")
    pending: reactive[str] = reactive("")
    state: reactive[str] = reactive("")
    state_role: reactive[str] = reactive("muted")

    def __init__(self, place: str = "", context: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TopBar.place, place)
        self.set_reactive(TopBar.context, context)

    def tell_state(self, account: AccountId) -> None:
        """Say how one account stands now."""
        app = shell(self)
        words = state_words(status_of(app, account), None, app.now(), still=app.settings.accessible)
        self.state, self.state_role = words.text, words.role

    def render_line(self, y: int) -> Strip:
        """Paint the row."""
        row = top_row(
            self.place,
            self.context,
            counts=self.counts,
            pending=self.pending,
            state=self.state,
            state_role=self.state_role,
            width=self.size.width,
        )
        return roles(self.app).strip(row, self.size.width, "bar")
