"""Keeps the mailbox screen's first row, banner, hints and empty words in step with the state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from tuimail.model.folder import Folder
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.ui.arrangement import Layout
from tuimail.ui.bindings import Hint
from tuimail.ui.drawing.formatting import number
from tuimail.ui.listing.mailbox_words import counts_words, empty_words, waiting_words
from tuimail.ui.listing.words import limited_empty_words, list_words
from tuimail.ui.screens.mailbox_panes import Reads
from tuimail.ui.shell import shell
from tuimail.ui.status.engine_words import banner_words, settings_banner, state_words

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen
    from tuimail.ui.widgets.shown_message import ShownMessage

_HELP_CELLS: Final = 11
"""Of the last row, for the key of the help and the edges, where the rest says the row."""


class MailboxBars:
    """What surrounds the panes.

    Args:
        screen: The screen the bars belong to.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen
        self._ticking: Timer | None = None

    def refresh(self) -> None:
        """Say everything again; parts that did not change are not painted."""
        screen, app = self._screen, shell(self._screen)
        if not screen.is_running:
            return
        folder, now = screen.folder, app.now()
        self._say_place(folder)
        counts = app.store.read.counts(*app.accounts)
        screen.top.pending = waiting_words(
            counts.pending_intents, counts.outbox_waiting, app.glyphs, len(app.desk)
        )
        status = self._status_of(folder)
        self._say_state(folder, status)
        statuses = app.engine.status if app.engine is not None else {}
        names = {id_: account.name for id_, account in app.accounts.items()}
        had_banner = screen.banner.display
        mistake = settings_banner(app.live_settings.mistake)
        screen.banner.show(banner_words(statuses, names, now) or mistake)
        if screen.message_list.total == 0:
            self._say_empty(folder, status, now)
        self.refresh_hints()
        if had_banner != screen.banner.display:
            screen.call_after_refresh(screen.rearrange)

    def _say_state(self, folder: Folder | None, status: EngineStatus | None) -> None:
        as_of = folder.state.checked_at if folder else None
        app = shell(self._screen)
        state = state_words(status, as_of, app.now(), still=app.settings.accessible)
        top = self._screen.top
        top.state, top.state_role = state.text, state.role
        self._tick(state.counts_down)

    def _count_down(self) -> None:
        """Change the digits and nothing else."""
        folder = self._screen.folder
        self._say_state(folder, self._status_of(folder))

    def _say_place(self, folder: Folder | None) -> None:
        screen, app, rows = self._screen, shell(self._screen), self._screen.message_list
        top = screen.top
        reading_alone = screen.reading and screen.layout_now is Layout.ONE
        reads_conversation = reading_alone and screen.reads is Reads.CONVERSATION
        if screen.tree_open and not screen.tree_is_permanent:
            top.place = "Folders"
            top.context = f"{len(app.accounts)} account{'' if len(app.accounts) == 1 else 's'}"
            top.counts = counts_words(folder, 0)
        elif reads_conversation and (current := screen.conversation.current) is not None:
            conversation = screen.conversation
            top.place = current.subject or "(no subject)"
            top.context = ", ".join(conversation.places)
            count = len(conversation.members)
            top.counts = f"{number(count)} message{'' if count == 1 else 's'}"
        else:
            words = list_words(
                rows.listing,
                folder,
                found=rows.found,
                marked=len(rows.marked),
                reader=app.store.read,
                accounts=app.accounts,
            )
            at = f"{number(rows.cursor_index + 1)} of {number(rows.known_total)}"
            top.place, top.context = words.place, at if reading_alone else words.context
            top.counts = "" if reading_alone else words.counts

    def _status_of(self, folder: Folder | None) -> EngineStatus | None:
        """Return how the account of the folder stands; of a view, the one that stands worst."""
        app = shell(self._screen)
        if app.engine is None:
            return None
        statuses = app.engine.status
        if folder is not None:
            return statuses.get(folder.account_id)
        known = [statuses[account] for account in app.accounts if account in statuses]
        troubled = (each for each in known if each.connectivity is not Connectivity.ONLINE)
        return next(troubled, known[0] if known else None)

    def _say_empty(self, folder: Folder | None, status: EngineStatus | None, now: datetime) -> None:
        from tuimail.ui.status.undo_words import entry_words  # noqa: PLC0415 - few folders are empty

        screen, app = self._screen, shell(self._screen)
        elsewhere = screen.folder_tree.unread_after(folder.id if folder else None, 1)
        undoable = screen.deeds.undoable()
        listing, found = screen.message_list.listing, screen.message_list.found
        limited = limited_empty_words(listing, folder, found, app.keys) if listing else None
        words = limited or empty_words(
            folder,
            unread=app.store.read.folder(elsewhere) if elsewhere is not None else None,
            connectivity=status.connectivity if status else Connectivity.STARTING,
            problem=status.problem if status else None,
            undo=entry_words(undoable, now) if undoable is not None else "",
            keys=app.keys,
            now=now,
        )
        if words != screen.message_list.empty:
            screen.message_list.empty = words
            screen.message_list.refresh()

    def refresh_hints(self) -> None:
        """Show the keys of the pane with the focus."""
        screen, keys = self._screen, shell(self._screen).keys
        pointless = [] if screen.deeds.can_undo else ["mailbox.undo"]
        if screen.focused is screen.folder_tree:
            screen.bottom.show_hints(keys.hints("tree"))
        elif screen.in_reader:
            self._hint_reader()
        elif screen.in_conversation:
            self._hint_conversation()
        elif screen.message_list.total == 0:
            screen.bottom.show_hints(keys.hints("empty", without=pointless))
        elif marked := screen.message_list.marked:
            screen.bottom.show_hints(keys.hints("marked", count=len(marked)))
        else:
            listing = screen.message_list.listing
            folds = listing is not None and listing.conversations
            pointless += [] if folds else ["list.fold"]
            hints = keys.hints("list", without=pointless)
            screen.bottom.show_hints([*hints[:1], *self._way_out(), *hints[1:]])
        self.say_row()

    def _way_out(self) -> list[Hint]:
        """Return the key that leads out of a search or a limit."""
        screen, keys = self._screen, shell(self._screen).keys
        listing = screen.message_list.listing
        if screen.search.active:
            return [(keys.shown("mailbox.back"), "back")]
        if listing is not None and listing.limit:
            return [(keys.shown("mailbox.unmark"), "show all")]
        return []

    def _hint_reader(self) -> None:
        screen, reader = self._screen, self._screen.reader
        without = _without(reader)
        without += [] if reader.has_folds else ["reader.fold"]
        place = reader.modes[0] if reader.modes else "reader"
        hints = shell(screen).keys.hints(place, without=without)
        screen.bottom.show_hints(hints, reader.where)

    def _hint_conversation(self) -> None:
        screen, view = self._screen, self._screen.conversation
        keys, without = shell(screen).keys, _without(view)
        without += [] if view.has_folds else ["conversation.part"]
        place = view.modes[0] if view.modes else "conversation"
        hints = keys.hints(place, without=without)
        if place == "invitation":
            hints += [
                one for one in keys.hints("conversation", without=without) if one not in hints
            ]
        screen.bottom.show_hints(hints, view.where)

    def say_row(self) -> None:
        """Say the row at the cursor in the last row, for those who hear it."""
        screen, app = self._screen, shell(self._screen)
        row = screen.message_list.row
        here = app.settings.accessible and screen.focused is screen.message_list
        if not here or row is None:
            screen.bottom.row_words = ""
            return
        from tuimail.ui.listing.spoken import row_words  # noqa: PLC0415 - few hear it

        marked = row.message.key in screen.message_list.marked
        words = row_words(
            row.shown,
            app.now(),
            cells=screen.size.width - _HELP_CELLS,
            sign=app.glyphs.cut,
            marked=marked,
            count=row.count,
        )
        screen.bottom.row_words = app.glyphs.own(words) if app.glyphs.ascii else words

    def _tick(self, wanted: bool) -> None:
        """Count down once per second, only while something counts."""
        if wanted and self._ticking is None:
            self._ticking = self._screen.set_interval(1.0, self._count_down)
        elif not wanted and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None


def _without(pane: ShownMessage) -> list[str]:
    """Return the keys that mean nothing for the message that is read."""
    reading = pane.reading
    without = [] if pane.files else ["reader.attachments"]
    without += [] if reading is not None and reading.links else ["reader.links"]
    without += [] if reading is not None and reading.is_cut else ["reader.load_all"]
    return without
