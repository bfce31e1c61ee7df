"""What is chosen for a folder, and where mail of a sender or a conversation was filed."""

from __future__ import annotations

from pathlib import Path

from tests.store.mail import LISTED, Mailbox, envelope, fetched, open_mailbox
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId, ListedFolder
from tuimail.model.folder_settings import FolderSettings, LikelyTarget
from tuimail.model.intent import Move
from tuimail.store.connection import FILE_NAME
from tuimail.store.rescue import rescue

SETTINGS = FolderSettings(sort="sender", conversations=False, columns=("date", "size"), notify=True)


def more_folders(mailbox: Mailbox, *paths: str) -> list[FolderId]:
    listed = [ListedFolder(path, "/", None, selectable=True, subscribed=True) for path in paths]
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, (*LISTED, *listed))).result()
    found = [mailbox.store.read.folder_at_path(mailbox.account, path) for path in paths]
    return [folder.id for folder in found if folder is not None]


def test_choices_are_kept_across_restarts_and_go_back_to_the_settings(tmp_path: Path) -> None:
    """A field that was not chosen is None, which is not the same as False."""
    mailbox = open_mailbox(tmp_path)
    mailbox.store.write(lambda tx: tx.choose_folder_settings(mailbox.inbox, SETTINGS)).result()
    quiet = FolderSettings(notify=False)
    mailbox.store.write(lambda tx: tx.choose_folder_settings(mailbox.projects, quiet)).result()
    mailbox.store.close()

    again = open_mailbox(tmp_path)
    read = again.store.read
    assert read.folder_settings(again.inbox) == SETTINGS
    assert read.folder_settings(again.projects) == quiet
    again.store.write(lambda tx: tx.choose_folder_settings(again.inbox, FolderSettings())).result()
    assert read.folder_settings(again.inbox).is_default
    assert read.folder_settings(again.projects) == quiet
    again.store.close()


def test_a_chosen_setting_is_published_as_a_change_of_the_folder(mailbox: Mailbox) -> None:
    told: list[ChangeSet] = []
    mailbox.store.subscribe(told.append)
    mailbox.store.write(lambda tx: tx.choose_folder_settings(mailbox.inbox, SETTINGS)).result()
    assert [changes.folders for changes in told] == [{mailbox.inbox}]


def test_mail_of_a_sender_is_likely_to_go_where_it_went_before(mailbox: Mailbox) -> None:
    """Mutation: no `filing.learn` in `journal.act`."""
    head = envelope(1, message_id="<a@contoso.example>")
    keys = [
        mailbox.record_one(mailbox.inbox, fetched(uid, head=envelope(1, message_id=f"<{uid}@x>")))
        for uid in range(1, 5)
    ]
    other = mailbox.record_one(mailbox.inbox, fetched(9, head=envelope(9)))
    mailbox.record_one(mailbox.inbox, fetched(10, head=head))
    (ledger,) = more_folders(mailbox, "Ledger")
    read = mailbox.store.read

    mailbox.act("1 moved to Ledger", keys[:1], Move(ledger))
    mailbox.act("2 moved to Projects", keys[1:3], Move(mailbox.projects))
    assert read.likely_targets([keys[3]], 5) == [
        LikelyTarget(mailbox.projects, of_conversation=False, messages=2),
        LikelyTarget(ledger, of_conversation=False, messages=1),
    ]
    assert read.likely_targets([other], 5) == []
    assert read.recently_filed(5) == [mailbox.projects, ledger]

    mailbox.undo()
    assert read.likely_targets([keys[3]], 5) == [LikelyTarget(ledger, False, 1)]
    mailbox.redo()
    assert [one.folder for one in read.likely_targets([keys[3]], 1)] == [mailbox.projects]


def test_the_folder_of_the_conversation_comes_first_and_its_own_folder_never(
    mailbox: Mailbox,
) -> None:
    first = mailbox.record_one(mailbox.inbox, fetched(1))
    answer = fetched(2, head=envelope(2, in_reply_to="<1@contoso.example>"))
    second = mailbox.record_one(mailbox.inbox, answer)
    (ledger,) = more_folders(mailbox, "Ledger")
    same_sender = fetched(3, head=envelope(2, message_id="<3@contoso.example>"))
    third = mailbox.record_one(mailbox.inbox, same_sender)
    mailbox.act("moved", [third], Move(ledger))
    mailbox.submit(first, Move(mailbox.projects))
    mailbox.submit(third, Move(mailbox.inbox))

    assert mailbox.store.read.likely_targets([second], 5) == [
        LikelyTarget(mailbox.projects, True, 1),
        LikelyTarget(ledger, False, 1),
    ]
    assert mailbox.store.read.likely_targets([first], 5) == []


def test_what_has_a_key_of_its_own_is_not_learned(mailbox: Mailbox) -> None:
    keys = [
        mailbox.record_one(mailbox.inbox, fetched(uid, head=envelope(1, message_id=f"<{uid}>")))
        for uid in (1, 2)
    ]
    mailbox.act("1 moved to Deleted Items", keys[:1], Move(mailbox.trash))
    assert mailbox.store.read.likely_targets(keys[1:], 5) == []


def test_folders_that_were_opened_last_come_first(mailbox: Mailbox) -> None:
    def visit(*folders: FolderId) -> None:
        for folder in folders:
            mailbox.store.write(lambda tx: tx.note_opened(folder)).result()  # noqa: B023 - at once

    visit(mailbox.inbox, mailbox.projects, mailbox.sent, mailbox.inbox)
    opened = mailbox.store.read.recently_opened(2)
    assert opened == [mailbox.inbox, mailbox.sent]


def test_choices_and_what_was_learned_come_through_a_rescue(tmp_path: Path) -> None:
    """Mutation: `filing` left out in `salvage._carry_folders`."""
    mailbox = open_mailbox(tmp_path)
    mailbox.store.write(lambda tx: tx.choose_folder_settings(mailbox.inbox, SETTINGS)).result()
    first, second = (
        mailbox.record_one(mailbox.inbox, fetched(uid, head=envelope(1, message_id=f"<{uid}@x>")))
        for uid in (1, 2)
    )
    mailbox.act("1 moved to Projects", [first], Move(mailbox.projects))
    mailbox.submit(second, Move(mailbox.trash))
    mailbox.store.close()
    with (tmp_path / FILE_NAME).open("r+b") as database:
        database.write(b"\0" * 50)

    rescue(tmp_path)

    again = open_mailbox(tmp_path)
    assert again.store.read.folder_settings(again.inbox) == SETTINGS
    assert [one.folder for one in again.store.read.likely_targets([second], 5)] == [again.projects]
    again.store.close()
