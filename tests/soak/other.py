"""The other mail client of a soak: changes the mailbox behind tuimail's back, over a good line."""

from __future__ import annotations

import contextlib
import imaplib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.soak import letters
from tests.soak.decisions import Decision
from tests.soak.ground import Ground

_MADE: Final = "Projects"
_MANY: Final = 40
_NO_MAIL: Final = frozenset(
    ("Calendar", "Contacts", "Conversation History", "Journal", "Notes", "Outbox", "Tasks")
)
Row = tuple[str, tuple[str, ...], bytes]
"""A message on the server: its Message-ID, its flags, its text."""


@dataclass
class Other:
    """Carries out the other client's decisions, and looks at the server in the end.

    Attributes:
        created: How many letters there are; their numbers are below it.
        copied: How often copying was tried, by Message-ID.
        did: What was done, counted.
    """

    ground: Ground
    created: int = 0
    copied: dict[str, int] = field(default_factory=dict)
    did: dict[str, int] = field(default_factory=dict)

    def act(self, decision: Decision) -> None:
        """Do one thing. The server may refuse it; then nothing happened."""
        self.did[decision.what] = self.did.get(decision.what, 0) + 1
        match decision.what:
            case "deliver":
                self.ground.mailbox.deliver(self._new())
            case "renumber":
                self.ground.renumber(self._pick(self.folders(), decision.picks[0]))
            case _:
                with contextlib.suppress(imaplib.IMAP4.error, OSError), self._connected() as client:
                    self._act_on(client, decision)

    def fill(self, count: int) -> None:
        """File letters in the first folder before anything begins, over one connection."""
        with self._connected() as client:
            folder = _folders(client)[0]
            for _ in range(count):
                client.append(_quoted(folder), "", "", self._new())

    def _act_on(self, client: imaplib.IMAP4, decision: Decision) -> None:
        first, second, third = decision.picks
        folders = _folders(client)
        folder, target = self._pick(folders, first), self._pick(folders, third)
        match decision.what:
            case "file":
                client.append(_quoted(folder), "", "", self._new())
            case "see":
                self._store(client, folder, second, "\\Seen")
            case "answer":
                self._store(client, folder, second, "\\Answered")
            case "move":
                self._move(client, folder, second, target, 1)
            case "move many":
                self._move(client, folder, second, target, _MANY)
            case "copy":
                self._copy(client, folder, second, target)
            case "expunge":
                self._expunge(client, folder, second)
            case "make folder":
                name = f"{_MADE} {second % 7}"
                client.create(_quoted(name))
                client.subscribe(_quoted(name))
            case "rename folder":
                ours = [name for name in folders if name.startswith(_MADE)]
                if ours:
                    self._rename(client, self._pick(ours, second), f"{_MADE} {10 + third % 90}")

    def _store(self, client: imaplib.IMAP4, folder: str, pick: int, flag: str) -> None:
        for uid in _some(client, folder, "ALL", pick, 1):
            sign = "+" if pick % 3 else "-"
            client.uid("STORE", uid, f"{sign}FLAGS", f"({flag})")

    def _move(self, client: imaplib.IMAP4, folder: str, pick: int, target: str, count: int) -> None:
        uids = _some(client, folder, "ALL", pick, count)
        if uids and folder != target:
            client.uid("MOVE", ",".join(uids), _quoted(target))

    def _copy(self, client: imaplib.IMAP4, folder: str, pick: int, target: str) -> None:
        for uid in _some(client, folder, f'SUBJECT "{letters.TWIN}"', pick, 1):
            _, rows = client.uid("FETCH", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            for message_id in _message_ids(rows):
                self.copied[message_id] = self.copied.get(message_id, 0) + 1
                client.uid("COPY", uid, _quoted(target))

    def _expunge(self, client: imaplib.IMAP4, folder: str, pick: int) -> None:
        for uid in _some(client, folder, f'SUBJECT "{letters.EXPENDABLE}"', pick, 1):
            client.uid("STORE", uid, "+FLAGS", "(\\Deleted)")
            client.uid("EXPUNGE", uid)

    def _rename(self, client: imaplib.IMAP4, old: str, new: str) -> None:
        said, _ = client.rename(_quoted(old), _quoted(new))
        if said == "OK":
            client.unsubscribe(_quoted(old))
            client.subscribe(_quoted(new))

    def _new(self) -> bytes:
        self.created += 1
        return letters.letter(self.created - 1)

    @staticmethod
    def _pick(names: list[str], pick: int) -> str:
        return names[pick % len(names)]

    def _connected(self) -> contextlib.AbstractContextManager[imaplib.IMAP4]:
        return self.ground.mailbox.peer(None)

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def folders(self) -> list[str]:
        """Return the folders with mail, in order."""
        with self._connected() as client:
            return _folders(client)

    def contents(self) -> dict[str, dict[str, Row]]:
        """Return everything the server has: folder to UID to message."""
        with self._connected() as client:
            return {folder: dict(_rows(client, folder)) for folder in _folders(client)}

    def received(self) -> list[str]:
        """Return the Message-IDs in the colleague's Inbox."""
        with self.ground.mailbox.peer(self.ground.mailbox.colleague) as client:
            _, (number,) = client.select("INBOX", readonly=True)
            if number in (None, b"0"):
                return []
            _, rows = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            return _message_ids(rows)


def _folders(client: imaplib.IMAP4) -> list[str]:
    _, rows = client.list()
    names = []
    for row in rows:
        assert isinstance(row, bytes)
        found = re.fullmatch(rb'\(([^)]*)\) "/" (?:"([^"]*)"|(\S+))', row)
        if found and b"noselect" not in found[1].lower():
            name = (found[2] or found[3]).decode("ascii")
            if name not in _NO_MAIL:
                names.append("INBOX" if name.upper() == "INBOX" else name)
    return sorted(names)


def _some(client: imaplib.IMAP4, folder: str, which: str, pick: int, count: int) -> list[str]:
    said, _ = client.select(_quoted(folder))
    if said != "OK":
        return []
    _, (found,) = client.uid("SEARCH", which)
    uids = found.decode().split() if found else []
    return random.Random(pick).sample(uids, min(count, len(uids)))


def _rows(client: imaplib.IMAP4, folder: str) -> Iterator[tuple[str, Row]]:
    said, (number,) = client.select(_quoted(folder), readonly=True)
    assert said == "OK", number
    if number in (None, b"0"):
        return
    _, parts = client.fetch(
        "1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)] BODY.PEEK[TEXT])"
    )
    about, message_id = b"", ""
    for part in parts:
        if not isinstance(part, tuple):
            continue
        if b"MESSAGE-ID" in part[0].upper():
            about, message_id = part[0], _message_ids([part])[0]
        else:
            uid = re.search(rb"UID (\d+)", about)
            flags = re.search(rb"FLAGS \(([^)]*)\)", about)
            assert uid and flags, about
            kept = {name for name in flags[1].decode().split() if name != "\\Recent"}
            yield uid[1].decode(), (message_id, tuple(sorted(kept)), part[1])


def _message_ids(rows: Sequence[object]) -> list[str]:
    texts = [row[1].decode("ascii", "replace") for row in rows if isinstance(row, tuple)]
    return [text.partition(":")[2].strip() for text in texts]


def _quoted(name: str) -> str:
    return f'"{name}"'
