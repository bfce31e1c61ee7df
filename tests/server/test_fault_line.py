"""A bad line between the engine and each server: it recovers, and ends equal to the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import Client, mail
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults, Rule
from tests.server.hasty import Patience
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.model.status import Connectivity
from tuimail.sync import backoff

_MAILS: Final = 12
_BODY: Final = "A line of the text of a message, so that it is long enough.\r\n" * 100
_FOLDERS: Final = {FolderRole.INBOX: "INBOX", FolderRole.TRASH: "Deleted Items"}


@dataclass(frozen=True)
class Trouble:
    """One kind of bad line.

    Attributes:
        name: What happens.
        begin: Spoils the running line.
        felt: Whether the client has run into it; looked at until it is so.
        text: Whether the proxy has to read what is said.
        is_silence: Whether the client notices it by waiting alone.
    """

    name: str
    begin: Callable[[FaultProxy], None]
    felt: Callable[[FaultProxy, Client], bool]
    text: bool = False
    is_silence: bool = False


def _set(*, kill: bool = False, **faults: Any) -> Callable[[FaultProxy], None]:
    """Return what sets these faults, for lines that are open and for new ones."""

    def begin(proxy: FaultProxy) -> None:
        for name, value in faults.items():
            setattr(proxy.faults, name, value)
        if kill:
            proxy.kill()

    return begin


def _slow(_proxy: FaultProxy, client: Client) -> bool:
    """Nothing breaks: all the work is done over the slow line."""
    return client.store.read.counts().pending_intents == 0


def _connects_again(proxy: FaultProxy, _client: Client) -> bool:
    """The engine has two lines; more than two more were tried."""
    return proxy.accepted > 4


def _offline(_proxy: FaultProxy, client: Client) -> bool:
    return client.status.connectivity is Connectivity.OFFLINE


_TOKEN_ENDS: Final = b"* BYE Session invalidated - AccessTokenExpired"

TROUBLES: Final = (
    Trouble("delay", _set(rtt=0.08), _slow),
    Trouble("rate", _set(rate=60_000), _slow),
    Trouble("single octets", _set(chunk=1), _slow),
    Trouble("cut in order", _set(cut_after=2500), _connects_again),
    Trouble("cut by reset", _set(cut_after=5000, cut=Cut.RST), _connects_again),
    Trouble("cut in a literal", _set(literal_cut=20), _connects_again, text=True),
    Trouble("stall", _set(stall_after=3000), _connects_again, is_silence=True),
    Trouble("refuse", _set(refuse=True, kill=True), _offline),
    Trouble("black hole", _set(blackhole=True, kill=True), _offline, is_silence=True),
    Trouble("flip", _set(flip=3000, kill=True), _connects_again),
    Trouble(
        "literal longer than it is",
        _set(literal_lie=9),
        _connects_again,
        text=True,
        is_silence=True,
    ),
    Trouble("end of a token", lambda proxy: proxy.inject(_TOKEN_ENDS), _slow, text=True),
    Trouble("nonsense", lambda proxy: proxy.inject(b"* 7 FETCH (UID ((("), _slow, text=True),
)


@pytest.fixture
def trouble(request: pytest.FixtureRequest) -> Trouble | None:
    """The trouble that the test is about; None for a line that is good until the test spoils it."""
    found: Trouble | None = getattr(request, "param", None)
    return found


@pytest.fixture(autouse=True)
def patience(trouble: Trouble | None, monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Hardly any before the next try; a second for a server that is going to be silent."""
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_DELAY", 0.2)
    return Patience(monkeypatch, 1.0 if trouble is not None and trouble.is_silence else 60.0)


@pytest.fixture
def proxy(mailbox: Mailbox, trouble: Trouble | None) -> Iterator[FaultProxy]:
    """The line, still good; it reads text for those who ask."""
    with mailbox.proxy(text=trouble is None or trouble.text) as proxy:
        yield proxy


@pytest.fixture
def client(mailbox: Mailbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Client]:
    """Online through the line, with a dozen messages."""
    mailbox.file_all("INBOX", (mail(f"Message {number}", body=_BODY) for number in range(_MAILS)))
    with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
        client.sign_in()
        client.start()
        client.row("Message 0")
        yield client


@pytest.mark.parametrize("trouble", TROUBLES, indirect=True, ids=lambda each: each.name)
def test_after_the_trouble_the_client_is_equal_to_the_server(
    trouble: Trouble, patience: Patience, proxy: FaultProxy, client: Client, mailbox: Mailbox
) -> None:
    trouble.begin(proxy)
    _work(client)
    _interfere(mailbox)
    wait_until(lambda: trouble.felt(proxy, client), 30.0, f"{trouble.name} to be felt")
    patience.seconds = 60.0
    proxy.faults = Faults()
    client.engine.reconnect(client.account.id)
    _assert_equal(client, mailbox)


