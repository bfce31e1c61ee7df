"""The links of the message that is read: listed, opened, copied, shown in full."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tuimail.model.account import AccountId
from tuimail.ui.messages import LinkClicked
from tuimail.ui.widgets.link_desk import LinkDesk
from tuimail.ui.widgets.reader_text import ReaderText

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link


class ReaderLinks(ReaderText):
    """The actions on links."""

    @cached_property
    def _link_desk(self) -> LinkDesk:
        return LinkDesk(self, self._writes_from)

    def _writes_from(self) -> AccountId | None:
        return self.message.summary.account_id if self.message is not None else None

    @property
    def _links(self) -> Sequence[Link]:
        return self.reading.links if self.reading is not None else ()

    def action_links(self) -> None:
        """List the links in a sheet."""
        self._link_desk.offer(self._links)

    def on_link_clicked(self, event: LinkClicked) -> None:
        """Show a link that was clicked in full."""
        event.stop()
        self._link_desk.clicked(self._links, event.number)
