"""What the user does to messages, on both servers, over a line that breaks at the worst place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import mail
from tests.server.intent_line import WITHOUT_MOVE, Line, impatient  # noqa: F401 - a fixture
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Action, Copy, Expunge, IntentState, Move, StoreFlags

ARCHIVED = "Archive"


@pytest.fixture(params=[()])
def line(mailbox: Mailbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Line]:
    """Online, with three messages; parametrised with rules for what the server says."""
    for number in (1, 2, 3):
        mailbox.file("INBOX", mail(f"Message {number}"))
    with mailbox.proxy(text=True) as proxy:
        proxy.faults.rules = list(request.param)
        with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
            client.sign_in()
            client.start()
            client.row("Message 1")
            yield Line(client, proxy, mailbox)


def trash_of(line: Line) -> Move:
    return Move(line.client.folder(FolderRole.TRASH).id)


def copy_to_trash(line: Line) -> Copy:
    return Copy(line.client.folder(FolderRole.TRASH).id)


def counts(line: Line) -> tuple[int, int]:
    return line.mailbox.count("INBOX"), line.mailbox.count("Deleted Items")


def test_a_copy_is_made_and_the_message_stays(line: Line) -> None:
    line.do("Message 2", copy_to_trash(line))
    line.wait_until_settled()

    assert counts(line) == (3, 1)
    copied = line.client.row("Message 2", FolderRole.TRASH)
    assert copied.key != line.client.row("Message 2").key


@pytest.mark.parametrize("before", ["", "Message 2"])
def test_a_copy_whose_answer_was_lost_is_not_made_twice(line: Line, before: str) -> None:
    """COPY is UNCERTAIN then and looked for in the target, where an equal one may have been.

    Mutation that turns it red: no `_look_for_earlier` in `copy_once` (two copies); with
    `uid >= lowest` left out in `find_arrival`, the older one is taken for the copy.
    """
    if before:
        line.mailbox.file("Deleted Items", mail(before))
    mend = line.lose_the_answer(rb"^.*\[COPYUID .*")
    line.do("Message 2", copy_to_trash(line))
    mend()
    line.wait_until_settled()

    assert counts(line) == (3, 2 if before else 1)


def test_a_copy_that_never_reached_the_server_is_made_after_the_break(line: Line) -> None:
    """Guards: what is looked for and not found has to be done, an older equal one or not."""
    line.mailbox.file("Deleted Items", mail("Message 2"))
    line.answer_once(b"COPY", b"nonsense, which ends the connection")
    line.do("Message 2", copy_to_trash(line))
    line.wait_until_settled()

    assert counts(line) == (3, 2)


@pytest.mark.parametrize("line", [(WITHOUT_MOVE,)], indirect=True)
def test_without_move_a_message_is_copied_and_deleted(line: Line) -> None:
    row = line.client.row("Message 2")
    line.do("Message 2", trash_of(line))
    line.wait_until_settled()

    assert counts(line) == (2, 1)
    assert line.client.row("Message 2", FolderRole.TRASH).key == row.key


@pytest.mark.parametrize("line", [(WITHOUT_MOVE,)], indirect=True)
@pytest.mark.parametrize(
    "where", [rb"^.*\[COPYUID .*", rb"^\* \d+ EXPUNGE"], ids=["after COPY", "in EXPUNGE"]
)
def test_without_move_a_lost_answer_neither_doubles_nor_loses(line: Line, where: bytes) -> None:
    row = line.client.row("Message 2")
    mend = line.lose_the_answer(where)
    line.do("Message 2", trash_of(line))
    mend()
    line.wait_until_settled()

    assert counts(line) == (2, 1)
    assert line.client.row("Message 2", FolderRole.TRASH).key == row.key


def test_deleted_for_ever_is_gone_and_nothing_else_is(line: Line) -> None:
    """A message that another program marked as deleted stays: no bare EXPUNGE."""
    with line.mailbox.peer(None) as other:
        other.select("INBOX")
        other.store("1", "+FLAGS", "(\\Deleted)")
    line.do("Message 2", Expunge())
    assert "Message 2" not in line.client.subjects()
    line.wait_until_settled()

    assert line.mailbox.count("INBOX") == 2
    assert "\\Deleted" in line.mailbox.flags("INBOX", "Message 1")


def test_deleting_for_ever_without_an_answer_is_done_once(line: Line) -> None:
    mend = line.lose_the_answer(rb"^\* \d+ EXPUNGE")
    line.do("Message 2", Expunge())
    mend()
    line.wait_until_settled()

    assert line.mailbox.count("INBOX") == 2
    assert sorted(line.client.subjects()) == ["Message 1", "Message 3"]


KINDS: Final[dict[str, tuple[bytes, Callable[[Line], Action], str]]] = {
    "move": (b"MOVE", trash_of, "could not be moved to Deleted Items"),
    "copy": (b"COPY", copy_to_trash, "could not be copied to Deleted Items"),
    "expunge": (b"EXPUNGE", lambda _: Expunge(), "could not be deleted for ever"),
    "mark": (b"STORE", lambda _: StoreFlags(add=FLAGGED), "could not be marked"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_definite_no_is_reverted_at_once_with_the_servers_words(line: Line, kind: str) -> None:
    """codebases.md 7, K-9 (#4450): a failed command's local change does not stay."""
    command, make, words = KINDS[kind]
    line.answer_once(command, b"NO [NOPERM] The folder is full of bees.")
    line.do("Message 2", make(line))
    line.wait_until_settled()

    row = line.client.row("Message 2")
    assert (row.pending, row.flags.is_flagged) == (False, False)
    short, detail = line.notice()
    assert words in short
    assert "bees" in detail
    (failed,) = line.client.store.read.intents(states={IntentState.FAILED})
    assert "bees" in (failed.error or "")
    assert counts(line) == (3, 0)
    assert "\\Deleted" not in line.mailbox.flags("INBOX", "Message 2")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", [b"NO Try again.", b"BAD Command Argument Error. 12"])
def test_what_is_refused_for_now_is_tried_again(line: Line, kind: str, words: bytes) -> None:
    """codebases.md 7, Mailspring (#1041): a failed move is retried with back-off."""
    command, make, _ = KINDS[kind]
    line.answer_once(command, words, times=2)
    line.do("Message 2", make(line))
    line.wait_until_settled()

    assert line.client.store.read.intents(states={IntentState.FAILED}) == []
    expected = {"move": (2, 1), "copy": (3, 1), "expunge": (2, 0), "mark": (3, 0)}
    assert counts(line) == expected[kind]


def test_what_is_refused_again_and_again_is_given_up_and_keeps_nobody_waiting(line: Line) -> None:
    """codebases.md 7, K-9 (#4436): one bad command must not block the queue.

    Mutation that turns it red: `while False` around the loop of `push`, or no cap in `_refused`.
    """
    line.proxy.faults.deny[b"COPY"] = b"NO Try again."
    line.do("Message 1", copy_to_trash(line))
    line.do("Message 2", StoreFlags(add=FLAGGED))
    line.wait_until_settled()

    (failed,) = line.client.store.read.intents(states={IntentState.FAILED})
    assert failed.action == copy_to_trash(line)
    assert failed.attempts == 3
    assert "Message 1" in line.notice()[0]
    assert "\\Flagged" in line.mailbox.flags("INBOX", "Message 2")


def test_a_mark_and_a_move_go_move_first(line: Line) -> None:
    said: list[bytes] = []
    for command in (b"MOVE", b"STORE"):
        line.proxy.faults.deny[command] = said.append
    line.do("Message 2", StoreFlags(add=FLAGGED), trash_of(line))
    line.wait_until_settled()

    assert [words.split()[2].upper() for words in said] == [b"MOVE", b"STORE"]
    assert "\\Flagged" in line.mailbox.flags("Deleted Items", "Message 2")


def test_what_cancels_out_costs_nothing_on_the_line(line: Line) -> None:
    said: list[bytes] = []
    for command in (b"MOVE", b"STORE", b"COPY"):
        line.proxy.faults.deny[command] = said.append
    inbox = line.client.folder(FolderRole.INBOX)
    line.do(
        "Message 2",
        StoreFlags(add=FLAGGED),
        trash_of(line),
        StoreFlags(remove=FLAGGED),
        Move(inbox.id),
    )
    line.wait_until_settled()

    assert said == []
    assert counts(line) == (3, 0)
