"""What is asked of the server about drafts: one thing per draft, and what is seen meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import LISTED, Mailbox, envelope, fetched, open_mailbox
from tuimail.model.bodystructure import BodyPart
from tuimail.model.draft import Draft, DraftProtection
from tuimail.model.folder import UID, FolderId, FolderRole, ListedFolder
from tuimail.model.intent import AppendDraft, IntentState, WithdrawDraft
from tuimail.model.message import MessageKey
from tuimail.store.draft_copies import LARGE, LARGE_SETTLE_SECONDS, SETTLE_SECONDS
from tuimail.store.rescue import rescue
from tuimail.store.store import Store

DRAFTS = ListedFolder("Drafts", "/", FolderRole.DRAFTS, selectable=True, subscribed=True)


@pytest.fixture
def drafts(mailbox: Mailbox) -> FolderId:
    """The server's folder for drafts."""
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, (*LISTED, DRAFTS))).result()
    found = mailbox.store.read.folder_with_role(mailbox.account, FolderRole.DRAFTS)
    assert found is not None
    return found.id


def save(mailbox: Mailbox, draft: Draft) -> Draft:
    number = mailbox.store.write(lambda tx: tx.save_draft(draft)).result()
    return replace(draft, id=number)


def delete(mailbox: Mailbox, draft: Draft) -> None:
    mailbox.store.write(lambda tx: tx.delete_draft(draft.id or 0)).result()


def asked(mailbox: Mailbox) -> list[type]:
    return [type(one.action) for one in mailbox.store.read.draft_intents(mailbox.account)]


def start(mailbox: Mailbox) -> list[int]:
    ids = [one.id for one in mailbox.store.read.draft_intents(mailbox.account)]
    return mailbox.store.write(lambda tx: tx.start_intents(ids)).result()


def append(mailbox: Mailbox, folder: FolderId, draft: Draft, uid: int) -> MessageKey:
    """Let the server have a revision, and everything that was asked be done."""
    name = f"<{uid}@drafts.example>"
    ids = start(mailbox)
    copy = mailbox.store.write(lambda tx: tx.begin_draft_copy(draft, folder, name)).result()
    mailbox.store.write(lambda tx: tx.confirm_draft_copy(copy, UID(uid), 7)).result()
    mailbox.store.write(lambda tx: tx.finish_intents(ids)).result()
    head = envelope(uid, subject=draft.subject, message_id=name)
    return mailbox.record_one(folder, fetched(uid, head=head))


def assert_whole(mailbox: Mailbox) -> None:
    assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)


def test_newer_revisions_replace_what_waits(mailbox: Mailbox, drafts: FolderId) -> None:
    """Mutation that turns it red: `_ask` that inserts every time."""
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    (first,) = mailbox.store.read.draft_intents(mailbox.account)
    for text in ("Two", "Three", "Four"):
        draft = save(mailbox, replace(draft, body=text))
    (last,) = mailbox.store.read.draft_intents(mailbox.account)

    assert last.id == first.id
    assert last.not_before > first.not_before


