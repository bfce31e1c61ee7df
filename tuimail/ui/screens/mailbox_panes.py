"""The panes of the mailbox screen, arranged by the size of the terminal."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.screen import Screen
from textual.widget import Widget

from tuimail.ui.arrangement import TREE_ON_DEMAND, Layout, Room, WidthClass, measure_room
from tuimail.ui.shell import shell
from tuimail.ui.split import STEP, Line, Splits
from tuimail.ui.widgets.banner import Banner
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.folder_tree import FolderTree
from tuimail.ui.widgets.lines import Divider, TooSmall
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tuimail.ui.widgets.conversation_view import ConversationView
    from tuimail.ui.widgets.message_view import MessageView


class Reads(Enum):
    """What stands where messages are read."""

    MESSAGE = "message"
    """The message at the cursor of the list."""
    CONVERSATION = "conversation"
    ALONE = "alone"
    """One message of the conversation, which is gone back to."""


class Readers(NamedTuple):
    """The panes that messages are read in."""

    message: MessageView
    conversation: ConversationView


class MailboxPanes(Screen[None]):
    """Bars above and below, the panes between.

    Attributes:
        reading: The reader stands in the place of the list, where both do not fit.
        reads: What stands there.
        zoomed: The reader has the whole room between the bars.
        tree_open: The folders were asked for, where they are not always there.
    """

    CSS = """
    MailboxPanes { layout: vertical; background: $background; }
    #panes { height: 1fr; width: 100%; }
    #mail { height: 100%; width: 1fr; }
    #tree { height: 100%; }
    """
    AUTO_FOCUS = "#list"

    def __init__(self) -> None:
        super().__init__()
        self.top = TopBar()
        self.banner = Banner()
        self.folder_tree = FolderTree(id="tree")
        self.tree_divider = Divider()
        self.message_list = MessageList(id="list")
        self.mail_divider = Divider()
        self.bottom = BottomBar()
        self.mail = Container(id="mail")
        self.panes = Horizontal(id="panes")
        self.too_small = TooSmall()
        self.room = Room(0, 0, 0)
        self.reading = False
        self.reads = Reads.MESSAGE
        self.zoomed = False
        self.tree_open = False
        self._readers: Readers | None = None
        self._chosen: dict[WidthClass, Layout] = {}
        self._splits = Splits(self._recall, self._keep)

    def compose(self) -> ComposeResult:
        """Bars above and below the panes."""
        yield self.too_small
        yield self.top
        yield self.banner
        with self.panes:
            yield self.folder_tree
            yield self.tree_divider
            with self.mail:
                yield self.message_list
                yield self.mail_divider
        yield self.bottom

    # -- the panes to read in ------------------------------------------------------------------

    def bring_readers(self) -> Readers:
        """Put the panes to read in at their place, unless they are there.

        They come after the first frame, which shows nothing in them and would wait for a fifth of
        all modules; whoever needs them earlier has them at once.
        """
        if self._readers is None:
            from tuimail.ui.widgets.conversation_view import ConversationView  # noqa: PLC0415 - as said
            from tuimail.ui.widgets.message_view import MessageView  # noqa: PLC0415

            self._readers = Readers(MessageView(id="reader"), ConversationView(id="conversation"))
            self.mail.mount(*self._readers)
            self.place_panes()
        return self._readers

    @property
    def reader(self) -> MessageView:
        """Where one message is read."""
        return self.bring_readers().message

    @property
    def conversation(self) -> ConversationView:
        """Where a conversation is read."""
        return self.bring_readers().conversation

    @property
    def focused_reader(self) -> MessageView | ConversationView | None:
        """The pane to read in that the keys are in."""
        return next((pane for pane in self._readers or () if pane is self.focused), None)

    @property
    def in_reader(self) -> bool:
        """Whether the keys are in the message that is read."""
        return self._readers is not None and self.focused is self._readers.message

    @property
    def in_conversation(self) -> bool:
        """Whether the keys are in the conversation that is read."""
        return self._readers is not None and self.focused is self._readers.conversation

    @property
    def shows_reader(self) -> bool:
        """Whether the message at the cursor has a place beside the list or over it."""
        return self._readers is not None and self._readers.message.display

    def _recall(self, name: str) -> str | None:
        return shell(self).store.read.meta(name)

    def _keep(self, name: str, value: str) -> None:
        shell(self).remember(name, value)

    def on_screen_suspend(self) -> None:
        """A sheet stands over the panes: the keys go there."""
        self._refresh_cursors()

    def on_screen_resume(self) -> None:
        """The keys come back."""
        self._refresh_cursors()

    def _refresh_cursors(self) -> None:
        for pane in (self.folder_tree, self.message_list):
            if pane.has_focus:
                pane.refresh_cursor()

    def restore_layouts(self) -> None:
        """Read the layouts that were chosen before."""
        reader = shell(self).store.read
        for width_class in WidthClass:
            stored = reader.meta(f"ui.layout.{width_class}")
            if stored in list(Layout):
                self._chosen[width_class] = Layout(stored)

    @property
    def layout_now(self) -> Layout:
        """How list and reader share the screen."""
        if self.zoomed:
            return Layout.ONE
        chosen = self._chosen.get(self.room.width_class)
        if chosen in self.room.layouts:
            return chosen
        # Rows over the full width can be scrolled by the terminal itself.
        if shell(self).settings.link == "slow" and Layout.STACK in self.room.layouts:
            return Layout.STACK
        return self.room.default

    @property
    def tree_is_permanent(self) -> bool:
        """Whether the folders always stand at the left."""
        if self.zoomed:
            return False
        slow = shell(self).settings.link == "slow" and self.layout_now is Layout.STACK
        return self.room.width_class is WidthClass.WIDE and not slow

    def place_panes(self) -> None:
        """Show the panes that fit in the places they belong."""
        width, height = self.app.size
        before = self.room if self.room.width else None
        self.room = room = measure_room(width, height, before)
        _display(self.too_small, room.too_small)
        for part in (self.top, self.panes, self.bottom):
            _display(part, not room.too_small)
        layout = self.layout_now
        tree = self.tree_is_permanent or self.tree_open
        covers = tree and room.width_class is WidthClass.NARROW
        _display(self.folder_tree, tree)
        self.folder_tree.styles.width = self._tree_width
        _display(self.tree_divider, tree and not covers)
        _display(self.mail, not covers)
        one = layout is Layout.ONE
        _display(self.message_list, not one or not self.reading)
        if self._readers is not None:
            for pane in self._readers:
                _display(pane, pane is self.reading_pane and (not one or self.reading))
            self.conversation.show_title(not one)
            self.reader.short = layout is Layout.STACK and not self.tree_is_permanent
        between = layout is Layout.STACK and self.tree_is_permanent
        _display(self.mail_divider, layout is Layout.COLUMNS or between)
        self.mail.styles.layout = "horizontal" if layout is Layout.COLUMNS else "vertical"
        self._size_panes(layout, self._mail_rows)
        self.message_list.force_lines(self._lines(layout))
        self._keep_focus()

    def _size_panes(self, layout: Layout, rows: int) -> None:
        columns, stack = layout is Layout.COLUMNS, layout is Layout.STACK
        self.message_list.styles.width = self._list_size(columns, rows) if columns else "100%"
        self.message_list.styles.height = self._list_size(columns, rows) if stack else "100%"
        self.mail_divider.styles.width = 1 if columns else "100%"
        self.mail_divider.styles.height = "100%" if columns else 1
        for pane in self._readers or ():
            pane.styles.width = "1fr" if columns else "100%"
            pane.styles.height = "1fr" if stack else "100%"

    @property
    def reading_pane(self) -> Widget:
        """Where messages are read: the reader, or the conversation."""
        return self.conversation if self.reads is Reads.CONVERSATION else self.reader

    def stop_reading(self) -> None:
        """Let the list have its place again, when the panes are placed next."""
        self.reading = self.zoomed = False
        self.reads = Reads.MESSAGE
        if self._readers is not None:
            self._readers.conversation.close()

    @property
    def _tree_width(self) -> int:
        room = self.room
        if not self.tree_is_permanent:
            return TREE_ON_DEMAND if room.width_class is not WidthClass.NARROW else room.width
        return self._splits.size(room.width_class, Line.BESIDE_TREE, room.width, room.tree_width)

    def _list_size(self, columns: bool, rows: int) -> int:
        room = self.room
        if columns:
            cells = self._mail_width
            return self._splits.size(room.width_class, Line.BESIDE_LIST, cells, room.list_width)
        default = room.list_height(rows)
        return self._splits.size(room.width_class, Line.BELOW_LIST, rows, default)

    @property
    def _mail_width(self) -> int:
        """Of list and reader together."""
        beside = self._tree_width + 1 if self.tree_is_permanent else 0
        return self.room.width - beside - 1

    @property
    def _mail_rows(self) -> int:
        return self.app.size.height - 2 - int(self.banner.display)

    def move_split(self, by: int) -> bool:
        """Move the line between list and reader; return whether there is one."""
        layout = self.layout_now
        if layout is Layout.ONE:
            return False
        columns = layout is Layout.COLUMNS
        line = Line.BESIDE_LIST if columns else Line.BELOW_LIST
        room = self._mail_width if columns else self._mail_rows
        size = self._list_size(columns, self._mail_rows) + by * STEP[line]
        self._splits.choose(self.room.width_class, line, room, size)
        self.place_panes()
        return True

    def on_divider_dragged(self, event: Divider.Dragged) -> None:
        """Put the line where the mouse is."""
        event.stop()
        width_class, tree = self.room.width_class, event.divider is self.tree_divider
        if tree and self.tree_is_permanent:
            line, room, size = Line.BESIDE_TREE, self.room.width, event.at.x
        elif tree:
            return
        elif self.layout_now is Layout.COLUMNS:
            line, room = Line.BESIDE_LIST, self._mail_width
            size = event.at.x - self.message_list.region.x
        else:
            line, room = Line.BELOW_LIST, self._mail_rows
            size = event.at.y - self.message_list.region.y
        self._splits.choose(width_class, line, room, size, keep=event.done)
        self.place_panes()

    def _lines(self, layout: Layout) -> int | None:
        settings = shell(self).settings
        if settings.density != "auto" or settings.accessible:
            return 2 if settings.density == "two" else 1
        if layout is Layout.COLUMNS or self.room.width_class is WidthClass.NARROW:
            return 2
        return 1

    def _keep_focus(self) -> None:
        """Move the focus off a pane that is not shown."""
        focused = self.focused
        if focused is None or not focused.display or not self._shown(focused):
            if self.tree_open and not self.tree_is_permanent:
                self.set_focus(self.folder_tree)
            else:
                shows_list = self._shown(self.message_list)
                self.set_focus(self.message_list if shows_list else self.reading_pane)

    def _shown(self, pane: Widget) -> bool:
        return pane.display and (self.mail.display or pane is self.folder_tree)

    def move_list(self, by: int, pages: bool) -> None:
        """Move the cursor of the list while a line of input has the focus."""
        if pages:
            self.message_list.action_page(by)
        else:
            self.message_list.action_move(by)

    def pane_order(self) -> list[Widget]:
        """Return the panes that can take the focus, from left to right."""
        panes = (self.folder_tree, self.message_list, self.reading_pane)
        return [pane for pane in panes if self._shown(pane)]

    def choose_layout(self) -> None:
        """Go to the next layout that fits, and remember it for this width."""
        self.zoomed = False
        layouts = self.room.layouts
        layout = layouts[(layouts.index(self.layout_now) + 1) % len(layouts)]
        width_class = self.room.width_class
        self._chosen[width_class] = layout
        shell(self).remember(f"ui.layout.{width_class}", layout)
        self.place_panes()


def _display(widget: Widget, shown: bool) -> None:
    """Show or hide; setting what is set already would lay the screen out again."""
    if widget.display != shown:
        widget.display = shown
