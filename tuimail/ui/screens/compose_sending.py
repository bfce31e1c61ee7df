"""From what is written to the outbox: what is missing, what is unusual, and one question."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Final

from textual import work

from tuimail.errors import KeyLocked, MimeError, StoreError
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.ui.screens.check import Answer, CheckScreen
from tuimail.ui.screens.compose_files import ComposeFiles
from tuimail.ui.shell import shell
from tuimail.ui.terminal.unlocking import unlock_certificate, unlock_signing
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.later_sheet import ask_later
from tuimail.ui.writing.compose_words import domain_of, question, recipients
from tuimail.ui.writing.drafts import DraftKeeper
from tuimail.ui.writing.guard_facts import unusual_about
from tuimail.ui.writing.guard_rows import MessageInShort
from tuimail.ui.writing.portions import count_portions
from tuimail.ui.writing.send_later import moment_text
from tuimail.ui.writing.sending import Sending, problems_of, queue_draft, size_as_sent
from tuimail.ui.writing.signature import without_quote

_SEND: Final = "y"
_KEEP: Final = "P"
_LATER: Final = "l"
_ANSWERS: Final = {_SEND: Answer.SEND, _KEEP: Answer.KEEP, _LATER: Answer.LATER}


class ComposeSending(ComposeFiles):
    """Sends what is written, asking once."""

    def action_send(self) -> None:
        """Ask once, then hand the message to the outbox."""
        keeper = self._keeper
        if self._attaching:
            self._tell(f"A file is being read. {self._key('composer.close')} gives it up.")
        if self._busy or keeper is None:
            return
        self._sending = True
        # From this key on: what is typed behind it would be in the text before it is asked.
        looking = ExitStack()
        looking.enter_context(self.query_one(BottomBar).held())
        self._send(keeper, looking)

    @work(group="send", exclusive=True)
    async def _send(self, keeper: DraftKeeper, looking: ExitStack) -> None:
        try:
            with looking:
                draft = self.current()
                account = shell(self).accounts[draft.account_id]
                problems = await problems_of(shell(self), draft, account)
                unusual = None if problems else await self._unusual(draft)
            await self._go_on(keeper, draft, problems, unusual)
        finally:
            self._sending = False

    async def _go_on(
        self,
        keeper: DraftKeeper,
        draft: Draft,
        problems: Sequence[str],
        unusual: CheckScreen | None,
    ) -> None:
        if problems:
            self._tell(problems[0], Severity.ERROR)
            if not recipients(draft):
                self._lines["to"].focus()
            return
        answer = await self._ask_about(draft, unusual)
        if answer is Answer.KEEP:
            keeper.insist()
            await self._close(keeper)
        app, at = shell(self), None
        if answer is Answer.LATER:
            at = await ask_later(self.app, app.now())
        if answer is not Answer.SEND and at is None:
            return
        if self.current() != draft:
            self._tell(f"It was changed meanwhile. {self._key('composer.send')} asks again.")
            return
        try:
            with self.query_one(BottomBar).held():
                await keeper.save()
                draft = replace(self.current(), id=keeper.id)
                sending = await self._queue(draft, at)
        except (StoreError, MimeError) as error:
            self._tell(f"Nothing was sent: {error.message}", Severity.ERROR)
            return
        keeper.finish()
        self.dismiss(sending)
        if at is not None:
            self.app.call_later(app.tell, f"It goes out {moment_text(at, app.now())}.")

    async def _queue(self, draft: Draft, at: datetime | None) -> Sending:
        """Hand it over; a key that asks for its passphrase gets the terminal once.

        Raises:
            KeyLocked: It is still locked.
            MimeError: It cannot be built.
            StoreError: It could not be stored.
        """
        app = shell(self)
        account = app.accounts[draft.account_id]
        try:
            return await queue_draft(app, draft, account, at)
        except KeyLocked:
            if not await self._unlocked(draft, draft.sender_or(account.address).address):
                raise
        return await queue_draft(app, draft, account, at)

    async def _unlocked(self, draft: Draft, sender: str) -> bool:
        """Let the passphrase of the key that signs be asked for."""
        if not draft.protection.is_smime:
            return await unlock_signing(self.app, sender)
        keys = shell(self).texts.smime
        return await unlock_certificate(self.app, keys.signing(sender), keys)

    async def _ask_about(self, draft: Draft, unusual: CheckScreen | None) -> Answer:
        """Show what is unusual, or else ask the one question; carry out what is not sending."""
        answer = Answer.ORDINARY
        if unusual is not None:
            answer = await self.app.push_screen_wait(unusual)
        if answer is Answer.ORDINARY:
            answer = await self._ask(draft)
        if answer is Answer.ATTACH:
            await self.run_action("attach")
        elif answer is Answer.DROP_QUOTE:
            self._text.set_text(without_quote(self.current().body))
            self._text.focus()
        return answer

    async def _unusual(self, draft: Draft) -> CheckScreen | None:
        """Return the page about what is unusual, None for an ordinary message."""
        app = shell(self)
        account = app.accounts[draft.account_id]
        try:
            size = await size_as_sent(app, draft, account)
            reasons = await unusual_about(app, draft, account, size)
        except (StoreError, MimeError) as error:
            self._tell(f"Not checked before sending: {error.message}", Severity.WARNING)
            return None
        if not reasons:
            return None
        sender = draft.sender_or(account.address)
        message = MessageInShort(
            account=account.id,
            sender=f"{sender.name}  {sender.address}".strip(),
            people=recipients(draft),
            subject=draft.subject,
            own_domain=domain_of(account.address),
            size=size,
            files=len(draft.files),
        )
        ways = {Answer.ATTACH} if not draft.files else set()
        if without_quote(draft.body) != draft.body:
            ways.add(Answer.DROP_QUOTE)
        return CheckScreen(reasons, message, frozenset(ways))

    async def _ask(self, draft: Draft) -> Answer:
        app = shell(self)
        if not app.settings.send.review:
            return Answer.SEND
        account, people = app.accounts[draft.account_id], recipients(draft)
        text, *shorter = question(
            people, domain_of(account.address), draft.protection, count_portions(len(people))
        )
        answers = {_SEND: "send", _LATER: "later …", _KEEP: "draft"}
        answer = await self.query_one(BottomBar).ask(text, answers, shorter=shorter)
        return _ANSWERS.get(answer or "", Answer.BACK)
