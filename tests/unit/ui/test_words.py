"""What the screens say about folders and about the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole, FolderState
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.text.address import make_address
from tuimail.ui.bindings import Keys
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.drawing.story import Story, story_rows
from tuimail.ui.folders.forest import Branch, Forest
from tuimail.ui.folders.layout import Totals, tree_rows
from tuimail.ui.listing.layout import empty_rows
from tuimail.ui.listing.mailbox_words import empty_words
from tuimail.ui.status.engine_words import banner_words
from tuimail.ui.writing.compose_words import people_in_short

NOW = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)


def folder(path: str, role: FolderRole | None = None, *, total: int = 0, unread: int = 0) -> Folder:
    return Folder(
        id=FolderId(1),
        account_id=AccountId(1),
        path=path,
        name=path,
        delimiter="/",
        role=role,
        selectable=True,
        subscribed=True,
        total=total,
        unread=unread,
        state=FolderState(),
    )


def test_a_folder_that_was_never_fetched_says_how_much_will_come() -> None:
    sentence, fact, _ = empty_words(
        folder("Projects", total=2100),
        unread=None,
        connectivity=Connectivity.ONLINE,
        undo="",
        keys=Keys(),
        now=NOW,
    )
    assert sentence == "Projects has not been fetched yet."
    assert fact == "It comes when you stay here, about 2,100 messages."


IMAP_OFF = Notice(
    Severity.ERROR,
    "Reading is switched off for this mailbox.",
    you_can="Ask your administrator to run the line below.",
    command="Set-CASMailbox -Identity anna@contoso.com -ImapEnabled $true",
)


def test_a_mailbox_that_somebody_else_has_to_open_names_them_and_the_line() -> None:
    """Red when an empty mailbox only says that folders come with the first connection."""
    sentence, fact, choices = empty_words(
        None,
        unread=None,
        connectivity=Connectivity.OFFLINE,
        undo="",
        keys=Keys(),
        now=NOW,
        problem=IMAP_OFF,
    )
    assert sentence == IMAP_OFF.short
    assert fact.splitlines() == [IMAP_OFF.you_can, IMAP_OFF.command]
    assert choices[0][:2] == ("gj", "details, and copy the line")
    rows = [plain_text(row) for row in empty_rows(sentence, fact, choices, width=80, height=20)]
    assert all(cell_len(row) <= 80 for row in rows)
    assert any(IMAP_OFF.command in row for row in rows)


def test_the_banner_leads_to_the_line_that_somebody_has_to_run() -> None:
    account = AccountId(1)
    status = EngineStatus(account, Connectivity.OFFLINE, NOW, problem=IMAP_OFF)
    words = banner_words({account: status}, {account: "work"}, NOW)
    assert words is not None
    assert (words.strong, words.key, words.word) == (IMAP_OFF.short, "mailbox.jobs", "details")
    lost = Notice(Severity.WARNING, "No network. Go on.")
    status = EngineStatus(account, Connectivity.OFFLINE, NOW, problem=lost)
    words = banner_words({account: status}, {account: "work"}, NOW)
    assert words is not None
    assert words.key == "mailbox.retry"


@pytest.mark.parametrize(
    ("role", "quiet"),
    [(FolderRole.INBOX, False), (FolderRole.JUNK, True), (FolderRole.TRASH, True)],
)
def test_unread_mail_in_junk_and_in_deleted_items_is_no_news(role: FolderRole, quiet: bool) -> None:
    rows = tree_rows(Forest([Branch("work", [folder("A", role, unread=3)])]), (), Totals())
    assert (rows[-1].count, rows[-1].quiet) == (3, quiet)


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_story_leaves_one_blank_at_the_right_edge(width: int) -> None:
    story = Story("Refused", (("Happened", "a " * 200), ("Now", "x" * 200)), url="y" * 200)
    for row in story_rows(story, "09:31", width, UNICODE, str)[1:]:
        assert cell_len(plain_text(row).rstrip()) < width


def test_people_fit_a_column() -> None:
    people = [make_address(name, f"{name.lower()}@contoso.com") for name in ("Kim", "Ben", "Olu")]
    assert people_in_short([]) == "nobody"
    assert people_in_short(people[:1]) == "Kim"
    assert people_in_short(people) == "Kim +2"
