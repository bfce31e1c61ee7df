"""Drafts in the folder of the server: opened where they were written, and brought there in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.ui.stage import Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID, FolderId, FolderRole
from tuimail.model.intent import AppendDraft
from tuimail.model.listing import InFolder
from tuimail.model.message import FetchedMessage, MessageKey
from tuimail.text.address import make_address
from tuimail.text.safe import clean
from tuimail.ui.screens.mailbox import MailboxScreen

THEIRS = (
    b"From: anna@contoso.com\r\nTo: ben@contoso.com\r\nSubject: Theirs\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi Ben\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    b"Content-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n"
)


def drafts_folder(stage: Stage) -> FolderId:
    found = stage.store.read.folder_with_role(stage.account, FolderRole.DRAFTS)
    assert found is not None
    return found.id


def on_the_server(stage: Stage, uid: int, message_id: str, subject: str) -> MessageKey:
    """Put a message into the server's Drafts."""
    message = FetchedMessage(
        uid=UID(uid),
        flags=SEEN,
        internaldate=datetime(2026, 11, 28, 8, 0, tzinfo=UTC) + timedelta(seconds=uid),
        size=500,
        envelope=Envelope(
            subject=clean(subject),
            from_=(make_address("Anna", "anna@contoso.com"),),
            message_id=message_id,
        ),
        structure=None,
    )
    folder = drafts_folder(stage)
    return stage.store.write(lambda tx: tx.record_messages(folder, [message])).result()[0]


async def open_in_drafts(stage: Stage, key: MessageKey) -> None:
    screen = stage.app.screen
    assert isinstance(screen, MailboxScreen)
    screen.open_place(InFolder(drafts_folder(stage)), key)
    screen.message_list.focus()
    await stage.pilot.pause()
    await stage.press("enter")


async def test_enter_goes_on_with_a_draft_that_was_written_here(tmp_path: Path) -> None:
    """Mutation that turns it red: no look at `draft_shown_as` in `action_open_message`."""
    async with open_stage(tmp_path) as stage:
        draft = Draft(stage.account, to="ben@contoso.com", subject="Mine", body="As typed")
        number = stage.store.write(lambda tx: tx.save_draft(draft)).result()
        stored, folder = replace(draft, id=number), drafts_folder(stage)
        copy = stage.store.write(
            lambda tx: tx.begin_draft_copy(stored, folder, "<1@x.example>")
        ).result()
        stage.store.write(lambda tx: tx.confirm_draft_copy(copy, UID(9001), 1)).result()
        await open_in_drafts(stage, on_the_server(stage, 9001, "<1@x.example>", "Mine"))

        assert (await stage.composer()).current().body == "As typed"


async def test_enter_goes_on_with_a_draft_of_another_program(tmp_path: Path) -> None:
    """It is fetched first, with its files, and replaced once something is changed.

    Mutation that turns it red: no `adopt` in `drafts.save`.
    """
    async with open_stage(tmp_path) as stage:
        key = on_the_server(stage, 9002, "<2@x.example>", "Theirs")
        folder = stage.store.read.folder(drafts_folder(stage))
        assert folder is not None
        state = replace(folder.state, uidvalidity=7)
        stage.store.write(lambda tx: tx.set_folder_state(folder.id, state)).result()
        await open_in_drafts(stage, key)
        await stage.shows("Fetching the message")
        stage.store.write(lambda tx: tx.store_part(key, "", THEIRS)).result()

        screen = await stage.composer()
        draft = screen.current()
        assert (draft.to, draft.subject, draft.body) == ("ben@contoso.com", "Theirs", "Hi Ben")
        assert [one.name for one in draft.files] == ["a.pdf"]
        await stage.press("Z", "escape")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen), describe="the mailbox")
        (stored,) = stage.store.read.drafts()
        assert stored.files == draft.files
        (copy,) = stage.store.read.draft_copies(stored.id or 0)
        assert (copy.message_id, copy.uid, copy.uidvalidity) == ("<2@x.example>", UID(9002), 7)
        assert copy.revision != stored.revision
        assert stage.store.read.draft_shown_as(key) == stored.id


async def test_closing_the_composer_lets_the_draft_go_to_the_server_at_once(tmp_path: Path) -> None:
    """Mutation that turns it red: no `settle` in `ComposeScreen._close`."""
    async with open_stage(tmp_path) as stage:
        stage.app.open_composer(Draft(stage.account, subject="Lunch"))
        await stage.composer()
        await stage.press("tab", "tab", "H", "i", "escape")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen), describe="the mailbox")

        (intent,) = stage.store.read.draft_intents(stage.account)
        assert isinstance(intent.action, AppendDraft)
        assert intent.not_before <= datetime.now(UTC)
