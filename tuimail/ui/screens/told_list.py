"""A list with the story of the row at its cursor below it: jobs, notifications, the outbox."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from tuimail.model.changes import ChangeSet
from tuimail.ui.drawing.rows import Line, Row
from tuimail.ui.listing.layout import empty_rows
from tuimail.ui.shell import shell
from tuimail.ui.status.engine_words import worst_words
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.choice_list import ChoiceList
from tuimail.ui.widgets.story_view import StoryView
from tuimail.ui.widgets.top_bar import TopBar

R = TypeVar("R")
_WITHOUT_ROW: Final = 2
"""Hints that hold where nothing is listed: help and back are the first ones."""


class ToldList(Screen[R]):
    """Follows the store and the engine; says everything again when one of them changes.

    Args:
        top: The first row.
    """

    DEFAULT_CSS = "ToldList { background: $background; }"
    SCOPE: ClassVar[str]
    """The scope of its keys, for the hints."""

    def __init__(self, top: TopBar) -> None:
        super().__init__()
        self.top = top
        self.list = ChoiceList()
        self.story = StoryView()
        self.bottom = BottomBar()
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """List above story, between the bars."""
        yield self.top
        yield self.list
        yield self.story
        yield self.bottom

    def on_mount(self) -> None:
        """Read the store and follow its changes and those of the engine."""
        app = shell(self)
        app.signal_changes.subscribe(self, self.store_changed)
        app.signal_status.subscribe(self, lambda _: self.status_changed())
        self.bottom.show_hints(app.keys.hints(self.SCOPE))
        self.list.focus()
        self.reload()

    def on_resize(self) -> None:
        """Everything is laid out for the width."""
        self.show()

    def store_changed(self, changes: ChangeSet) -> None:
        """Read again if it concerns this list."""
        raise NotImplementedError

    def status_changed(self) -> None:
        """Say how the engine stands."""
        app = shell(self)
        statuses = app.engine.status if app.engine else {}
        words = worst_words(statuses, app.now(), still=app.settings.accessible)
        self.top.state, self.top.state_role = words.text, words.role

    def reload(self) -> None:
        """Read the rows."""
        raise NotImplementedError

    def show(self) -> None:
        """Say everything again; what did not change is not painted."""
        raise NotImplementedError

    def tick(self, wanted: bool) -> None:
        """Say everything again once per second, only while something counts down."""
        if wanted and self._ticking is None:
            self._ticking = self.set_interval(1.0, self.show)
        elif not wanted and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def on_choice_list_moved(self) -> None:
        """What is said below belongs to the cursor."""
        self.show()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.list.move(rows)

    def action_edge(self, edge: int) -> None:
        """Go to the first row or the last."""
        self.list.edge(edge)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)

    def show_empty(self, sentence: str, fact: str) -> None:
        """Say why nothing is listed; of the keys only those remain that need no row."""
        width, height = self.app.size
        rows = empty_rows(sentence, fact, [], width=width, height=height - 2)
        self.list.fill([Line(partial(_said, row)) for row in rows], first=None)
        keys = shell(self).keys
        self.bottom.show_hints([*keys.hints(self.SCOPE)[:_WITHOUT_ROW]])


def _said(row: Row, _width: int, _bar: str) -> Row:
    return row
