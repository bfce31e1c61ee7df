"""What the command line does on the mailbox screen with the words behind a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from tuimail.model.folder import Folder
from tuimail.model.listing import Sort
from tuimail.model.message import MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui import deeds
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

_Filing = Callable[[Sequence[MessageSummary], Folder], deeds.Deed]
_REVERSE: Final = "reverse-"


class MailboxCommands:
    """Does what a command says of folders by their names, and of orders and words.

    Args:
        screen: The screen the command is about.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    def go_to(self, name: str) -> None:
        """Open a folder by its name."""
        folder = self._folder_named(name)
        if folder is not None:
            self._screen.open_folder(folder.id)
            self._screen.leave_for_list()

    async def move_to(self, name: str) -> None:
        """Move to a folder by its name."""
        await self._file_to(name, deeds.move)

    async def copy_to(self, name: str) -> None:
        """Copy to a folder by its name."""
        await self._file_to(name, deeds.copy)

    async def _file_to(self, name: str, deed: _Filing) -> None:
        folder, rows = self._folder_named(name), self._screen.chosen()
        if folder is None:
            return
        inside = [row for row in rows if row.account_id == folder.account_id]
        to_file = [row for row in inside if row.folder_id != folder.id]
        if to_file:
            await self._screen.carry_out(deed(to_file, folder), rows)
        elif not rows:
            self._screen.bottom.show_event("There is no message here.")
        elif not inside:
            self._screen.bottom.show_event("Messages are filed inside their mailbox.")
        else:
            what = "It is" if len(rows) == 1 else "They are"
            self._screen.bottom.show_event(f"{what} in {folder.name} already.")

    def sort_by(self, words: str) -> None:
        """Sort the list by a word, such as `sender` or `reverse-date`."""
        wanted = words.strip().lower().replace("reverse ", _REVERSE)
        sort = wanted.removeprefix(_REVERSE)
        if sort in list(Sort):
            self._screen.order.sort_by(Sort(sort), reverse=sort != wanted)
        else:
            known = ", ".join(Sort)
            self._screen.bottom.show_event(
                f"“{words}” is no order: {known}, or reverse- before one."
            )

    def limit_by(self, words: str) -> None:
        """Show only what an expression finds."""
        self._say_problem(self._screen.limit.show(words))

    def search_for(self, words: str) -> None:
        """Search all folders."""
        self._say_problem(self._screen.search.find(words))

    def mark_by(self, words: str) -> None:
        """Mark what an expression finds."""
        self._say_problem(self._screen.marking.found_by(words))

    def _say_problem(self, problem: str) -> None:
        if problem:
            self._screen.bottom.show_event(problem, severity=Severity.WARNING)

    def _folder_named(self, name: str) -> Folder | None:
        """Return the folder of that name, or the only one with it in its name; else say so."""
        from tuimail.ui.commands.candidates import folders_by_name  # noqa: PLC0415 - not for the first frame

        known = folders_by_name(shell(self._screen))
        here = self._screen.folder
        wanted = name.strip().casefold()
        same = [
            folder
            for shown, folder in known.items()
            if wanted in (shown.casefold(), folder.name.casefold())
        ]
        same.sort(key=lambda each: here is None or each.account_id != here.account_id)
        within = [folder for folder in known.values() if wanted in folder.name.casefold()]
        within = within or [each for shown, each in known.items() if wanted in shown.casefold()]
        if same:
            return same[0]
        if len(within) == 1:
            return within[0]
        self._screen.bottom.show_event(
            _no_folder(name, list(known), [each.name for each in within])
        )
        return None


def _no_folder(name: str, known: list[str], within: list[str]) -> str:
    if within:
        some = ", ".join(within[:3])
        return f"Several folders have “{name}” in their name: {some}."
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    folded = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.4)
    nearest = f" Nearest: {folded[near[0]]}." if near else ""
    return f"No folder is named “{name}”.{nearest}"
