"""The mailbox of the design's mocks, in a real store: 1,204 messages, 12 of them unread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from tuimail.model.account import Account, AccountId, Endpoint
from tuimail.model.bodystructure import BodyPart, MultiPart
from tuimail.model.envelope import Envelope
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import UID, FolderId, FolderRole, FolderState, ListedFolder
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText, clean

NOW: Final = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)
TOTAL: Final = 1204
_FORWARDED: Final = Flags(keywords=frozenset({"$Forwarded"}))


class Sample(NamedTuple):
    sender: str
    subject: str
    when: datetime
    words: str = ""
    flags: Flags = SEEN
    file: bool = False
    pending: bool = False


def at(day: int, hour: int = 12, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


_NEW: Final = Flags()
_QUARTER: Final = "Quarterly numbers: final before the board"
MAIL: Final = (
    Sample(
        "Anna Lindqvist",
        _QUARTER,
        at(23, 9, 41),
        "Two cells changed since Friday, both in the Nordics tab.",
        _NEW,
        True,
    ),
    Sample(
        "Kim Chu",
        "Contract draft v4 with our comments",
        at(23, 9, 32),
        "We accept 3.1 and 3.4; 7.2 needs another look.",
        FLAGGED,
        True,
    ),
    Sample(
        "Ben Okafor",
        "Move the release to Thursday?",
        at(23, 9, 17),
        "Thursday works if the freeze lifts at noon.",
        _NEW,
    ),
    Sample(
        "Board Office",
        "Invitation: Board prep, Thu 26 Nov 14:00",
        at(23, 8, 55),
        "Room Bifrost and Teams",
        _NEW,
    ),
    Sample(
        "Azure DevOps",
        "Build 20261123.4 failed: tests (linux, 3.13)",
        at(23, 8, 31),
        "2 of 1,904 tests failed",
    ),
    Sample(
        "Priya Natarajan",
        "Re: Data retention, two open questions",
        at(23, 8, 12),
        "Legal says seven years for the ledger only.",
        SEEN | ANSWERED,
    ),
    Sample(
        "山田 太郎",
        "見積書の件 (estimate for phase two)",
        at(23, 7, 58),
        "いつもお世話になっております。",
        SEEN,
        True,
    ),
    Sample(
        "Contoso IT",
        "Planned maintenance on Saturday 28 November",
        at(22),
        "VPN gateways restart between 06:00 and 08:00",
        pending=True,
    ),
    Sample(
        "Tomás Ferreira",
        "Offsite: who drives?",
        at(22, 11),
        "I have room for three from the station.",
        SEEN | ANSWERED | _FORWARDED,
    ),
    Sample(
        "Ben Okafor",
        "Interview notes, candidate 3",
        at(20),
        "Strong on storage, light on networking.",
        SEEN | FLAGGED | _FORWARDED,
    ),
    Sample(
        "Lena Fischer",
        "Re: Rack 14 power budget",
        at(20, 11),
        "Measured 6.1 kW at peak, plan said 5.4.",
    ),
    Sample(
        "GitHub",
        "[tuimail] Fold Outlook history blocks (#212)",
        at(20, 10),
        "Reviewed by two people, one change asked.",
    ),
    Sample("Finance", "Expense report 2026-11 approved", at(19), "Paid with the December salary."),
    Sample(
        "Marta Kowalska",
        "Translation of the safety sheet",
        at(19, 11),
        "Polish and Czech attached, German on Monday.",
        SEEN | ANSWERED,
        True,
    ),
    Sample(
        "Nils Aaltonen",
        "Re: Printer on floor 3 again",
        at(19, 10),
        "It was the tray sensor.",
        _NEW,
    ),
    Sample(
        "Sofia Rossi",
        "Minutes, architecture round 18",
        at(18),
        "Decided: one writer, one database.",
        SEEN,
        True,
    ),
    Sample(
        "Recruiting",
        "Your interview slots for December",
        at(18, 11),
        "Please confirm by Wednesday.",
    ),
    Sample(
        "Kim Chu",
        "Re: Contract draft v3",
        at(4),
        "Redlines as discussed on the phone.",
        SEEN | ANSWERED,
    ),
    Sample(
        "Travel Desk",
        "Booking HX4T9Q: Stockholm to Oslo",
        at(2),
        "Train 625, coach 4, seat 31.",
        SEEN,
        True,
    ),
    Sample(
        "Anna Lindqvist",
        "Budget 2027: first cut",
        at(28, month=10),
        "Headcount flat, cloud up four percent.",
        SEEN | FLAGGED,
        True,
    ),
    Sample("Security", "Access review: 14 items need you", at(12, month=10), "Due in ten days."),
    Sample("Erik Dahl", "Re: Cable plan, building C", at(3, month=10), "Fine by me."),
    Sample("Facilities", "Parking permits for 2027", at(1, month=9), "Apply before the fifteenth."),
)

ROLES: Final = {
    "INBOX": FolderRole.INBOX,
    "Drafts": FolderRole.DRAFTS,
    "Sent Items": FolderRole.SENT,
    "Archive": FolderRole.ARCHIVE,
    "Junk Email": FolderRole.JUNK,
    "Deleted Items": FolderRole.TRASH,
}
# Path and how many unread messages it has.
FOLDERS: Final = {
    "INBOX": 0,
    "Drafts": 0,
    "Sent Items": 0,
    "Archive": 0,
    "Junk Email": 3,
    "Deleted Items": 0,
    "Projects": 0,
    "Projects/Bifrost": 5,
    "Projects/Ledger": 0,
    "Vendors": 9,
}


def sample_account(id_: AccountId, name: str = "work") -> Account:
    return Account(
        id=id_,
        name=name,
        address="anna@contoso.com",
        username="anna@contoso.com",
        client_id="00000000-0000-0000-0000-000000000000",
        authority="https://login.microsoftonline.com/organizations",
        known_authority=True,
        scopes=("https://outlook.office.com/IMAP.AccessAsUser.All",),
        imap=Endpoint("127.0.0.1", 993),
        smtp=Endpoint("127.0.0.1", 587),
    )


def fetched(uid: int, mail: Sample) -> FetchedMessage:
    text = BodyPart("1", "text", "plain", size=120)
    parts: tuple[BodyPart, ...] = (text,)
    if mail.file:
        name = SafeText("Q3-final.xlsx")
        parts += (
            BodyPart(
                "2", "application", "octet-stream", size=86_016, disposition="attachment",
                filename=name,
            ),
        )  # fmt: skip
    return FetchedMessage(
        uid=UID(uid),
        flags=mail.flags,
        internaldate=mail.when,
        size=4096,
        envelope=Envelope(
            date=mail.when,
            subject=clean(mail.subject),
            from_=(make_address(mail.sender, f"u{uid}@contoso.com"),),
            to=(make_address("Anna Lindqvist", "anna@contoso.com"),),
            message_id=f"<{uid}@contoso.com>",
        ),
        structure=MultiPart("", "mixed", parts) if mail.file else text,
    )


def filler(count: int, unread: int) -> list[Sample]:
    """Older mail below the mocks' rows, newest first."""
    return [
        Sample(
            "Contoso HR",
            f"Statement {index}",
            at(1, month=6, year=2025) - timedelta(hours=index),
            flags=Flags() if index < unread else SEEN,
        )
        for index in range(count)
    ]


