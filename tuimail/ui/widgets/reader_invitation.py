"""The invitation in the message that is read: its card, and the answers to it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from tuimail.errors import MimeError, StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.invitation import Invitation, Method, Participation
from tuimail.model.notice import Severity
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.invitation_layout import ANSWERED, ANSWERS, MeetingCard, lay_out_invitation
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.shell import shell
from tuimail.ui.widgets.reader_files import ReaderFiles
from tuimail.ui.writing.answering import queue_answer

_KEYS = {
    Participation.ACCEPTED: "invitation.accept",
    Participation.TENTATIVE: "invitation.tentative",
    Participation.DECLINED: "invitation.decline",
}
_TOLD = frozenset({Method.REQUEST, Method.CANCEL})


class ReaderInvitation(ReaderFiles):
    """The actions of the scope `invitation`, and the card above the text."""

    @property
    def card(self) -> MeetingCard | None:
        """What the card is made of; None while no invitation is shown."""
        return self._card_of(self.shown) if self.shown is not None else None

    def _card_of(self, shown: ShownMail) -> MeetingCard | None:
        message, reading = shown.message, shown.reading
        if reading is None or reading.invitation is None:
            return None
        app, invitation = shell(self), reading.invitation
        account = message.summary.account_id
        meetings = app.store.read.meetings
        own = app.accounts.get(account)
        authors = message.envelope.from_
        return MeetingCard(
            invitation=invitation,
            own=self.own_addresses,
            address="" if own is None else own.address.lower(),
            sender=authors[0] if authors else None,
            answer=meetings.answer(account, invitation),
            versions=meetings.versions(account, invitation),
            now=app.now(),
            glyphs=app.glyphs,
            keys={each: app.keys.shown(name) for each, name in _KEYS.items()},
        )

    @property
    def can_answer(self) -> bool:
        """Whether the message that is shown asks for an answer that can be given."""
        card = self.card
        return card is not None and not card.why_not

    def rows_above(self, shown: ShownMail, width: int) -> Sequence[BodyRow]:
        """Return the rows of the card."""
        card = self._card_of(shown)
        return [] if card is None else lay_out_invitation(card, width)

    def go_on(self, changes: ChangeSet) -> None:
        """Show how the answer stands."""
        super().go_on(changes)
        if changes.outbox:
            self.show_again(_invites)

    def text_shown(self, shown: ShownMail) -> None:
        """Remember what the meeting is, so that a later mail can say what it changes."""
        super().text_shown(shown)
        invitation = None if shown.reading is None else shown.reading.invitation
        if invitation is None or invitation.method not in _TOLD:
            return
        app, account = shell(self), shown.message.summary.account_id
        known = app.store.read.meetings.versions(account, invitation)
        if invitation.uid and invitation.version not in known:
            app.store.write(lambda tx: tx.meetings.note(account, invitation))

    def why_not(self, action: str, _parameters: tuple[object, ...]) -> str:
        """Say why an invitation cannot be answered."""
        if not action.startswith("answer"):
            return ""
        card = self.card
        return "This is no invitation." if card is None else card.why_not

    # -- keys ----------------------------------------------------------------------------------

    @work(group="answering", exclusive=True)
    async def action_answer(self, participation: str) -> None:
        """Answer without a note."""
        await self._answer(Participation(participation), "")

    @work(group="answering", exclusive=True)
    async def action_answer_with_note(self) -> None:
        """Choose the answer, write a line with it."""
        card = self.card
        if card is None or card.why_not:
            shell(self).tell("This is no invitation." if card is None else card.why_not)
            return
        words = {ANSWERS[each].capitalize(): each for each in ANSWERS}
        now = card.answer.participation if card.answer else Participation.ACCEPTED
        first = ANSWERS.get(now, "accept").capitalize()
        from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet  # noqa: PLC0415 - not for the first frame

        sheet = ChoiceSheet(
            "Answer with a note", [Choice(word) for word in words], first, marks_now=False
        )
        chosen = await self.app.push_screen_wait(sheet)
        if chosen is None:
            return
        organizer = card.invitation.organizer
        who = "the organiser" if organizer is None else organizer.display
        from tuimail.ui.widgets.entry_sheet import EntrySheet  # noqa: PLC0415 - not for the first frame

        line = EntrySheet(f"Note to {who}", "", "It goes with the answer.", lambda _: "")
        note = await self.app.push_screen_wait(line)
        if note is not None:
            await self._answer(words[chosen], note, card.invitation)

    async def _answer(
        self, participation: Participation, note: str, meant: Invitation | None = None
    ) -> None:
        app, card, message = shell(self), self.card, self.message
        if card is None or message is None or (meant is not None and meant != card.invitation):
            app.tell("This is no invitation.")
            return
        if card.why_not:
            app.tell(card.why_not)
            return
        answer = card.answer
        is_same = answer is not None and answer.sequence >= card.invitation.sequence
        if is_same and answer is not None and answer.participation is participation and not note:
            app.tell(f"It is answered already: {ANSWERED[participation]}.")
            return
        try:
            sending = await queue_answer(
                app, message, card.invitation, card.invited, participation, note
            )
        except (MimeError, StoreError) as error:
            app.tell(error.message, Severity.ERROR)
            return
        app.sending.start(sending)


def _invites(shown: ShownMail) -> bool:
    return shown.reading is not None and shown.reading.invitation is not None
