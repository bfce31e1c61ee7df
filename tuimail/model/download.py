"""What of a folder is kept on this computer, to be read without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.records import record

_SELDOM_READ = (FolderRole.JUNK, FolderRole.TRASH)


class Keep(StrEnum):
    """How much of each message. The words are stored, and are those of the settings."""

    HEADERS = "headers"
    TEXT = "text"
    ALL = "all"
    """Text and attachments."""


@record
class DownloadPolicy:
    """What is fetched unasked.

    Attributes:
        days: Of messages received so many days ago or later; None for all.
    """

    keep: Keep = Keep.HEADERS
    days: int | None = None

    def since(self, now: datetime) -> datetime | None:
        """Return the beginning of its time, None when it has none."""
        return None if self.days is None else now - timedelta(days=self.days)


@record
class DownloadRules:
    """What the settings say.

    Attributes:
        default: For folders nobody chose for.
        largest_file: Octets as transferred; what is larger is fetched when it is opened.
        cache: Octets of texts and files that are kept in all; what no policy asks for goes first.
            None for no limit.
    """

    default: DownloadPolicy = DownloadPolicy()
    largest_file: int = 10_000_000
    cache: int | None = None

    def policy(self, folder: Folder, choices: Mapping[FolderId, DownloadPolicy]) -> DownloadPolicy:
        """Return what holds for a folder: what was chosen for it, else the default.

        Of Junk Email and Deleted Items nothing is kept unless somebody chose it.
        """
        chosen = choices.get(folder.id)
        if chosen is not None:
            return chosen
        return DownloadPolicy() if folder.role in _SELDOM_READ else self.default
