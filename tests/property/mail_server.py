"""A mail server in memory: folders, UIDs that are never used twice, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.store.mail import envelope, fetched
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderRole
from tuimail.model.message import FetchedMessage

ROLES: Final = {
    "INBOX": FolderRole.INBOX,
    "Drafts": FolderRole.DRAFTS,
    "Deleted Items": FolderRole.TRASH,
}


@dataclass(slots=True)
class Mail:
    """A message; what is made of it with COPY has the same number."""

    number: int
    flags: Flags = Flags()
    message_id: str = ""
    subject: str = ""

    def fetched(self, uid: UID) -> FetchedMessage:
        head = envelope(self.number, subject=self.subject, message_id=self.message_id)
        return fetched(uid, number=self.number, flags=self.flags, head=head)


@dataclass(slots=True, eq=False)
class Box:
    """A folder."""

    uidvalidity: int
    subscribed: bool = True
    uidnext: int = 1
    mail: dict[UID, Mail] = field(default_factory=dict)

    def add(self, mail: Mail) -> UID:
        uid = UID(self.uidnext)
        self.uidnext += 1
        self.mail[uid] = mail
        return uid


class ImapServer:
    """Folders by path, and a record of what may be expected of them.

    Attributes:
        removed: Numbers of messages that somebody deleted, alone or with their folder.
        strange: Numbers of messages that another client moved, copied or deleted.
        copied: How many copies of a message the client made.
        twins: Numbers of messages that another client copied.
        appended: How often a Message-ID was appended.
        refusals: How often the client was told NO because of a fault.
        destroyed: Whether a folder was deleted or numbered anew by another client.
        is_terse: COPYUID and APPENDUID are not told.
    """

    def __init__(self, *, can_move: bool) -> None:
        self.boxes: dict[str, Box] = {}
        self.numbers = 0
        self.uidvalidity = 0
        self.removed: set[int] = set()
        self.strange: set[int] = set()
        self.copied: dict[int, int] = {}
        self.twins: set[int] = set()
        self.appended: dict[str, int] = {}
        self.refusals = 0
        self.destroyed = False
        self.is_terse = False
        self.can_move = can_move
        for path in (*ROLES, "Projects"):
            self.create(path)
        for path in ("INBOX", "INBOX", "INBOX", "Projects", "Projects"):
            self.deliver(path)

    def create(self, path: str) -> bool:
        if path in self.boxes:
            return False
        self.uidvalidity += 1
        self.boxes[path] = Box(self.uidvalidity)
        return True

    def rename(self, path: str, to: str) -> bool:
        if path not in self.boxes or to in self.boxes or to.startswith(path + "/"):
            return False
        moving = [one for one in self.boxes if one == path or one.startswith(path + "/")]
        if any(to + one[len(path) :] in self.boxes for one in moving):
            return False
        for one in moving:
            self.boxes[to + one[len(path) :]] = self.boxes.pop(one)
        return True

    def delete(self, path: str) -> bool:
        box = self.boxes.pop(path, None)
        if box is not None:
            self.removed.update(mail.number for mail in box.mail.values())
        return box is not None

    def deliver(self, path: str) -> None:
        self.numbers += 1
        number = self.numbers
        mail = Mail(number, Flags(), f"<{number}@contoso.example>", f"Message {number}")
        self.boxes[path].add(mail)

    def renumber(self, path: str) -> None:
        """Give the folder another UIDVALIDITY; every UID means another message or none."""
        old = self.boxes[path]
        self.uidvalidity += 1
        new = Box(self.uidvalidity, old.subscribed)
        for mail in reversed(old.mail.values()):
            new.add(mail)
        self.boxes[path] = new

    def holders(self, number: int) -> list[str]:
        """Return the folders that have a message, as often as they have it."""
        return [
            path
            for path, box in self.boxes.items()
            for mail in box.mail.values()
            if mail.number == number
        ]

    def contents(self) -> dict[str, dict[UID, tuple[int, Flags]]]:
        return {
            path: {uid: (mail.number, mail.flags) for uid, mail in box.mail.items()}
            for path, box in self.boxes.items()
        }

    def tree(self) -> dict[str, bool]:
        return {path: box.subscribed for path, box in self.boxes.items()}
