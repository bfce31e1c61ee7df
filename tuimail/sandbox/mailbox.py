"""The mailboxes of the sandbox: trees of folders, in one language, in memory or kept on disk."""

from __future__ import annotations

import itertools
import threading

from tuimail.sandbox.bodies import message_id_of, with_crlf
from tuimail.sandbox.folder import (
    ANSWERED,
    DELETED,
    DRAFT,
    FLAGGED,
    KEPT_FLAGS,
    MDN_SENT,
    SEEN,
    Flags,
    Folder,
    Message,
    Watcher,
    canonical_flags,
)
from tuimail.sandbox.folder_names import DEFAULT_FOLDERS, localised
from tuimail.sandbox.keeping import KeptMailbox

__all__ = [
    "ANSWERED",
    "DELETED",
    "DRAFT",
    "FLAGGED",
    "KEPT_FLAGS",
    "MDN_SENT",
    "SEEN",
    "Flags",
    "Folder",
    "Mailbox",
    "Message",
    "Watcher",
    "canonical_flags",
    "message_id_of",
    "with_crlf",
]

_FIRST_UIDVALIDITY = 14


class Mailbox:
    """The folders of one address. Names are case-insensitive, as Exchange treats them.

    ``language`` names the default folders (`tuimail.sandbox.folder_names.LOCALISED`); ``files``
    keeps the mailbox on disk and brings back what was kept before.
    """

    def __init__(
        self,
        address: str,
        lock: threading.RLock,
        *,
        language: str = "en",
        files: KeptMailbox | None = None,
    ) -> None:
        self.address = address
        self.lock = lock
        self.stale_subscriptions: list[str] = []
        self._files = files
        self._folders: dict[str, Folder] = {}
        if files is not None:
            for folder in files.load(lock):
                self._folders[folder.name.lower()] = folder
            self.stale_subscriptions = files.stale_subscriptions()
        self.kept = bool(self._folders)
        """True when the mailbox came back from disk; then it needs no furnishing."""
        highest = max((each.uidvalidity for each in self._folders.values()), default=0)
        self._numbers = itertools.count(max(_FIRST_UIDVALIDITY, highest + 1))
        present = {folder.original for folder in self._folders.values()}
        for name, role in DEFAULT_FOLDERS.items():
            if name not in present:
                self.create(localised(name, language), role=role, original=name)

    def folders(self) -> list[Folder]:
        """All folders, alphabetically."""
        with self.lock:
            return sorted(self._folders.values(), key=lambda folder: folder.name.lower())

    def folder(self, name: str) -> Folder:
        """The folder of this name; KeyError if there is none."""
        return self._folders[name.lower()]

    def find(self, name: str) -> Folder | None:
        """The folder of this name, or None."""
        return self._folders.get(name.lower())

    def with_role(self, role: str) -> Folder:
        """The folder with a role flag such as ``\\Sent``, whatever its name."""
        return next(folder for folder in self.folders() if folder.role == role)

    def default(self, english: str) -> Folder:
        """A default folder by its English name, whatever this mailbox calls it."""
        return next(folder for folder in self.folders() if folder.original == english)

    def localise(self, language: str) -> None:
        """Give the default folders their names in another language; messages and UIDs stay."""
        with self.lock:
            for english in DEFAULT_FOLDERS:
                folder = self.default(english)
                name = localised(english, language)
                if self.find(name) in (None, folder):
                    self.rename(folder, name)

    def create(self, name: str, *, role: str = "", original: str = "") -> Folder:
        """Make a folder and the folders above it; what exists is left as it is."""
        with self.lock:
            parts = name.split("/")
            for depth in range(1, len(parts) + 1):
                path = "/".join(parts[:depth])
                if path.lower() not in self._folders:
                    self._folders[path.lower()] = self._new(path, original)
            created = self._folders[name.lower()]
            if role and created.role != role:
                created.role = role
                self.note(created)
            return created

    def _new(self, path: str, original: str) -> Folder:
        uidvalidity = next(self._numbers)
        if self._files is not None:
            return self._files.create(path, self.lock, uidvalidity, original)
        return Folder(path, self.lock, uidvalidity, original=original)

    def subscribe_missing(self, name: str, *, subscribed: bool = True) -> None:
        """Subscribe to a folder that does not exist, or no longer."""
        with self.lock:
            if subscribed != (name in self.stale_subscriptions):
                change = self.stale_subscriptions
                change.append(name) if subscribed else change.remove(name)
                if self._files is not None:
                    self._files.note_stale_subscriptions(change)

    def note(self, folder: Folder) -> None:
        """Write a folder's own properties down, where they are kept."""
        folder.bodies.describe(folder.name, folder.role, subscribed=folder.subscribed)

    def delete(self, folder: Folder) -> None:
        """Remove a folder with its children."""
        with self.lock:
            for each in self.subtree(folder):
                del self._folders[each.name.lower()]
                each.bodies.forget()

    def rename(self, folder: Folder, new_name: str) -> None:
        """Rename a folder with its children."""
        with self.lock:
            parent = new_name.rpartition("/")[0]
            if parent:
                self.create(parent)
            old_name = folder.name
            below = self.subtree(folder)
            for each in below:
                del self._folders[each.name.lower()]
            for each in below:
                each.name = new_name + each.name[len(old_name) :]
                self._folders[each.name.lower()] = each
                self.note(each)

    def subtree(self, folder: Folder) -> list[Folder]:
        """A folder and all below it."""
        below = folder.name.lower() + "/"
        return [
            each for name, each in self._folders.items() if each is folder or name.startswith(below)
        ]
