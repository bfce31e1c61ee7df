"""The files of drafts: kept by value, for as long as something may want them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.inspection import raw_connection
from tests.store.mail import Mailbox, open_mailbox
from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, DraftFile, DraftProtection, TextFormat, Writing
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store.rescue import rescue
from tuimail.store.store import Store
from tuimail.text.safe import SafeText


def add(mailbox: Mailbox, name: str, data: bytes) -> DraftFile:
    return mailbox.store.write(
        lambda tx: tx.draft_files.add(name, "application/pdf", data)
    ).result()


def save(mailbox: Mailbox, draft: Draft) -> Draft:
    number = mailbox.store.write(lambda tx: tx.save_draft(draft)).result()
    found = mailbox.store.read.draft(number)
    assert found is not None
    return found


def data(mailbox: Mailbox, file: DraftFile) -> bytes:
    return mailbox.store.read.draft_files.data([file])[file.id]


def test_everything_about_a_draft_is_kept(mailbox: Mailbox) -> None:
    files = (add(mailbox, "b.pdf", b"B"), add(mailbox, "a\ud800.pdf", b"A"))
    draft = Draft(
        mailbox.account,
        body="Hi",
        sender="Support <support@contoso.example>",
        files=files,
        writing=Writing.FORWARD,
        forward_of=MessageKey(7),
        format=TextFormat.MARKDOWN,
        asks_receipt=True,
        asks_report=True,
        protection=DraftProtection.PGP_SIGN,
        of_encrypted=True,
    )
    kept = save(mailbox, draft)
    assert kept == replace(draft, id=kept.id, updated_at=kept.updated_at)
    assert [data(mailbox, one) for one in kept.files] == [b"B", b"A"]


def test_the_revision_names_all_that_is_sent(mailbox: Mailbox) -> None:
    draft = Draft(mailbox.account, body="Hi")
    file = DraftFile(1, "a", "text/plain", 1, "digest")
    others = [
        replace(draft, sender="b@x.example"),
        replace(draft, files=(file,)),
        replace(draft, files=(replace(file, digest="other"),)),
        replace(draft, format=TextFormat.MARKDOWN),
        replace(draft, asks_receipt=True),
        replace(draft, asks_report=True),
        replace(draft, protection=DraftProtection.PGP_SIGN),
        replace(draft, protection=DraftProtection.PGP_ENCRYPT),
        replace(draft, body="Ho"),
    ]
    assert len({one.revision for one in (draft, *others)}) == len(others) + 1
    assert replace(draft, files=(replace(file, id=9),)).revision == others[1].revision


def test_a_draft_without_files_is_called_what_it_was_before_there_were_any() -> None:
    """Guards: an update puts no draft on the server anew. Mutation: `_NOTHING_BESIDE` unused."""
    draft = Draft(AccountId(1), "kim@x.example", subject="Hi", body="Hi", references=("<a@x>",))
    assert draft.revision.startswith("53f7554a5852a1182f1c")


def test_what_was_sent_is_taken_back_with_its_files(mailbox: Mailbox) -> None:
    """Unused files go after a day. Mutation: `draft_files.released` left out of `delete`."""
    file, stray = add(mailbox, "a.pdf", b"A"), add(mailbox, "stray.pdf", b"S")
    draft = save(mailbox, Draft(mailbox.account, body="Hi", files=(file,)))
    store = mailbox.store
    with raw_connection(store.directory) as connection:
        connection.execute("UPDATE draft_file SET kept_at = kept_at - 86500")
    last = add(mailbox, "new.pdf", b"N")
    assert data(mailbox, file) == b"A"
    with pytest.raises(StoreError, match=r"stray\.pdf"):
        data(mailbox, stray)
    message = OutgoingMessage(
        account_id=mailbox.account,
        raw=b"Subject: Hi\r\n\r\nHi\r\n",
        message_id="<a@contoso.example>",
        mail_from="a@contoso.example",
        rcpt_to=("b@contoso.example",),
        to_text=SafeText("B"),
        subject=SafeText("Hi"),
        draft_id=draft.id,
        hold_seconds=30,
    )
    item = store.write(lambda tx: tx.queue_message(message)).result()
    assert store.read.drafts() == []
    add(mailbox, "more.pdf", b"M")
    store.write(lambda tx: tx.restore_draft(item, draft)).result()
    (back,) = store.read.drafts()
    assert back.files == (file,)
    assert data(mailbox, file) == b"A"
    assert data(mailbox, last) == b"N"
    found = store.read.outbox_item(item)
    assert found is not None
    assert found.state is OutboxState.CANCELLED


def test_a_rescue_carries_them(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path / "mail")
    file = add(mailbox, "a.pdf", b"A" * 20_000)
    draft = save(mailbox, Draft(mailbox.account, body="Hi", files=(file,), writing=Writing.EDIT))
    mailbox.store.close()
    rescue(tmp_path / "mail")
    store = Store.open(tmp_path / "mail")
    try:
        assert store.read.drafts() == [draft]
        assert store.read.draft_files.data(draft.files) == {file.id: b"A" * 20_000}
    finally:
        store.close()
