"""Folders by name: to go there, or to move or copy messages there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId
from tuimail.model.intent import CreateFolder, NewFolderIntent
from tuimail.model.message import MessageSummary
from tuimail.ui import deeds
from tuimail.ui.drawing.formatting import number
from tuimail.ui.shell import shell
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.folders.choices import Choice
    from tuimail.ui.screens.mailbox import MailboxScreen

_FIRST: Final = 5
"""How many likely and how many recent folders come first."""


class MailboxPicking:
    """Asks for a folder by some letters of its name, and goes or files there.

    Args:
        screen: Which is gone from, and whose messages are filed.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    async def go(self) -> None:
        """Open a folder by some letters of its name; the last ones come first."""
        from tuimail.ui.folders.choices import Offer  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.widgets.folder_picker import pick_folder  # noqa: PLC0415 - not for the first frame

        screen, app = self._screen, shell(self._screen)
        read = app.store.read
        here = screen.folder
        offer = Offer(
            folders=self._folders(),
            names={id_: account.name for id_, account in app.accounts.items()},
            recent=read.recently_opened(_FIRST + 1),
            without=(here.id,) if here is not None else (),
            views=screen.folder_tree.views(),
        )

        def picked(choice: Choice) -> None:
            if choice.folder is not None:
                screen.folders.open_found(choice.folder)
            elif choice.view is not None:
                screen.open_place(choice.view)
                screen.leave_for_list()

        await pick_folder(screen, "Go to", "Go to", offer, "open", lambda _: "", picked)

    async def file(self, *, copying: bool) -> None:
        """Move or copy what is marked, or the message at the cursor, to a folder by its name."""
        from tuimail.ui.folders.choices import Offer, refusal  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.widgets.folder_picker import pick_folder  # noqa: PLC0415 - not for the first frame

        screen = self._screen
        rows = screen.chosen()
        if not rows:
            screen.bottom.show_event("There is no message here.")
            return
        verb = "copy" if copying else "move"
        app, read = shell(screen), shell(screen).store.read
        offer = Offer(
            folders=self._folders(),
            names={id_: account.name for id_, account in app.accounts.items()},
            home=frozenset(row.account_id for row in rows),
            likely=read.likely_targets([row.key for row in rows], _FIRST),
            recent=read.recently_filed(_FIRST),
            without=_common_folder(rows),
            sender=_common_sender(rows),
            can_make=True,
        )
        if len(offer.home) > 1:
            where = f"{number(len(offer.home))} mailboxes"
            said = f"These are in {where}, and a {verb} stays in one. Mark those of one."
            screen.bottom.show_event(said)
            return

        def refused(choice: Choice) -> str:
            return refusal(offer, choice, verb)

        def picked(choice: Choice) -> None:
            begin(screen, partial(self._file_into, choice, rows, copying=copying), group="file")

        what = number(len(rows)) if len(rows) > 1 else "message"
        title = f"{verb.capitalize()} {what} to"
        await pick_folder(screen, f"{verb.capitalize()} to", title, offer, verb, refused, picked)

    async def _file_into(
        self, choice: Choice, rows: Sequence[MessageSummary], *, copying: bool
    ) -> None:
        """Store it; a folder that is not there is made first, which is an undo of its own."""
        folder = choice.folder or await self._make(choice, rows[0])
        if folder is None:
            return
        deed = deeds.copy(rows, folder) if copying else deeds.move(rows, folder)
        await self._screen.carry_out(deed, rows)

    async def _make(self, choice: Choice, row: MessageSummary) -> Folder | None:
        wanted = choice.made
        new = NewFolderIntent(row.account_id, None, CreateFolder(wanted.name, wanted.parent))
        made = await self._screen.deeds.change_tree(new, f"{wanted.name} made")
        return None if made is None else shell(self._screen).store.read.folder(made)

    def _folders(self) -> dict[AccountId, list[Folder]]:
        found = shell(self._screen).store.read.all_folders(everything=True)
        return {id_: found.get(id_, []) for id_ in shell(self._screen).accounts}


def _common_folder(rows: Sequence[MessageSummary]) -> set[FolderId]:
    """Return the folder that all of them are in: they need not go there."""
    folders = {row.folder_id for row in rows}
    return folders if len(folders) == 1 else set()


def _common_sender(rows: Sequence[MessageSummary]) -> str:
    """Return who wrote all of them; empty when several did."""
    senders = {row.from_text for row in rows}
    return senders.pop() if len(senders) == 1 else ""
