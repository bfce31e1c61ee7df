"""Two windows on one data folder: one engine, both full, and a takeover when its window ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.server.client import ApprovingPrompt, mail, sandbox_account
from tests.server.window import Window
from tests.waiting import wait_until
from tuimail.mime.plan import TEXT_LIMIT
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState
from tuimail.model.status import ALL_TEXT, Connectivity, Fetching
from tuimail.sandbox.sandbox import Sandbox

OpenWindow = Callable[[], Window]


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in (1, 2, 3):
        inbox.append(mail(f"Message {number}"))
    return fresh_sandbox


@pytest.fixture
def open_window(sandbox: Sandbox, tmp_path: Path) -> Iterator[OpenWindow]:
    with ExitStack() as ends:

        def open_() -> Window:
            window = Window(sandbox_account(sandbox), tmp_path)
            ends.callback(window.close)
            return window

        yield open_


@pytest.fixture
def two(open_window: OpenWindow, sandbox: Sandbox) -> tuple[Window, Window]:
    """Both signed in and online; the first has the engine."""
    first = open_window()
    first.sign_in(sandbox.entra.approve)
    first.wait_for(Connectivity.ONLINE)
    second = open_window()
    second.wait_for(Connectivity.ONLINE)
    assert (first.engine.is_attached, second.engine.is_attached) == (False, True)
    return first, second


def test_new_mail_is_seen_in_both(two: tuple[Window, Window], sandbox: Sandbox) -> None:
    first, second = two
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    sandbox.deliver(mail("Just arrived"), [first.account.address])
    first.row("Just arrived")
    wait_until(lambda: "Just arrived" in second.subjects(), 30.0, "the same in the other window")


def test_there_is_one_engine(two: tuple[Window, Window], sandbox: Sandbox) -> None:
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    assert len(sandbox.imap_server.connections) == 2


def test_a_text_is_fetched_for_the_second_window(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    """Red when the desk does not read requests."""
    _, second = two
    inbox = sandbox.mailbox(sandbox.accounts[0]).folder("Archive")
    inbox.append(mail("Filed"))
    archive = wait_until(
        lambda: second.store.read.folder_at_path(second.account.id, "Archive"), 60.0
    )
    second.engine.focus(archive.id)
    row = wait_until(lambda: second.store.read.newest(archive.id, 1), describe="the focus")[0]
    second.engine.want_body(row.key, section="")
    wait_until(lambda: second.store.read.part(row.key, "") is not None, 30.0, "the message")
    wait_until(lambda: second.store.read.open_requests() == [], describe="the answer")


def test_a_long_text_comes_to_its_end_for_the_second_window(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    """Red when the desk takes ALL_TEXT for a section, or when nobody says how far it is.

    That is asked of the first window: the second hears of it once a second, and this takes less.
    """
    first, second = two
    text = "A line of a log that is long.\r\n" * 90_000
    sandbox.mailbox(sandbox.accounts[0]).folder("INBOX").append(mail("Log", body=text))
    key = second.row("Log", 30.0).key
    seen: list[Fetching] = []

    def follow() -> None:
        seen.extend(each.fetching for each in first.engine.status.values() if each.fetching)

    first.engine.subscribe(follow)
    second.engine.want_body(key)
    wait_until(lambda: len(second.store.read.part(key, "1") or b"") == TEXT_LIMIT, 30.0, "2 MiB")
    second.engine.want_body(key, section=ALL_TEXT)
    wait_until(lambda: second.store.read.part(key, "1") == text.encode(), 30.0, "all of it")
    assert "1" in second.store.read.sections(key)
    wait_until(lambda: seen, describe="how far it was")
    assert {(each.message, each.section) for each in seen} == {(key, None)}


def test_a_text_that_does_not_come_is_said_in_the_second_window(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    first, second = two
    row = second.row("Message 2")
    sandbox.cut()
    first.wait_for(Connectivity.OFFLINE)
    second.wait_for(Connectivity.OFFLINE)
    second.engine.want_body(row.key, section="")
    said = wait_until(lambda: second.store.read.notices(1), describe="a notice")
    assert "No network" in said[0][3].short
    assert second.store.read.open_requests() == []


def test_what_the_second_window_does_reaches_the_server(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    first, second = two
    row = second.row("Message 2")
    trash = second.folder(FolderRole.TRASH)
    second.store.submit(
        [
            NewIntent(second.account.id, row.key, StoreFlags(add=FLAGGED)),
            NewIntent(second.account.id, row.key, Move(trash.id)),
        ]
    ).result()
    second.engine.wake()
    place = sandbox.mailbox(first.account.address).folder("Deleted Items")
    wait_until(lambda: len(place) == 1, 30.0, "the move on the server")
    wait_until(lambda: second.store.read.counts().pending_intents == 0, 30.0, "the confirmation")


def test_what_the_second_window_sends_goes_out_at_once(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    """Red when the desk does not wake the engine for what others committed."""
    _, second = two
    number = second.queue("From the second")
    wait_until(lambda: second.outbox_item(number).state is OutboxState.SENT, 30.0, "SENT")
    assert len(sandbox.smtp_server.sent) == 1


def test_a_sign_in_in_the_second_window_brings_the_first_online(
    open_window: OpenWindow, sandbox: Sandbox
) -> None:
    first, second = open_window(), open_window()
    first.wait_for(Connectivity.SIGN_IN_REQUIRED)
    second.wait_for(Connectivity.SIGN_IN_REQUIRED)
    second.sign_in(sandbox.entra.approve)
    first.wait_for(Connectivity.ONLINE)
    second.wait_for(Connectivity.ONLINE)


def test_a_sign_in_in_the_second_window_can_be_cancelled(
    open_window: OpenWindow, sandbox: Sandbox
) -> None:
    first, second = open_window(), open_window()
    first.wait_for(Connectivity.SIGN_IN_REQUIRED)
    prompt = ApprovingPrompt(lambda _: second.engine.cancel_sign_in(second.account.id))
    second.engine.sign_in(second.account.id, prompt)
    assert prompt.done.wait(30)
    assert prompt.finished_with is not None
    assert prompt.finished_with.problem is not None
    at_once = ApprovingPrompt(sandbox.entra.approve)
    second.engine.sign_in(second.account.id, at_once)
    second.engine.cancel_sign_in(second.account.id)
    assert at_once.done.wait(30)


def test_the_second_window_takes_over_when_the_first_quits(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    """Red when `Turn.take` is not tried again."""
    first, second = two
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    changed: list[bool] = []
    second.engine.subscribe(lambda: changed.append(second.engine.is_attached))
    first.close()
    wait_until(lambda: not second.engine.is_attached, 30.0, "the takeover")
    second.wait_for(Connectivity.ONLINE)
    wait_until(lambda: False in changed, describe="a word of the takeover")
    sandbox.deliver(mail("After the takeover"), [second.account.address])
    second.row("After the takeover")
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    assert len(sandbox.imap_server.connections) == 2


def test_what_was_asked_of_the_first_is_done_by_the_second_after_it(
    two: tuple[Window, Window], sandbox: Sandbox
) -> None:
    first, second = two
    row = second.row("Message 2")
    second.engine.focus(second.folder().id)
    sandbox.imap_server.latency = 0.3
    second.engine.want_body(row.key, section="")
    first.close()
    wait_until(lambda: not second.engine.is_attached, 30.0, "the takeover")
    wait_until(lambda: second.store.read.part(row.key, "") is not None, describe="the message")
    assert second.store.read.open_requests() == []


def test_of_three_windows_one_takes_over(
    two: tuple[Window, Window], open_window: OpenWindow, sandbox: Sandbox
) -> None:
    first, second = two
    third = open_window()
    third.wait_for(Connectivity.ONLINE)
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    first.close()
    heir = wait_until(
        lambda: next((w for w in (second, third) if not w.engine.is_attached), None),
        describe="the takeover",
    )
    other = third if heir is second else second
    heir.wait_for(Connectivity.ONLINE)
    other.wait_for(Connectivity.ONLINE)
    assert other.engine.is_attached
    wait_until(lambda: sandbox.imap_server.idling, describe="IDLE")
    assert len(sandbox.imap_server.connections) == 2
