"""Writing from the mailbox screen: something new, or an answer."""

from __future__ import annotations

from tuimail.model.draft import Draft
from tuimail.model.message import MessageKey
from tuimail.ui.screens.mailbox_marks import MailboxMarks
from tuimail.ui.shell import shell


class MailboxWriting(MailboxMarks):
    """New mail and answers, from the account of what is shown."""

    def action_write(self) -> None:
        """Write a new message from the account of the folder that is shown."""
        app, account = shell(self), self.account_here
        if account is None:
            self.bottom.show_event("There is no account to write from.")
        else:
            app.open_composer(Draft(account))

    def action_reply(self, everyone: bool) -> None:
        """Answer the message at the cursor, with its text quoted if it is here."""
        row = self.at_hand
        if row is not None:
            self.run_worker(self._reply(row.key, everyone), exclusive=True, group="reply")

    async def _reply(self, key: MessageKey, everyone: bool) -> None:
        # Imported when the first answer is written: the first frame does without the mail parser.
        from tuimail.mime.quoting import reply_to  # noqa: PLC0415

        app, message = shell(self), shell(self).store.read.message(key)
        if message is None:
            return
        account = message.summary.account_id
        lines, links = await app.texts.quotable(message)
        own = {name for each in app.accounts.values() for name in (each.address, each.username)}
        draft = reply_to(message, lines, own=own, everyone=everyone, account=account, links=links)
        app.open_composer(draft)
