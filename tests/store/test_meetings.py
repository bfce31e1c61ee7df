"""What is remembered of meetings: versions that were read, answers that count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.store.mail import START, Mailbox
from tuimail.model.invitation import Invitation, Method, Participation, moment_of
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

MEETING = Invitation(
    Method.REQUEST,
    uid="board",
    title=SafeText("Board prep"),
    start=START,
    end=START + timedelta(hours=1),
    place=SafeText("Bifrost"),
)


def answer(mailbox: Mailbox, participation: Participation, to: Invitation = MEETING) -> int:
    outgoing = OutgoingMessage(
        account_id=mailbox.account,
        raw=b"Subject: x\r\n\r\n",
        message_id=f"<{participation}@fabrikam.example>",
        mail_from="me@fabrikam.example",
        rcpt_to=("board@contoso.example",),
        to_text=SafeText("Board"),
        subject=SafeText("Accepted: Board prep"),
        hold_seconds=10,
    )
    return mailbox.store.write(
        lambda tx: tx.meetings.queue_answer(outgoing, to, participation)
    ).result()


def test_versions_that_were_read_are_kept_once_and_the_cancellation_after_them(
    mailbox: Mailbox,
) -> None:
    moved = replace(MEETING, sequence=1, start=START + timedelta(hours=1))
    cancelled = replace(moved, method=Method.CANCEL)
    other = replace(MEETING, recurrence_id="20261126T140000Z")
    for one in (moved, cancelled, MEETING, MEETING, other):
        mailbox.store.write(lambda tx, one=one: tx.meetings.note(mailbox.account, one)).result()  # type: ignore[misc]
    found = mailbox.store.read.meetings.versions(mailbox.account, MEETING)
    assert found == (MEETING.version, moved.version, cancelled.version)
    assert [moment_of(one.start) for one in found[:2]] == [MEETING.start, moved.start]


def test_an_answer_taken_back_counts_no_more_and_the_one_before_it_counts_again(
    mailbox: Mailbox,
) -> None:
    """`AND coalesce(state, '') <> ?` taken out of `meetings.answer_of` turns it red."""
    read = mailbox.store.read
    assert read.meetings.answer(mailbox.account, MEETING) is None
    answer(mailbox, Participation.ACCEPTED)
    later = answer(mailbox, Participation.DECLINED)
    found = read.meetings.answer(mailbox.account, MEETING)
    assert found is not None
    assert (found.participation, found.state) == (Participation.DECLINED, OutboxState.QUEUED)
    mailbox.store.write(lambda tx: tx.set_outbox(later, state=OutboxState.CANCELLED)).result()
    found = read.meetings.answer(mailbox.account, MEETING)
    assert found is not None
    assert found.participation is Participation.ACCEPTED
    assert read.meetings.answer(mailbox.account, replace(MEETING, recurrence_id="x")) is None
    assert read.meetings.is_answer(later)


def test_an_answer_is_there_after_a_restart_and_gone_with_its_account(mailbox: Mailbox) -> None:
    answer(mailbox, Participation.TENTATIVE)
    mailbox.store.write(lambda tx: tx.meetings.note(mailbox.account, MEETING)).result()
    mailbox.store.close()
    store = Store.open(mailbox.store.directory)
    try:
        found = store.read.meetings.answer(mailbox.account, MEETING)
        assert found is not None
        assert found.participation is Participation.TENTATIVE
        store.write(lambda tx: tx.forget_account(mailbox.account)).result()
        assert store.read.meetings.answer(mailbox.account, MEETING) is None
        assert store.read.meetings.versions(mailbox.account, MEETING) == ()
    finally:
        store.close()