def test_what_is_to_be_encrypted_goes_nowhere_and_leaves_the_server(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    """Mutation that turns it red: `draft_copies.saved` for every draft."""
    secret = Draft(mailbox.account, subject="Lunch", protection=DraftProtection.PGP_ENCRYPT)
    draft = save(mailbox, secret)
    assert asked(mailbox) == []
    signed = save(mailbox, replace(draft, protection=DraftProtection.PGP_SIGN))
    assert asked(mailbox) == [AppendDraft]
    key = append(mailbox, drafts, signed, 7)
    assert mailbox.store.read.draft_shown_as(key) == draft.id
    save(mailbox, draft)
    assert asked(mailbox) == [WithdrawDraft]
    assert_whole(mailbox)
    save(mailbox, signed)
    assert asked(mailbox) == [AppendDraft]
    assert_whole(mailbox)


def test_an_answer_to_encrypted_mail_goes_nowhere_whatever_becomes_of_it(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    """Mutation that turns it red: `stays_here` that looks at the draft's protection alone."""
    closed = BodyPart("1", "application", "pkcs7-mime", params=(("smime-type", "enveloped-data"),))
    secret = mailbox.record_one(mailbox.inbox, fetched(90, structure=closed))
    plain = mailbox.record_one(mailbox.inbox, fetched(91))
    blank = Draft(mailbox.account, body="> secret")
    for draft in (replace(blank, in_reply_to_key=secret), replace(blank, forward_of=secret)):
        quoting = save(mailbox, draft)
        assert mailbox.store.read.draft_stays_here(quoting)
    assert asked(mailbox) == []
    save(mailbox, Draft(mailbox.account, body="> words", in_reply_to_key=plain))
    assert asked(mailbox) == [AppendDraft]


def test_it_goes_when_the_typing_rests_or_when_it_is_put_away(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    draft = save(mailbox, Draft(mailbox.account, body="One"))
    (waiting,) = mailbox.store.read.draft_intents(mailbox.account)
    mailbox.store.write(lambda tx: tx.settle_draft(draft.id or 0)).result()
    (due,) = mailbox.store.read.draft_intents(mailbox.account)

    waited = (waiting.not_before - due.not_before).total_seconds()
    assert 0 < waited <= SETTLE_SECONDS


def test_one_with_a_large_file_goes_when_it_is_put_away_or_left_for_long(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    """Each state goes whole, and nothing else passes it on the connection.

    Mutation that turns it red: `SETTLE_SECONDS` whatever the files.
    """
    large = mailbox.store.write(
        lambda tx: tx.draft_files.add("a.zip", "application/zip", bytes(LARGE + 1))
    ).result()
    draft = save(mailbox, Draft(mailbox.account, body="One", files=(large,)))
    (waiting,) = mailbox.store.read.draft_intents(mailbox.account)
    mailbox.store.write(lambda tx: tx.settle_draft(draft.id or 0)).result()
    (due,) = mailbox.store.read.draft_intents(mailbox.account)

    waited = (waiting.not_before - due.not_before).total_seconds()
    assert SETTLE_SECONDS < waited <= LARGE_SETTLE_SECONDS
    assert due.not_before <= datetime.now(UTC)


def test_without_a_folder_for_drafts_nothing_is_asked(mailbox: Mailbox) -> None:
    draft = save(mailbox, Draft(mailbox.account, body="One"))
    delete(mailbox, draft)

    assert asked(mailbox) == []


def test_a_change_while_it_is_appended_asks_once_more(mailbox: Mailbox, drafts: FolderId) -> None:
    draft = save(mailbox, Draft(mailbox.account, body="One"))
    start(mailbox)
    draft = save(mailbox, replace(draft, body="Two"))
    save(mailbox, replace(draft, body="Three"))

    found = mailbox.store.read.draft_intents(mailbox.account)
    assert [one.state for one in found] == [IntentState.RUNNING, IntentState.QUEUED]


def test_what_never_got_there_is_cancelled_with_the_draft(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    draft = save(mailbox, Draft(mailbox.account, body="One"))
    delete(mailbox, draft)

    assert asked(mailbox) == []
    assert mailbox.store.read.counts().pending_intents == 0


def test_what_may_be_on_its_way_is_withdrawn_all_the_same(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    """Mutation that turns it red: `if left:` alone in `removed`."""
    draft = save(mailbox, Draft(mailbox.account, body="One"))
    start(mailbox)
    delete(mailbox, draft)

    assert asked(mailbox) == [AppendDraft, WithdrawDraft]


def test_the_former_revision_is_out_of_sight_once_the_new_one_is_there(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    old = append(mailbox, drafts, draft, 1)
    assert mailbox.store.read.draft_shown_as(old) == draft.id
    draft = save(mailbox, replace(draft, body="Two"))
    assert mailbox.shown(drafts) == [old]
    new = append(mailbox, drafts, draft, 2)

    assert mailbox.shown(drafts) == [new]
    assert_whole(mailbox)


def test_a_deleted_draft_is_out_of_sight_at_once_and_back_when_it_is_restored(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    """Mutation that turns it red: no `_hide(..., hidden=False)` in `saved`."""
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    key = append(mailbox, drafts, draft, 1)
    delete(mailbox, draft)
    assert mailbox.shown(drafts) == []
    assert asked(mailbox) == [WithdrawDraft]
    (waiting,) = mailbox.store.read.pending_actions()
    assert (waiting.what, waiting.subject) == ("Take the draft off the server", "Lunch")
    assert_whole(mailbox)

    save(mailbox, draft)
    assert mailbox.shown(drafts) == [key]
    assert asked(mailbox) == [AppendDraft]
    (waiting,) = mailbox.store.read.pending_actions()
    assert (waiting.what, waiting.subject) == ("Put the draft on the server", "Lunch")
    assert_whole(mailbox)


def test_one_that_was_appended_after_the_draft_had_gone_is_not_shown(
    mailbox: Mailbox, drafts: FolderId
) -> None:
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    start(mailbox)
    delete(mailbox, draft)
    append(mailbox, drafts, draft, 1)

    assert mailbox.shown(drafts) == []
    assert_whole(mailbox)


def test_a_copy_that_is_another_programs_now_is_seen(mailbox: Mailbox, drafts: FolderId) -> None:
    """Guards: the same Message-ID under another UID is not tuimail's copy."""
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    append(mailbox, drafts, draft, 1)
    delete(mailbox, draft)
    head = envelope(2, message_id="<1@drafts.example>")
    state = mailbox.store.read.folder(drafts)
    assert state is not None
    known = replace(state.state, uidvalidity=7)
    mailbox.store.write(lambda tx: tx.set_folder_state(drafts, known)).result()
    theirs = mailbox.record_one(drafts, fetched(2, head=head))

    assert mailbox.shown(drafts) == [theirs]


def test_equal_text_is_the_same_revision_whenever_it_was_stored(mailbox: Mailbox) -> None:
    draft = Draft(mailbox.account, to="a", subject="b")
    stored = mailbox.store.read.draft(save(mailbox, draft).id or 0)

    assert stored is not None
    assert stored.revision == draft.revision
    assert replace(draft, to="", cc="a").revision != draft.revision


def test_a_rescue_keeps_what_is_known_of_the_servers_copies(tmp_path: Path) -> None:
    """Guards: after a damaged database was replaced, the next revision still replaces the last.

    Mutation that turns it red: `draft_copy` not carried in `_carry_drafts`.
    """
    mailbox = open_mailbox(tmp_path)
    store = mailbox.store
    store.write(lambda tx: tx.sync_folders(mailbox.account, (*LISTED, DRAFTS))).result()
    folder = store.read.folder_with_role(mailbox.account, FolderRole.DRAFTS)
    assert folder is not None
    draft = save(mailbox, Draft(mailbox.account, subject="Lunch", body="One"))
    append(mailbox, folder.id, draft, 1)
    save(mailbox, replace(draft, body="Two"))
    before = store.read.draft_copies(draft.id or 0)
    store.close()
    rescue(tmp_path)
    rescued = Store.open(tmp_path)
    try:
        assert rescued.read.draft_copies(draft.id or 0) == before
        assert [one.draft_id for one in rescued.read.draft_intents(mailbox.account)] == [draft.id]
    finally:
        rescued.close()
