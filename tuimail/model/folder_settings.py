"""What was chosen for one folder, in place of what the settings say for all."""

from __future__ import annotations

from typing import NamedTuple

from tuimail.model.folder import FolderId
from tuimail.records import record


@record
class FolderSettings:
    """The choices for a folder; None means: as the settings say.

    What is kept for reading without a network is a choice of its own (`model.download`).

    Attributes:
        sort: The order of its list, as the setting `list.sort` writes it: `size`, `reverse-size`.
        conversations: Whether its messages are put together into conversations.
        columns: The columns of its list, as `list.columns` names them.
        notify: Whether new mail in it is announced.
    """

    sort: str | None = None
    conversations: bool | None = None
    columns: tuple[str, ...] | None = None
    notify: bool | None = None

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen."""
        return self == FolderSettings()


class LikelyTarget(NamedTuple):
    """A folder that messages may belong into.

    Attributes:
        of_conversation: Messages of the same conversation are there; otherwise mail of the same
            sender was moved there before.
        messages: How many.
    """

    folder: FolderId
    of_conversation: bool
    messages: int
