"""Which messages a conversation has now, read from the store and kept up with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.message import BodyState, MessageKey, MessageSummary
from tuimail.ui.listing.place_names import ME
from tuimail.ui.reading.conversation_layout import Member

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

_OWN = (FolderRole.SENT, FolderRole.DRAFTS)


class ConversationMembers:
    """The messages of one conversation, oldest first, across all folders.

    Args:
        key: The message it was opened from. Trash and junk are left out unless it is there.

    Attributes:
        members: In the order in which they stand.
    """

    def __init__(self, read: Reader, key: MessageKey) -> None:
        self._key = read.resolve(key)
        own = read.summary(self._key)
        self._thread = own.thread_id if own is not None else None
        self._home = own.folder_id if own is not None else None
        self._folders: dict[FolderId, Folder] = {}
        self.members: list[Member] = []
        self.read(read)
        unread = [member for member in self.members if not member.message.flags.is_seen]
        for member in unread or self.members[-1:]:
            member.is_open = True

    def read(self, read: Reader) -> bool:
        """Read them again; return whether others are there, or text of them that was not."""
        before = {member.key: member for member in self.members}
        members: list[Member] = []
        changed = False
        for message in self._messages(read):
            member = before.get(message.key)
            if member is None:
                # What arrives while somebody reads is not folded away.
                fresh = bool(self.members) and not message.flags.is_seen
                member, changed = Member(message, self._name(read, message), is_open=fresh), True
            elif member.message.body != message.body:
                member.asked, changed = False, True
            member.message = message
            members.append(member)
        changed = changed or [one.key for one in members] != [*before]
        self.members = members
        return changed

    def _messages(self, read: Reader) -> list[MessageSummary]:
        """The messages now: of its own conversation, or of the one it became part of."""
        for key in (self._key, *(member.key for member in self.members)):
            own = read.summary(key)
            if own is not None:
                self._thread = own.thread_id
                break
        home = () if self._home is None else (self._home,)
        if self._thread is None:
            return [own] if own is not None and own.folder_id in home else []
        return read.thread_members(self._thread, home)

    def _name(self, read: Reader, message: MessageSummary) -> str:
        folder = self.folder_of(read, message)
        return ME if folder is not None and folder.role in _OWN else message.from_text

    def folder_of(self, read: Reader, message: MessageSummary) -> Folder | None:
        """Return the folder that a message is shown in."""
        if message.folder_id not in self._folders:
            found = read.folder(message.folder_id)
            if found is None:
                return None
            self._folders[message.folder_id] = found
        return self._folders[message.folder_id]

    def places(self, read: Reader) -> Sequence[str]:
        """Return the names of the folders, in the order of their first messages."""
        folders = (self.folder_of(read, member.message) for member in self.members)
        return list(dict.fromkeys(folder.name for folder in folders if folder is not None))

    def received(self, read: Reader) -> list[MessageSummary]:
        """Return the messages that others wrote: what is filed when all is filed."""
        return [
            member.message
            for member in self.members
            if (folder := self.folder_of(read, member.message)) is None or folder.role not in _OWN
        ]


def has_text(message: MessageSummary) -> bool:
    """Whether something of its text is here."""
    return message.body is not BodyState.ABSENT
