"""Keeping what is written: each second while it changes, and when the composer is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual import work

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.text.safe import SafeText, clean
from tuimail.ui.drawing.formatting import clock
from tuimail.ui.screens.compose_form import ComposeForm
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.writing.desk import PutAside
from tuimail.ui.writing.drafts import DraftKeeper

_LOSE: Final = "y"
READING: Final = "attach"
"""The workers that read files."""


class ComposeKeeping(ComposeForm):
    """A form whose draft is in the store within a second."""

    def __init__(self, draft: Draft, aside: PutAside | None = None) -> None:
        super().__init__(draft, aside)
        self._editing = self._sending = self._attaching = False
        self._keeper: DraftKeeper | None = None

    def on_mount(self) -> None:
        """Begin to keep what is written."""
        self._keeper = DraftKeeper(
            self,
            shell(self).store,
            self._draft,
            current=self.current,
            saved=self._draft_saved,
            failed=self._draft_not_saved,
        )

    def on_unmount(self) -> None:
        """The program may be ending: write what is not written."""
        if self._keeper is not None:
            self._keeper.save_before_exit()

    def _touched(self) -> None:
        if self._keeper is not None:
            self._keeper.touch()

    def _draft_saved(self, kept: bool) -> None:
        now = shell(self).now()
        self._wake_engine()
        said = f"draft saved {clock(now, now)}" if kept else ""
        self.query_one(TopBar).context = said

    def _wake_engine(self) -> None:
        """There may be something to bring to the server, now or in a while."""
        engine = shell(self).engine
        if engine is not None:
            engine.wake()

    def _draft_not_saved(self, error: StoreError) -> None:
        self.query_one(TopBar).context = "draft not saved"
        self._tell(f"The draft was not saved: {error.message}", Severity.ERROR)

    @work(group="close", exclusive=True)
    async def action_close(self) -> None:
        """Leave, keeping what was written; first close what is offered."""
        offer = self._offer
        if offer is not None:
            offer.close()
            return
        if self._attaching:
            self.workers.cancel_group(self, READING)
            self._tell("It was not attached.")
            return
        if self._busy or self._keeper is None:
            return
        await self._close(self._keeper)

    async def _close(self, keeper: DraftKeeper) -> None:
        if not await keeper.save() and await self._ask_to_lose() != _LOSE:
            return
        keeper.finish()
        await keeper.settle()
        self._wake_engine()
        subject = clean(self.current().subject) or SafeText("without subject")
        self.dismiss(None)
        if keeper.id is not None:
            key = shell(self).keys.shown("mailbox.outbox")
            said = f"Draft “{subject}” kept. {key} shows the outbox it is in."
            self.app.call_later(shell(self).tell, said)

    @work(group="close", exclusive=True)
    async def action_aside(self) -> None:
        """Go to the mail and leave this beside the list; `mailbox.writing` goes on with it."""
        if self._busy or self._keeper is None:
            return
        if await self._put_aside(self._keeper):
            self.dismiss(None)

    @work(group="close", exclusive=True)
    async def action_other(self) -> None:
        """Leave this beside the list and go on with the next that lies there."""
        app = shell(self)
        if self._busy or self._keeper is None:
            return
        if not len(app.desk):
            self._tell("Nothing else is being written.")
        elif await self._put_aside(self._keeper):
            self.dismiss(None)
            self.app.call_later(self.app.run_action, "go_on_writing")

    async def _put_aside(self, keeper: DraftKeeper) -> bool:
        keeper.insist()
        if not await keeper.save():
            return False
        keeper.finish()
        focused = self.focused.id if self.focused is not None else None
        if keeper.id is not None:
            draft = replace(self.current(), id=keeper.id)
            text = self._text
            aside = PutAside(draft, focused or "", text.cursor_location, text.history)
            shell(self).desk.put(aside)
        self._wake_engine()
        return True

    async def _ask_to_lose(self) -> str | None:
        bar = self.query_one(BottomBar)
        return await bar.ask("The draft cannot be saved. Close and lose it?", {_LOSE: "close"})

    def _key(self, binding: str) -> str:
        return shell(self).keys.shown(binding)

    @property
    def _busy(self) -> bool:
        return self._editing or self._sending or self._attaching
