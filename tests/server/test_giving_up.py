"""What a window gives up is fetched no more: counted at the server, from either window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.server.client import mail, sandbox_account
from tests.server.window import Window
from tests.waiting import wait_until
from tuimail.model.message import MessageKey
from tuimail.model.status import Connectivity
from tuimail.sandbox.imap_connection import ImapConnection
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.bodies import SLICE

FILE = b"A line of a log that is long.\r\n" * 45_000
SLICES = -(-len(FILE) // SLICE)


def with_file(subject: str) -> bytes:
    """A message with a long file, which nobody fetches unasked."""
    head, _, _ = mail(subject).partition(b"Content-Type")
    text = b"--x\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
    file = b"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n" + FILE
    return (
        head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + text + file + b"\r\n--x--\r\n"
    )


class Line:
    """Counts the slices of long files, and does something while one is asked for."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.slices = 0
        self.during: dict[int, Callable[[], None]] = {}
        sandbox.imap_server.faults.append(self)

    def __call__(
        self, connection: ImapConnection, tag: bytes, command: str, arguments: object
    ) -> bytes | None:
        if command == "FETCH" and "[2]<" in repr(arguments):
            self.slices += 1
            self.during.get(self.slices, lambda: None)()
        return None


@pytest.fixture
def open_window(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[[], Window]]:
    with ExitStack() as ends:

        def open_() -> Window:
            window = Window(sandbox_account(fresh_sandbox), tmp_path)
            ends.callback(window.close)
            if not window.engine.is_attached:
                window.sign_in(fresh_sandbox.entra.approve)
            window.wait_for(Connectivity.ONLINE)
            return window

        yield open_


@pytest.fixture
def windows(open_window: Callable[[], Window]) -> tuple[Window, Window]:
    """The first has the engine."""
    return open_window(), open_window()


def test_what_is_given_up_is_fetched_no_more_and_goes_on_when_it_is_asked_for_again(
    windows: tuple[Window, Window], fresh_sandbox: Sandbox
) -> None:
    """Mutations: `Wishes.withdraw` without `set`; a desk that does not cancel what was taken away;
    `AwaitedTexts.fetch` without `over.set()`, or that passes on every report.
    """
    first, _ = windows
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    line = Line(fresh_sandbox)
    for number, window in enumerate(windows):
        inbox.append(with_file(f"Log {number}"))
        key = window.row(f"Log {number}", 30.0).key
        connections = list(fresh_sandbox.imap_server.connections)
        line.slices = 0

        def give_up(window: Window = window, key: MessageKey = key) -> None:
            wait_until(lambda: fetching(first), 30.0, "how far it is")
            window.engine.give_up(key, section="2")
            # The answer to this slice leaves once the engine has heard of it.
            wait_until(lambda: not fetching(first), 30.0, "the end of it")

        line.during = {3: give_up}
        window.engine.want_body(key, section="2")
        wait_until(lambda: octets(first, key) == 3 * SLICE, 30.0, "what came")  # noqa: B023
        inbox.append(mail(f"Meanwhile {number}"))
        window.row(f"Meanwhile {number}", 30.0)
        assert (line.slices, fetching(first)) == (3, False)
        assert first.store.read.open_requests() == []

        line.during = {}
        window.engine.want_body(key, section="2")
        wait_until(lambda: octets(first, key) == len(FILE), 30.0, "the file")  # noqa: B023
        assert "2" in first.store.read.sections(key)
        assert line.slices == SLICES
        assert list(fresh_sandbox.imap_server.connections) == connections
        assert first.store.read.notices(1) == []


def test_what_was_not_begun_is_not_begun(
    windows: tuple[Window, Window], fresh_sandbox: Sandbox
) -> None:
    """Mutation: `Wishes.withdraw` without `pop`."""
    first, _ = windows
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    line = Line(fresh_sandbox)
    for name in ("Before", "Behind"):
        inbox.append(with_file(name))
    before, behind = first.row("Before", 30.0).key, first.row("Behind", 30.0).key

    def give_up() -> None:
        wait_until(lambda: fetching(first), 30.0, "how far it is")
        first.engine.want_body(behind, section="2")
        first.engine.give_up(behind, section="2")
        first.engine.give_up(before, section="2")
        wait_until(lambda: not fetching(first), 30.0, "the end of it")

    line.slices, line.during = 0, {2: give_up}
    first.engine.want_body(before, section="2")
    wait_until(lambda: octets(first, before) == 2 * SLICE, 30.0, "what came")
    inbox.append(mail("Meanwhile"))
    first.row("Meanwhile", 30.0)
    assert line.slices == 2
    assert first.store.read.part(behind, "2") is None


def test_what_another_window_waits_for_comes_all_the_same(
    windows: tuple[Window, Window],
    open_window: Callable[[], Window],
    fresh_sandbox: Sandbox,
) -> None:
    """Windows share a request. Mutation: `_read_answers` that asks for nothing again."""
    first, second = windows
    third = open_window()
    line = Line(fresh_sandbox)
    fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX").append(with_file("Log"))
    key = first.row("Log", 30.0).key

    def give_up() -> None:
        wait_until(lambda: fetching(first), 30.0, "how far it is")
        third.engine.want_body(key, section="2")
        second.engine.give_up(key, section="2")
        wait_until(lambda: not fetching(first), 30.0, "the end of it")

    line.during = {2: give_up}
    second.engine.want_body(key, section="2")
    wait_until(lambda: octets(first, key) == len(FILE), 30.0, "the file")
    assert line.slices == SLICES


def octets(window: Window, key: MessageKey) -> int:
    """How much of the file is here."""
    return len(window.store.read.part(key, "2") or b"")


def fetching(window: Window) -> bool:
    """Whether the engine says of a text how far it is."""
    return any(status.fetching for status in window.engine.status.values())
