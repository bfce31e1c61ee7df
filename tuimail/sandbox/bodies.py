"""Where the text of stored messages lies: in memory, or in the files of a kept mailbox."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Protocol

_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:\s*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)


class Bodies(Protocol):
    """The texts of one folder by UID, told of every change so that a file can follow."""

    keeps: bool
    """True when what is added is still there in the next run."""

    def add(self, uid: int, raw: bytes, mask: int, seconds: int, /) -> None:
        """A message arrived, with its flags and its date (seconds since 1970)."""

    def get(self, uid: int, /) -> bytes:
        """The text of a message; LookupError when there is none."""

    def flag(self, uid: int, mask: int, /) -> None:
        """The flags of a message changed."""

    def remove(self, uids: Collection[int], /) -> None:
        """Messages were removed for ever."""

    def renumber(self, new_uids: Mapping[int, int], uidvalidity: int, /) -> None:
        """Every message got a new UID."""

    def describe(self, name: str, role: str, /, *, subscribed: bool) -> None:
        """The folder's own properties changed."""

    def forget(self) -> None:
        """The folder was deleted."""


class MemoryBodies:
    """Texts in memory, gone with the process."""

    keeps = False

    def __init__(self) -> None:
        self._texts: dict[int, bytes] = {}

    def add(self, uid: int, raw: bytes, _mask: int, _seconds: int, /) -> None:
        """Hold the text."""
        self._texts[uid] = raw

    def get(self, uid: int, /) -> bytes:
        """The text; LookupError when there is none."""
        return self._texts[uid]

    def flag(self, uid: int, mask: int, /) -> None:
        """Nothing: the folder's column holds the flags."""

    def remove(self, uids: Collection[int], /) -> None:
        """Let texts go."""
        for uid in uids:
            self._texts.pop(uid, None)

    def renumber(self, new_uids: Mapping[int, int], _uidvalidity: int, /) -> None:
        """Hold the texts under their new UIDs."""
        self._texts = {new_uids[uid]: raw for uid, raw in self._texts.items()}

    def describe(self, name: str, role: str, /, *, subscribed: bool) -> None:
        """Nothing: the folder itself holds its properties."""

    def forget(self) -> None:
        """Let every text go."""
        self._texts.clear()


def with_crlf(raw: bytes) -> bytes:
    """The message with CRLF line ends, whatever it had."""
    if b"\n" in raw.replace(b"\r\n", b""):
        return re.sub(rb"(?<!\r)\n", b"\r\n", raw)
    return raw


def message_id_of(raw: bytes) -> str:
    """The Message-ID as it stands in the header, or the empty string."""
    header = raw.partition(b"\r\n\r\n")[0]
    found = _MESSAGE_ID.search(header)
    return " ".join(found[1].decode("latin-1").split()) if found else ""
