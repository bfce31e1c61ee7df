"""An attached file, looked at: text, a table, a meeting, a contact, an image, or a message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.errors import StoreError
from tuimail.mime.filename import attachment_name
from tuimail.mime.inside import Inside, Kind, read_inside
from tuimail.model.bodystructure import BodyPart
from tuimail.model.changes import ChangeSet
from tuimail.text.safe import SafeText
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import size_text
from tuimail.ui.messages import LinkClicked
from tuimail.ui.reading.head_layout import HeadFacts
from tuimail.ui.reading.invitation_layout import MeetingCard, lay_out_invitation
from tuimail.ui.shell import shell
from tuimail.ui.widgets.attachment_list import AttachmentSheet
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.file_desk import FileContent, FileDesk, FileSource
from tuimail.ui.widgets.head_view import HeadView
from tuimail.ui.widgets.image_view import ImageView
from tuimail.ui.widgets.link_desk import LinkDesk
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.reading_body import ReadingBody
from tuimail.ui.widgets.text_marks import TextMarks
from tuimail.ui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuimail.mime.rendered import Link
    from tuimail.ui.reading.body_layout import BodyRow


class FileScreen(Screen[None], TextMarks):
    """Shows a file of a message between the bars.

    Args:
        source: The message it is attached to.
        part: The file.
        kind: As what it is shown.
        content: What is known of its octets.
    """

    DEFAULT_CSS = "FileScreen { background: $background; }"
    BINDINGS = bindings_for("file")

    def __init__(
        self, source: FileSource, part: BodyPart, kind: Kind, content: FileContent
    ) -> None:
        super().__init__()
        self._source, self._part = source, part
        self._kind, self._content = kind, content.octets
        self._damage = content.damage
        self._inside: Inside | None = None
        self._looked_at: Sequence[BodyRow] = ()
        self._is_wide = False
        self._desk = FileDesk(self)
        self._link_desk = LinkDesk(self, lambda: source.message.summary.account_id)
        self._head = HeadView()
        self.body = ReadingBody()
        self.image = ImageView(content.octets) if kind is Kind.IMAGE else None
        facts = (part.content_type, size_text(len(content.octets)), content.damage)
        self._top = TopBar(attachment_name(part), "  ".join(each for each in facts if each))
        self._bottom = BottomBar()

    def compose(self) -> ComposeResult:
        """A head where it is a message, and what is in it, between the bars."""
        yield self._top
        yield self._head
        if self.image is not None:
            yield self.image
        else:
            yield self.body
        yield self._bottom

    def on_mount(self) -> None:
        """Read it in a thread."""
        shell(self).signal_changes.subscribe(self, self._store_changed)
        self._hint("")
        if self.image is not None:
            self.image.focus()
        else:
            self.body.can_focus = True
            self.body.focus()
            self._read()

    def on_screen_suspend(self) -> None:
        """Something is over it: an image gives way."""
        if self.image is not None:
            self.image.come_forward(in_front=False)

    def on_screen_resume(self) -> None:
        """It is in front again."""
        if self.image is not None:
            self.image.come_forward(in_front=True)

    def _store_changed(self, changes: ChangeSet) -> None:
        self._desk.store_changed(changes)

    @work(exclusive=True, group="inside")
    async def _read(self) -> None:
        app = shell(self)
        inside = await asyncio.to_thread(
            read_inside,
            self._kind,
            self._source.message,
            self._part,
            self._content,
            app.texts.renderer,
            app.texts.smime if self._kind is Kind.MESSAGE else None,
        )
        if self._damage:
            said = SafeText(f"The file is {self._damage}; what could be decoded is shown.")
            notices = (said, *inside.reading.notices)
            inside = replace(inside, reading=replace(inside.reading, notices=notices))
        try:
            reading = await app.texts.doubted(inside.reading)
        except StoreError as error:
            self.body.say(error.message)
            return
        self._inside = inside = replace(inside, reading=reading)
        self._show_head()
        self.body.show_reading(inside.reading, above=self._above)
        self._hint(self.body.position)

    def _above(self, width: int) -> Sequence[BodyRow]:
        reading = self._inside.reading if self._inside is not None else None
        if reading is None or reading.invitation is None:
            return ()
        app = shell(self)
        card = MeetingCard(
            invitation=reading.invitation,
            own=self._own,
            address="",
            sender=None,
            answer=None,
            versions=(),
            now=app.now(),
            glyphs=app.glyphs,
            keys={},
        )
        return lay_out_invitation(card, width)

    @property
    def _own(self) -> frozenset[str]:
        accounts = shell(self).accounts.values()
        return frozenset(
            name.lower() for each in accounts for name in (each.address, each.username)
        )

    def _show_head(self) -> None:
        inside, app = self._inside, shell(self)
        if inside is None or inside.message is None:
            return
        files = inside.reading.attachments
        facts = HeadFacts(
            envelope=inside.message.envelope,
            received=inside.message.summary.internaldate,
            now=app.now(),
            own=self._own,
            files=files,
            here=frozenset(part.stored_in for part in files),
            glyphs=app.glyphs,
        )
        self._head.show(facts, short=False)

    @property
    def text_body(self) -> MarkedBody:
        """What is in it."""
        return self.body

    def why_not(self, action: str, _parameters: tuple[object, ...]) -> str:
        """Say why nothing can be searched or selected in an image."""
        is_of_text = action in ("search_text", "select_passage")
        return "There is no text in an image." if is_of_text and self.image is not None else ""

    def _hint(self, position: str) -> None:
        has_files = self._inside is not None and self._inside.reading.attachments
        without = [] if has_files else ["file.attachments"]
        without += [] if self._links else ["file.links"]
        if self._looked_at is not self.body.rows:
            self._looked_at, self._is_wide = self.body.rows, self.body.is_wide
        without += [] if self._is_wide else ["file.right"]
        without += ["file.search"] if self.image is not None else []
        place = self.modes[0] if self.modes else "file"
        # A passage of a file is copied: an answer quotes the message that it is attached to.
        hints = shell(self).keys.hints(place, without=[*without, "passage.reply"])
        found = self.body.found_words
        self._bottom.show_hints(hints, f"{found}   {position}" if found else position)

    def on_body_view_scrolled(self, event: BodyView.Scrolled) -> None:
        """Say how far it is read."""
        event.stop()
        self._hint(event.position)

    # -- keys ----------------------------------------------------------------------------------

    def action_scroll_lines(self, rows: int) -> None:
        """Scroll by rows."""
        self.body.scroll_rows(rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self.body.scroll_share(pages)

    def action_scroll_edge(self, edge: int) -> None:
        """Go to an end."""
        self.body.scroll_edge(edge)

    def action_scroll_sideways(self, steps: int) -> None:
        """Move what is wider than the screen."""
        if not self.body.scroll_sideways(steps):
            shell(self).tell("Nothing here is wider than the screen.")

    def action_toggle_fold(self) -> None:
        """Unfold the first folded part in view, or fold it again."""
        if not self.body.toggle_fold():
            shell(self).tell("Nothing is folded here.")

    def action_toggle_folds(self) -> None:
        """Unfold all parts, or fold all."""
        if self.body.has_folds:
            self.body.toggle_all_folds()
        else:
            shell(self).tell("Nothing is folded here.")

    @property
    def _links(self) -> Sequence[Link]:
        return self._inside.reading.links if self._inside is not None else ()

    def action_links(self) -> None:
        """List the links in a sheet."""
        self._link_desk.offer(self._links)

    def on_link_clicked(self, event: LinkClicked) -> None:
        """Show a link that was clicked in full."""
        event.stop()
        self._link_desk.clicked(self._links, event.number)

    def action_save(self) -> None:
        """Save it."""
        self._desk.save(self._source, self._part)

    @work(group="attachments", exclusive=True)
    async def action_attachments(self) -> None:
        """List the files of the message that this file is."""
        inside, app = self._inside, shell(self)
        files = inside.reading.attachments if inside is not None else ()
        if inside is None or inside.message is None or not files:
            app.tell("No attachments.")
            return
        source = FileSource.read(inside.message, inside.reading, inside.lookup)
        listed = await self._desk.listed(source, files)
        wish = await self.app.push_screen_wait(AttachmentSheet(listed, app.glyphs))
        if wish is not None:
            self._desk.do(wish.deed, source, files, wish.at)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()
