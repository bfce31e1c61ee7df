"""Leaving the mailing list that the message comes from, after asking."""

from __future__ import annotations

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.model.message import Message
from tuimail.model.notice import Severity
from tuimail.model.trust import Unsubscribing
from tuimail.text.safe import clean
from tuimail.ui.shell import shell
from tuimail.ui.widgets.shown_message import ShownMessage
from tuimail.ui.writing.sending import queue_draft

_LEAVE, _STAY = "Unsubscribe", "Stay on the list"
NO_LIST = "This mail names no way out of a list."


async def leave_list(pane: ShownMessage) -> None:
    """Ask, then leave: by one request, by mail, or by naming the page."""
    app, message, ways = shell(pane), pane.message, _ways(pane)
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
    if await pane.app.push_screen_wait(sheet) != _LEAVE:
        return
    if ways.post and app.engine is not None:
        app.engine.unsubscribe(message.summary.key)
        app.tell("Asking the list's server …")
    elif ways.mail:
        await _write_to_list(pane, message, ways)


def _ways(pane: ShownMessage) -> Unsubscribing | None:
    known = pane.reading.trust if pane.reading is not None else None
    return None if known is None else known.unsubscribing


async def _write_to_list(pane: ShownMessage, message: Message, ways: Unsubscribing) -> None:
    app, account = shell(pane), message.summary.account_id
    draft = Draft(account, to=ways.mail, subject=ways.subject, body="unsubscribe")
    try:
        sending = await queue_draft(app, draft, app.accounts[account])
    except StoreError as error:
        app.tell(error.message, Severity.ERROR)
        return
    app.sending.start(sending)
