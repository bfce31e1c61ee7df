"""Mailboxes that outlive the process: two append-only files for each folder.

``0001.mail`` holds the texts one after the other, ``0001.index`` one line for each thing that
happened: JSON behind its CRC-32. A line is written after the text it speaks of, so whatever an end
in the middle leaves behind is either whole or ignored: the first line that is cut or damaged ends
the file, and what follows is cut off. Reading back needs the index alone.
"""

from __future__ import annotations

import fcntl
import json
import threading
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from tuimail.sandbox.folder import Folder


class KeepInUse(RuntimeError):
    """Another sandbox keeps its mailboxes in this directory."""


@dataclass
class _Row:
    """Where a text lies in the mail file, and what is known of it."""

    offset: int
    size: int
    mask: int
    seconds: int


class Keep:
    """A directory of kept mailboxes, one subdirectory for each address; locked while in use."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._lock: IO[bytes] = (directory / "lock").open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise KeepInUse("another sandbox uses this directory") from None

    def mailbox(self, address: str) -> KeptMailbox:
        """The files of one address."""
        return KeptMailbox(self._directory / quote(address.lower(), safe="@"))

    def close(self) -> None:
        """Let others use the directory."""
        self._lock.close()


class KeptMailbox:
    """The files of one mailbox."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._last = max((int(file.stem) for file in self._indexes()), default=0)

    def load(self, lock: threading.RLock) -> list[Folder]:
        """The folders as they were; those whose index says nothing whole are left out."""
        files = (FolderFiles(file.with_suffix("")) for file in sorted(self._indexes()))
        return [folder for each in files if (folder := each.load(lock)) is not None]

    def create(self, name: str, lock: threading.RLock, uidvalidity: int, original: str) -> Folder:
        """A new folder with files of its own."""
        self._last += 1
        files = FolderFiles(self._directory / f"{self._last:04d}")
        files.write({"folder": {"uidvalidity": uidvalidity, "original": original}})
        files.describe(name, "", subscribed=True)
        return Folder(name, lock, uidvalidity, original=original, bodies=files)

    def stale_subscriptions(self) -> list[str]:
        """The subscriptions to folders that do not exist, as they were noted last."""
        try:
            names = json.loads(self._subscriptions.read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return [str(name) for name in names] if isinstance(names, list) else []

    def note_stale_subscriptions(self, names: Sequence[str]) -> None:
        """Replace the noted subscriptions, all or nothing."""
        new = self._subscriptions.with_suffix(".new")
        new.write_text(json.dumps(list(names)), "ascii")
        new.replace(self._subscriptions)

    @property
    def _subscriptions(self) -> Path:
        return self._directory / "subscriptions.json"

    def _indexes(self) -> Iterator[Path]:
        return (file for file in self._directory.glob("*.index") if file.stem.isdecimal())


class FolderFiles:
    """The two files of one folder; a `tuimail.sandbox.bodies.Bodies`.

    Written through to the operating system at once, so that an end of the process loses nothing.
    """

    keeps = True

    def __init__(self, stem: Path) -> None:
        self._index = stem.with_suffix(".index")
        self._mail = stem.with_suffix(".mail")
        self._rows: dict[int, _Row] = {}
        self._uidnext = 1
        self._about: dict[str, object] = {}

    def load(self, lock: threading.RLock) -> Folder | None:
        """Read the index, cut off what is not whole, and make the folder."""
        content = self._index.read_bytes()
        available = self._mail.stat().st_size if self._mail.exists() else 0
        whole = 0
        for line in content.splitlines(keepends=True):
            record = _record(line)
            if record is None or not self._replay(record, available):
                break
            whole += len(line)
        if whole < len(content):
            with self._index.open("r+b") as file:
                file.truncate(whole)
        if not isinstance(self._about.get("name"), str):
            return None
        return self._folder(lock)

    def _folder(self, lock: threading.RLock) -> Folder:
        folder = Folder(
            str(self._about["name"]),
            lock,
            int(str(self._about["uidvalidity"])),
            str(self._about["role"]),
            original=str(self._about["original"]),
            bodies=self,
        )
        folder.subscribed = bool(self._about["subscribed"])
        for uid, row in sorted(self._rows.items()):
            folder.place(uid, row.mask, row.seconds)
        folder.uidnext = self._uidnext
        return folder

    def _replay(self, record: dict[str, object], available: int) -> bool:
        """Do again what a line says; False when its text is not all there."""
        match record:
            case {"add": [int(uid), int(offset), int(size), int(mask), int(seconds)]}:
                if offset + size > available:
                    return False
                self._rows[uid] = _Row(offset, size, mask, seconds)
                self._uidnext = uid + 1
            case {"flags": [int(uid), int(mask)]}:
                if uid in self._rows:
                    self._rows[uid].mask = mask
            case {"gone": list(uids)}:
                for uid in uids:
                    self._rows.pop(uid, None)
            case {"renumbered": int(uidvalidity)}:
                self._renumber({uid: new for new, uid in enumerate(sorted(self._rows), 1)})
                self._about["uidvalidity"] = uidvalidity
            case {"folder": dict(about)}:
                self._about.update(about)
            case {"gone_folder": True}:
                self._about.pop("name", None)
        return True

    def write(self, record: Mapping[str, object]) -> None:
        """Append a line to the index."""
        text = json.dumps(record, separators=(",", ":")).encode("ascii")
        with self._index.open("ab") as file:
            file.write(b"%08x %s\n" % (zlib.crc32(text), text))

    def add(self, uid: int, raw: bytes, mask: int, seconds: int, /) -> None:
        """Write a text, then its line."""
        with self._mail.open("ab") as file:
            offset = file.tell()
            file.write(raw)
        self._rows[uid] = _Row(offset, len(raw), mask, seconds)
        self.write({"add": [uid, offset, len(raw), mask, seconds]})

    def get(self, uid: int, /) -> bytes:
        """Read a text; LookupError when there is none."""
        row = self._rows[uid]
        with self._mail.open("rb") as file:
            file.seek(row.offset)
            return file.read(row.size)

    def flag(self, uid: int, mask: int, /) -> None:
        """Write new flags."""
        self._rows[uid].mask = mask
        self.write({"flags": [uid, mask]})

    def remove(self, uids: Collection[int], /) -> None:
        """Write that messages are gone. Their texts stay in the file."""
        for uid in uids:
            self._rows.pop(uid, None)
        self.write({"gone": sorted(uids)})

    def renumber(self, new_uids: Mapping[int, int], uidvalidity: int, /) -> None:
        """Write that every message got the UID of its place."""
        self._renumber(new_uids)
        self.write({"renumbered": uidvalidity})

    def _renumber(self, new_uids: Mapping[int, int]) -> None:
        self._rows = {new_uids[uid]: row for uid, row in self._rows.items()}
        self._uidnext = len(self._rows) + 1

    def describe(self, name: str, role: str, /, *, subscribed: bool) -> None:
        """Write the folder's own properties."""
        self.write({"folder": {"name": name, "role": role, "subscribed": subscribed}})

    def forget(self) -> None:
        """Write that the folder is gone, then remove its files."""
        self.write({"gone_folder": True})
        self._mail.unlink(missing_ok=True)
        self._index.unlink(missing_ok=True)


def _record(line: bytes) -> dict[str, object] | None:
    """What a line of the index says; None if it is cut or damaged."""
    checksum, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(text):
        return None
    record = json.loads(text)
    return record if isinstance(record, dict) else None