def fill(store: Store, *, total: int = TOTAL, mail: tuple[Sample, ...] = MAIL) -> AccountId:
    """Record the mailbox; return its account."""
    account = store.write(lambda tx: tx.ensure_account("work")).result()
    listed = [
        ListedFolder(path, "/", ROLES.get(path), selectable=True, subscribed=True, has_mail=True)
        for path in FOLDERS
    ]
    store.write(lambda tx: tx.sync_folders(account, listed)).result()
    unread_here = sum(not each.flags.is_seen for each in mail)
    older = filler(max(0, total - len(mail)), 12 - unread_here)
    everything = [*mail, *older]
    record_mail(store, account, "INBOX", everything)
    for path, unread in FOLDERS.items():
        if path != "INBOX":
            record_mail(store, account, path, filler(unread, unread))
    for index, each in enumerate(mail):
        _finish(store, account, len(everything) - index, each)
    return account


def record_mail(store: Store, account: AccountId, path: str, mail: list[Sample]) -> None:
    folder = store.read.folder_at_path(account, path)
    assert folder is not None
    rows = [fetched(len(mail) - index, each) for index, each in enumerate(mail)]
    for start in range(0, len(rows), 200):
        store.write(partial(_record_batch, folder.id, rows[start : start + 200])).result()
    state = FolderState(
        uidvalidity=1, uidnext=UID(len(mail) + 1), exists=len(mail), synced_low=UID(1),
        checked_at=NOW,
    )  # fmt: skip
    store.write(lambda tx: tx.set_folder_state(folder.id, state)).result()


def _record_batch(folder: FolderId, rows: list[FetchedMessage], tx: Writer) -> None:
    tx.record_messages(folder, rows)


def _finish(store: Store, account: AccountId, uid: int, mail: Sample) -> None:
    inbox = store.read.folder_at_path(account, "INBOX")
    assert inbox is not None
    key = store.read.server_flags(inbox.id, UID(uid), UID(uid))[UID(uid)][0]

    def add_text(tx: Writer) -> None:
        tx.store_part(key, "1", b"Hi both,\r\n\r\nThe numbers are final now.\r\n")
        tx.set_body(key, BodyState.COMPLETE, clean(mail.words))

    store.write(add_text).result()
    if mail.pending:
        store.submit([NewIntent(account, key, StoreFlags())]).result()


def key_of(store: Store, account: AccountId, subject: str) -> MessageKey:
    """Find a message of the inbox by its subject."""
    inbox = store.read.folder_at_path(account, "INBOX")
    assert inbox is not None
    return next(row.key for row in store.read.newest(inbox.id, 2000) if row.subject == subject)
