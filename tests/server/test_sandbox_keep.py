"""Mailboxes that are kept on disk come back, whatever ended the run before."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tuimail.sandbox.keeping import Keep, KeepInUse
from tuimail.sandbox.mailbox import Mailbox
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
WHEN = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    return tmp_path / "certificates"


def kept(certificates: Path, keep: Path, language: str = "en") -> Sandbox:
    certificates.mkdir(exist_ok=True)
    return Sandbox(certificates, keep=keep, language=language)


def content(mailbox: Mailbox) -> dict[str, object]:
    return {
        folder.name: (
            folder.role,
            folder.original,
            folder.subscribed,
            folder.uidvalidity,
            folder.uidnext,
            [(each.uid, each.flags, each.date, each.raw) for each in folder.messages],
        )
        for folder in mailbox.folders()
    }


def live(mailbox: Mailbox) -> None:
    """A bit of everything that can happen to a mailbox."""
    inbox = mailbox.folder("INBOX")
    for number in range(5):
        inbox.append(b"Message-ID: <%d@x>\r\n\r\nText %d" % (number, number), ["\\Seen"], WHEN)
    inbox.set_flags(inbox.messages[1], ["\\Flagged", "\\Answered"])
    inbox.expunge([3, 5])
    project = mailbox.create("Projects/Bifröst")
    project.append(b"Subject: 1\r\n\r\n")
    project.append(b"Subject: 2\r\n\r\n")
    project.expunge([1])
    project.renumber()
    project.append(b"Subject: 3\r\n\r\n")
    mailbox.rename(mailbox.folder("Projects"), "Work")
    mailbox.create("Gone").append(b"Subject: gone\r\n\r\n")
    mailbox.delete(mailbox.folder("Gone"))
    mailbox.create("Generated").extend_generated(10, lambda number: b"%d" % number, gaps=3)


def test_what_was_kept_comes_back(certificates: Path, tmp_path: Path) -> None:
    with kept(certificates, tmp_path / "keep") as sandbox:
        assert not sandbox.mailbox(ANNA).kept
        live(sandbox.mailbox(ANNA))
        before = content(sandbox.mailbox(ANNA))
    with kept(certificates, tmp_path / "keep") as sandbox:
        mailbox = sandbox.mailbox(ANNA)
        assert mailbox.kept
        assert content(mailbox) == before
        assert mailbox.folder("INBOX").append(b"Subject: new\r\n\r\n") == 6
        assert mailbox.create("New").uidvalidity > mailbox.folder("Generated").uidvalidity
        assert mailbox.folder("INBOX").find_message_id("<1@x>") == {2}
        after = content(mailbox)
    with kept(certificates, tmp_path / "keep") as sandbox:
        assert content(sandbox.mailbox(ANNA)) == after


def test_subscriptions_to_what_is_missing_are_kept(tmp_path: Path) -> None:
    with mailbox_in(tmp_path) as mailbox:
        mailbox.subscribe_missing("INBOX/Sent Messages")
        mailbox.subscribe_missing("Gone")
        mailbox.subscribe_missing("Gone", subscribed=False)
        mailbox.subscribe_missing("Never", subscribed=False)
    with mailbox_in(tmp_path) as mailbox:
        assert mailbox.stale_subscriptions == ["INBOX/Sent Messages"]
    (noted,) = tmp_path.glob("anna*/subscriptions.json")
    noted.write_bytes(noted.read_bytes()[:-3])
    with mailbox_in(tmp_path) as mailbox:
        assert mailbox.stale_subscriptions == []


def test_a_localised_mailbox_stays_so(certificates: Path, tmp_path: Path) -> None:
    with kept(certificates, tmp_path / "keep", language="de"):
        pass
    with kept(certificates, tmp_path / "keep") as sandbox:
        assert sandbox.mailbox(ANNA).with_role("\\Sent").name == "Gesendete Elemente"


@contextmanager
def mailbox_in(directory: Path) -> Iterator[Mailbox]:
    keep = Keep(directory)
    try:
        yield Mailbox(ANNA, threading.RLock(), files=keep.mailbox(ANNA))
    finally:
        keep.close()


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\n" % number for number in range(count)]


@pytest.mark.parametrize("suffix", [".index", ".mail"])
def test_a_cut_anywhere_costs_the_end_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    """Guards against a file that a crash has cut: what was whole before the cut is there."""
    with mailbox_in(tmp_path / "keep") as mailbox:
        for raw in numbered(4):
            mailbox.folder("INBOX").append(raw)
    (file,) = (tmp_path / "keep").glob(f"anna*/0001{suffix}")
    whole = file.read_bytes()
    counts = []
    for size in range(len(whole), -1, -1):
        copy = tmp_path / f"copy{size}"
        shutil.copytree(tmp_path / "keep", copy)
        (cut,) = copy.glob(f"anna*/0001{suffix}")
        cut.write_bytes(whole[:size])
        with mailbox_in(copy) as mailbox:
            inbox = mailbox.folder("INBOX")
            counts.append(len(inbox))
            assert [each.raw for each in inbox.messages] == numbered(len(inbox))
            inbox.append(numbered(len(inbox) + 1)[-1])
        with mailbox_in(copy) as mailbox:
            inbox = mailbox.folder("INBOX")
            assert [each.raw for each in inbox.messages] == numbered(counts[-1] + 1)
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == {0, 1, 2, 3, 4}


def test_damage_in_the_middle_ends_there(tmp_path: Path) -> None:
    with mailbox_in(tmp_path) as mailbox:
        for raw in numbered(4):
            mailbox.folder("INBOX").append(raw)
    (index,) = tmp_path.glob("anna*/0001.index")
    lines = index.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"add", b"odd")
    index.write_bytes(b"".join(lines))
    with mailbox_in(tmp_path) as mailbox:
        assert len(mailbox.folder("INBOX")) == 2


def test_two_sandboxes_cannot_keep_in_one_place(certificates: Path, tmp_path: Path) -> None:
    with kept(certificates, tmp_path / "keep"), pytest.raises(KeepInUse):
        kept(certificates, tmp_path / "keep")
    with kept(certificates, tmp_path / "keep") as sandbox:
        assert sandbox.mailbox(ANNA).kept