def test_a_move_whose_reply_is_lost_is_not_made_twice(
    proxy: FaultProxy, client: Client, mailbox: Mailbox
) -> None:
    """Invariant 5, on servers that know nothing of the test."""

    accepted: list[int] = []

    def cut_here(match: re.Match[bytes]) -> bytes:
        accepted.append(proxy.accepted)
        proxy.faults = Faults(cut_after=0)
        return match[0]

    proxy.faults.rules = [Rule(re.compile(rb"^\* OK \[COPYUID.*"), cut_here)]
    row, trash = client.row("Message 5"), client.folder(FolderRole.TRASH)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.engine.wake()
    wait_until(lambda: accepted, 30.0, "the move")
    wait_until(lambda: proxy.accepted > accepted[0], 30.0, "another try")
    proxy.faults = Faults()
    client.engine.reconnect(client.account.id)
    wait_until(lambda: not client.row("Message 5", FolderRole.TRASH).pending)
    assert (mailbox.count("INBOX"), mailbox.count("Deleted Items")) == (_MAILS - 1, 1)
    assert client.row("Message 5", FolderRole.TRASH).key == row.key


def test_a_move_without_copyuid_finds_its_message_again(
    proxy: FaultProxy, client: Client, mailbox: Mailbox
) -> None:
    proxy.faults.rules = [Rule(re.compile(rb"^\* OK \[COPYUID.*"), None)]
    row, trash = client.row("Message 5"), client.folder(FolderRole.TRASH)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.engine.wake()
    wait_until(lambda: mailbox.count("Deleted Items") == 1)
    client.engine.focus(trash.id)
    wait_until(lambda: client.store.read.location(row.key), 30.0, "its UID")
    assert client.row("Message 5", FolderRole.TRASH).key == row.key


def test_a_text_of_many_pieces_survives_cuts(
    proxy: FaultProxy, client: Client, mailbox: Mailbox
) -> None:
    """Fetched in slices; each line carries some of it, and the text is whole in the end."""
    body = "".join(f"Line {number} of a long text.\r\n" for number in range(40_000))
    wait_until(lambda: proxy.open_connections == 2, 30.0, "both lines")
    accepted = proxy.accepted
    proxy.faults.cut_after = 600_000  # before anything is asked for: the text is fetched unasked
    mailbox.file("INBOX", mail("Long", body=body))
    row = client.row("Long")
    client.engine.want_body(row.key)
    wait_until(lambda: proxy.accepted > accepted, 30.0, "a cut")
    proxy.faults = Faults()
    client.engine.reconnect(client.account.id)
    client.engine.want_body(row.key)
    wait_until(lambda: client.row("Long").body is BodyState.COMPLETE, 30.0, "the text")
    assert client.store.read.part(row.key, "1") == body.encode()


# ── what goes on meanwhile ────────────────────────────────────────────────────────────────────


def _work(client: Client) -> None:
    """Let the person flag one message, delete another, and read a third."""
    trash = client.folder(FolderRole.TRASH)
    flagged, deleted, read = (client.row(f"Message {number}").key for number in (1, 2, 3))
    client.store.submit(
        [
            NewIntent(client.account.id, flagged, StoreFlags(add=FLAGGED)),
            NewIntent(client.account.id, deleted, Move(trash.id)),
        ]
    ).result()
    client.engine.want_body(read)
    client.engine.wake()


def _interfere(mailbox: Mailbox) -> None:
    """Let another client delete one message and mark one, and let one arrive."""
    mailbox.deliver(mail("Arrived meanwhile", body=_BODY))
    with mailbox.peer(None) as peer:
        peer.select("INBOX")
        for subject, change in (("Message 4", "\\Answered"), ("Message 6", "\\Deleted")):
            _, (numbers,) = peer.search(None, "SUBJECT", f'"{subject}"')
            peer.store(numbers.decode(), "+FLAGS", f"({change})")
        peer.expunge()


def _assert_equal(client: Client, mailbox: Mailbox) -> None:
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "all done")
    for role, path in _FOLDERS.items():
        client.engine.focus(client.folder(role).id)
        wait_until(
            lambda role=role, path=path: _known(client, role) == _there(mailbox, path),  # type: ignore[misc]
            30.0,
            f"{path} to be equal: {_known(client, role)} and {_there(mailbox, path)}",
        )
    assert ("Message 1", "flagged") in _there(mailbox, "INBOX")
    assert {subject for subject, _ in _there(mailbox, "Deleted Items")} == {"Message 2"}


def _known(client: Client, role: FolderRole) -> set[tuple[str, str]]:
    marks = {
        row.subject: ("flagged" * row.flags.is_flagged + "answered" * row.flags.is_answered)
        for row in client.rows(role)
    }
    return set(marks.items())


def _there(mailbox: Mailbox, folder: str) -> set[tuple[str, str]]:
    with mailbox.peer(None) as peer:
        _, (number,) = peer.select(f'"{folder}"', readonly=True)
        if number in (None, b"0"):
            return set()
        _, rows = peer.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return {
        (
            row[1].decode().strip().removeprefix("Subject: "),
            "flagged" * (b"\\Flagged" in row[0]) + "answered" * (b"\\Answered" in row[0]),
        )
        for row in rows
        if isinstance(row, tuple)
    }
