"""Leaving the mailing list that the message comes from, after asking."""

from __future__ import annotations

from textual import work

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.model.message import Message
from tuimail.model.notice import Severity
from tuimail.model.trust import Unsubscribing
from tuimail.text.safe import clean
from tuimail.ui.shell import shell
from tuimail.ui.widgets.reader_invitation import ReaderInvitation
from tuimail.ui.writing.sending import queue_draft

_LEAVE, _STAY = "Unsubscribe", "Stay on the list"
NO_LIST = "This mail names no way out of a list."


class ReaderList(ReaderInvitation):
    """The action on mailing lists."""

    @work(group="unsubscribing", exclusive=True)
    async def action_unsubscribe(self) -> None:
        """Ask, then leave: by one request, by mail, or by naming the page."""
        app, message, ways = shell(self), self.message, self._ways
        if message is None or ways is None:
            app.tell(NO_LIST)
            return
        if not ways.post and not ways.mail:
            app.tell(f"The list is left on its page: {ways.page}")
            return
        how = f"by a mail to {ways.mail}"
        if ways.post:
            how = f"by one request to {ways.post.split('/')[2]}"
        from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet  # noqa: PLC0415 - not for the first frame

        choices = [Choice(_LEAVE, clean(how)), Choice(_STAY)]
        sheet = ChoiceSheet("Unsubscribe", choices, _STAY, marks_now=False)
        if await self.app.push_screen_wait(sheet) != _LEAVE:
            return
        if ways.post and app.engine is not None:
            app.engine.unsubscribe(message.summary.key)
            app.tell("Asking the list's server …")
        elif ways.mail:
            await self._write_to_list(message, ways)

    @property
    def _ways(self) -> Unsubscribing | None:
        known = self.reading.trust if self.reading is not None else None
        return None if known is None else known.unsubscribing

    async def _write_to_list(self, message: Message, ways: Unsubscribing) -> None:
        app, account = shell(self), message.summary.account_id
        draft = Draft(account, to=ways.mail, subject=ways.subject, body="unsubscribe")
        try:
            sending = await queue_draft(app, draft, app.accounts[account])
        except StoreError as error:
            app.tell(error.message, Severity.ERROR)
            return
        app.sending.start(sending)
