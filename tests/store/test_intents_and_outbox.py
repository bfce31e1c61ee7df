"""The life of an intent and of an outgoing message, transition by transition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.store.mail import Mailbox, fetched
from tuimail.errors import StoreError
from tuimail.model.account import SendVia
from tuimail.model.changes import ChangeSet
from tuimail.model.draft import Draft
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN
from tuimail.model.folder import UID
from tuimail.model.intent import IntentState, Move, NewIntent, StoreFlags
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage, SentCopy
from tuimail.store.notices import KEPT
from tuimail.store.store import Counts
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText

PROBLEM = Notice(Severity.ERROR, "It was not sent.", detail="550 5.7.1 no")


@pytest.fixture
def key(mailbox: Mailbox) -> MessageKey:
    return mailbox.record_one(mailbox.inbox, fetched(1))


def queue(mailbox: Mailbox, *, draft_id: int | None = None, hold: float = 0.0) -> int:
    message = OutgoingMessage(
        account_id=mailbox.account,
        raw=b"Subject: Hi\r\n\r\nText\r\n",
        message_id="<out@fabrikam.example>",
        mail_from="me@fabrikam.example",
        rcpt_to=("kim@contoso.example", "lee@contoso.example"),
        to_text=SafeText("Kim, Lee"),
        subject=SafeText("Hi"),
        draft_id=draft_id,
        hold_seconds=hold,
    )
    return mailbox.store.write(lambda tx: tx.queue_message(message)).result()


def put(mailbox: Mailbox, item: int, state: OutboxState) -> None:
    mailbox.store.write(lambda tx: tx.set_outbox(item, state=state)).result()


def outbox_item(mailbox: Mailbox, item: int) -> OutboxItem:
    stored = mailbox.store.read.outbox_item(item)
    assert stored is not None
    return stored


def state_of(mailbox: Mailbox, item: int) -> OutboxState:
    return outbox_item(mailbox, item).state


def test_a_group_is_one_user_action_in_its_order(mailbox: Mailbox, key: MessageKey) -> None:
    before = datetime.now(UTC)
    group = mailbox.submit(key, StoreFlags(add=FLAGGED, remove=SEEN), Move(mailbox.trash), hold=6)
    after = datetime.now(UTC)

    intents = mailbox.store.read.intents(mailbox.account)

    assert intents == mailbox.store.read.intents_of_group(group)
    assert [intent.action for intent in intents] == [
        StoreFlags(add=FLAGGED, remove=SEEN),
        Move(mailbox.trash),
    ]
    assert {intent.state for intent in intents} == {IntentState.QUEUED}
    hold, rounded = timedelta(seconds=6), timedelta(milliseconds=1)
    assert before + hold - rounded <= intents[0].not_before <= after + hold + rounded
    assert mailbox.store.read.counts(mailbox.account) == Counts(2, 0)


def test_what_was_not_started_is_cancelled_once(mailbox: Mailbox, key: MessageKey) -> None:
    before = mailbox.store.read.summary(key)
    first = mailbox.submit(key, StoreFlags(add=SEEN))
    second = mailbox.submit(key, Move(mailbox.trash))
    read, write = mailbox.store.read, mailbox.store.write

    assert write(lambda tx: tx.cancel_group(second)).result() == 1
    assert write(lambda tx: tx.cancel_group(first)).result() == 1
    assert write(lambda tx: tx.cancel_group(first)).result() == 0

    assert read.summary(key) == before


def test_of_an_action_that_was_started_in_part_the_rest_is_cancelled(
    mailbox: Mailbox, key: MessageKey
) -> None:
    group = mailbox.submit(key, StoreFlags(add=SEEN), Move(mailbox.trash))
    first = mailbox.store.read.intents_of_group(group)[0].id
    mailbox.store.write(lambda tx: tx.start_intents([first])).result()

    assert mailbox.store.write(lambda tx: tx.cancel_group(group)).result() == 1
    assert mailbox.shown(mailbox.inbox) == [key]


def test_an_intent_taken_back_at_the_last_moment_is_not_started(
    mailbox: Mailbox, key: MessageKey
) -> None:
    group = mailbox.submit(key, Move(mailbox.trash))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    mailbox.store.write(lambda tx: tx.cancel_group(group)).result()

    assert mailbox.store.write(lambda tx: tx.start_intents(ids)).result() == []
    assert mailbox.store.read.intents_of_group(group)[0].state is IntentState.CANCELLED


def test_a_refused_move_is_shown_where_it_was_with_the_servers_words(
    mailbox: Mailbox, key: MessageKey
) -> None:
    group = mailbox.submit(key, Move(mailbox.trash))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    finish = mailbox.store.write(
        lambda tx: tx.finish_intents(ids, state=IntentState.FAILED, error="ErrorCopy\x1b[2J")
    )
    finish.result()

    assert mailbox.shown(mailbox.inbox) == [key]
    intent = mailbox.store.read.intents_of_group(group)[0]
    assert (intent.state, intent.error) == (IntentState.FAILED, "ErrorCopy[2J")


def test_what_is_tried_again_is_counted_and_waits(mailbox: Mailbox, key: MessageKey) -> None:
    mailbox.submit(key, StoreFlags(add=SEEN))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    later = datetime(2030, 1, 1, tzinfo=UTC)
    mailbox.store.write(lambda tx: tx.start_intents(ids)).result()
    mailbox.store.write(lambda tx: tx.requeue_intents(ids, not_before=later, error="busy")).result()

    [intent] = mailbox.store.read.intents()
    assert (intent.state, intent.attempts, intent.not_before, intent.error) == (
        IntentState.QUEUED,
        1,
        later,
        "busy",
    )


def test_a_finished_flag_change_stays_as_the_servers_flags(
    mailbox: Mailbox, key: MessageKey
) -> None:
    mailbox.submit(key, StoreFlags(add=SEEN))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    finish = {key: SEEN | ANSWERED}
    mailbox.store.write(lambda tx: tx.finish_intents(ids, flags=finish)).result()

    row = mailbox.store.read.summary(key)
    assert row is not None
    assert row.flags == SEEN | ANSWERED
    assert not row.pending
    known = mailbox.store.read.server_flags(mailbox.inbox, UID(1), UID(1))
    assert known == {UID(1): (key, SEEN | ANSWERED)}


def test_a_move_whose_new_uid_is_unknown_is_paired_when_the_target_is_synced(
    mailbox: Mailbox, key: MessageKey
) -> None:
    mailbox.submit(key, Move(mailbox.trash))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    moved = {key: (mailbox.trash, None)}
    mailbox.store.write(lambda tx: tx.finish_intents(ids, moved=moved)).result()
    assert mailbox.store.read.location(key) is None
    assert mailbox.shown(mailbox.trash) == [key]

    assert mailbox.record_one(mailbox.trash, fetched(40, number=1)) == key

    assert mailbox.store.read.location(key) == (mailbox.trash, 40)
    assert mailbox.shown(mailbox.trash) == [key]


@pytest.mark.parametrize("uid", [UID(40), None])
def test_a_move_that_the_target_showed_first_becomes_one_row(
    mailbox: Mailbox, key: MessageKey, uid: UID | None
) -> None:
    mailbox.submit(key, Move(mailbox.trash), StoreFlags(add=FLAGGED))
    ids = [intent.id for intent in mailbox.store.read.intents()]
    early = mailbox.record_one(mailbox.trash, fetched(40, number=1))
    assert early != key

    moved = {key: (mailbox.trash, uid)}
    mailbox.store.write(lambda tx: tx.finish_intents(ids[:1], moved=moved)).result()

    read = mailbox.store.read
    assert mailbox.shown(mailbox.trash) == [key]
    assert read.location(key) == (mailbox.trash, 40)
    assert read.resolve(early) == key
    row = read.summary(early)
    assert row is not None
    assert (row.key, row.flags) == (key, FLAGGED)
    # Telling it again changes nothing.
    heard: list[ChangeSet] = []
    mailbox.store.subscribe(heard.append)
    mailbox.store.write(lambda tx: tx.finish_intents(ids[:1], moved=moved)).result()
    assert heard == []


def test_an_intent_on_a_message_that_is_gone_is_settled_at_once(mailbox: Mailbox) -> None:
    group = mailbox.submit(MessageKey(4711), StoreFlags(add=SEEN))

    assert mailbox.store.read.intents() == []
    assert mailbox.store.read.intents_of_group(group)[0].state is IntentState.GONE


def test_a_message_is_not_moved_to_another_mailbox(mailbox: Mailbox, key: MessageKey) -> None:
    other = mailbox.store.write(lambda tx: tx.ensure_account("shared")).result()
    new = NewIntent(other, key, Move(mailbox.trash))

    with pytest.raises(StoreError, match="within its mailbox"):
        mailbox.store.submit([new]).result()
    with pytest.raises(StoreError, match="nothing to do"):
        mailbox.store.submit([]).result()
    assert mailbox.store.read.accounts() == [(mailbox.account, "work"), (other, "shared")]


def test_queueing_a_message_removes_its_draft_in_the_same_commit(mailbox: Mailbox) -> None:
    draft = Draft(mailbox.account, to="kim", subject="Hi", references=("<a>", "<b>"))
    draft_id = mailbox.store.write(lambda tx: tx.save_draft(draft)).result()
    saved = mailbox.store.read.draft(draft_id)
    assert saved is not None
    assert replace(saved, id=None, updated_at=None) == draft
    heard: list[ChangeSet] = []
    mailbox.store.subscribe(heard.append)

    item = queue(mailbox, draft_id=draft_id, hold=10)

    assert heard == [ChangeSet(outbox=True)]
    read = mailbox.store.read
    assert read.drafts() == []
    assert read.outbox_raw(item) == b"Subject: Hi\r\n\r\nText\r\n"
    [stored] = read.outbox(mailbox.account, states=[OutboxState.QUEUED])
    assert stored.id == item
    assert stored.rcpt_to == ("kim@contoso.example", "lee@contoso.example")
    assert stored.size == 21
    assert read.counts() == Counts(0, 1)
    assert [str(one) for one in read.complete_address("kim", 5)] == ["kim@contoso.example"]


def test_a_draft_is_updated_in_place_and_comes_back_when_it_was_deleted(mailbox: Mailbox) -> None:
    write = mailbox.store.write
    draft = Draft(mailbox.account, body="one")
    draft_id = write(lambda tx: tx.save_draft(draft)).result()
    changed = replace(draft, id=draft_id, body="two")

    assert write(lambda tx: tx.save_draft(changed)).result() == draft_id
    write(lambda tx: tx.delete_draft(draft_id)).result()
    write(lambda tx: tx.delete_draft(draft_id)).result()
    assert write(lambda tx: tx.save_draft(changed)).result() == draft_id

    assert [one.body for one in mailbox.store.read.drafts(mailbox.account)] == ["two"]


def test_a_message_is_claimed_once_and_only_while_it_is_unsent(mailbox: Mailbox) -> None:
    """Invariant 6: SENDING is taken by one try alone, so nothing is handed over twice.

    Red when `current.state not in UNSENT` is taken out of `outbox.claim`.
    """
    write = mailbox.store.write
    first, taken_back, refused = (outbox_item(mailbox, queue(mailbox)) for _ in range(3))
    put(mailbox, taken_back.id, OutboxState.CANCELLED)
    put(mailbox, refused.id, OutboxState.FAILED)

    assert write(lambda tx: tx.claim_outbox(first)).result()
    assert not write(lambda tx: tx.claim_outbox(first)).result()
    assert not write(lambda tx: tx.claim_outbox(taken_back)).result()
    assert write(lambda tx: tx.claim_outbox(refused)).result()

    assert state_of(mailbox, first.id) is OutboxState.SENDING
    assert state_of(mailbox, taken_back.id) is OutboxState.CANCELLED
    assert outbox_item(mailbox, first.id).attempts == 1


@pytest.mark.parametrize("change", ["another time", "another way", "other recipients"])
def test_what_the_user_changed_since_the_try_began_is_not_claimed(
    mailbox: Mailbox, change: str
) -> None:
    """Red when the time, the way or the recipients are taken out of `OutboxItem.goes_out_as`."""
    item = outbox_item(mailbox, queue(mailbox))
    later = item.not_before + timedelta(hours=1)

    def by_the_user(tx: Writer) -> None:
        if change == "another time":
            tx.set_outbox(item.id, state=OutboxState.QUEUED, not_before=later)
        elif change == "another way":
            tx.set_outbox(item.id, state=OutboxState.QUEUED, via=SendVia.GRAPH)
        else:
            tx.replace_recipients(item.id, raw=b"x", rcpt_to=("b@x.example",), to_text="b")
            tx.set_outbox(item.id, state=OutboxState.QUEUED, not_before=item.not_before)

    mailbox.store.write(by_the_user).result()

    assert not mailbox.store.write(lambda tx: tx.claim_outbox(item)).result()
    assert state_of(mailbox, item.id) is OutboxState.QUEUED


@pytest.mark.parametrize(
    ("path", "forbidden"),
    [
        ((), OutboxState.SENT),
        ((), OutboxState.UNCERTAIN),
        ((OutboxState.SENDING,), OutboxState.CANCELLED),
        ((OutboxState.SENDING, OutboxState.SENT), OutboxState.QUEUED),
        ((OutboxState.SENDING, OutboxState.UNCERTAIN), OutboxState.SENDING),
        ((OutboxState.FAILED,), OutboxState.SENDING),
        ((OutboxState.CANCELLED,), OutboxState.SENDING),
    ],
)
def test_a_message_cannot_take_a_step_that_might_send_it_twice(
    mailbox: Mailbox, path: tuple[OutboxState, ...], forbidden: OutboxState
) -> None:
    item = queue(mailbox)
    for state in path:
        put(mailbox, item, state)

    with pytest.raises(StoreError, match="cannot become"):
        put(mailbox, item, forbidden)


def test_how_sending_went_is_kept_with_the_message(mailbox: Mailbox) -> None:
    item = queue(mailbox)
    later = datetime(2030, 1, 1, tzinfo=UTC)
    write = mailbox.store.write
    write(
        lambda tx: tx.set_outbox(
            item,
            state=OutboxState.QUEUED,
            not_before=later,
            problem=PROBLEM,
            count_attempt=True,
        )
    ).result()
    stored = mailbox.store.read.outbox_item(item)
    assert stored is not None
    assert (stored.not_before, stored.problem, stored.attempts) == (later, PROBLEM, 1)

    put(mailbox, item, OutboxState.SENDING)
    write(
        lambda tx: tx.set_outbox(
            item, state=OutboxState.SENT, receipt="250 2.0.0 OK", sent_copy=SentCopy.LOOKING
        )
    ).result()
    stored = mailbox.store.read.outbox_item(item)
    assert stored is not None
    assert (stored.receipt, stored.problem) == ("250 2.0.0 OK", None)
    assert stored.sent_copy is SentCopy.LOOKING
    assert mailbox.store.read.counts() == Counts(0, 0)


def test_sending_is_taken_back_as_a_draft_until_it_began(mailbox: Mailbox) -> None:
    item, begun = queue(mailbox, hold=10), queue(mailbox)
    draft = Draft(mailbox.account, subject="Hi")
    put(mailbox, begun, OutboxState.SENDING)

    draft_id = mailbox.store.write(lambda tx: tx.restore_draft(item, draft)).result()

    assert state_of(mailbox, item) is OutboxState.CANCELLED
    assert [one.id for one in mailbox.store.read.drafts()] == [draft_id]
    with pytest.raises(StoreError, match="cannot be taken back"):
        mailbox.store.write(lambda tx: tx.restore_draft(begun, draft)).result()
    with pytest.raises(StoreError, match="not in the outbox"):
        mailbox.store.read.outbox_raw(999)


def test_the_newest_notices_are_kept(mailbox: Mailbox) -> None:
    def fill(tx: Writer) -> None:
        for number in range(KEPT + 3):
            notice = Notice(Severity.INFO, f"Notice {number}.", url="https://x.example")
            tx.add_notice(notice, mailbox.account)

    mailbox.store.write(fill).result()

    kept = mailbox.store.read.notices(10_000)
    assert len(kept) == KEPT
    assert kept[0][2:] == (
        mailbox.account,
        Notice(Severity.INFO, f"Notice {KEPT + 2}.", url="https://x.example"),
    )
    assert kept[-1][3].short == "Notice 3."
