"""What a picker of folders offers, the likeliest first, and how its rows look.

Nothing typed: where the messages may belong, where the user was or filed last, then all folders as
in the tree, the seldom wanted at the end. Something typed: what fits best; among equals the likely
and the recent come first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.folder_settings import LikelyTarget
from tuimail.records import record
from tuimail.ui.drawing.formatting import cut, number
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.matching import cost, hits, words_of
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, row_cells
from tuimail.ui.folders.layout import View, lit
from tuimail.ui.folders.names import Wanted, read_path
from tuimail.ui.folders.paths import MOST_SHOWN, folder_path, is_hidden, is_named

_SELDOM_A_TARGET: Final = frozenset(
    {FolderRole.DRAFTS, FolderRole.SENT, FolderRole.JUNK, FolderRole.TRASH}
)
"""Where nobody files mail: two of them have keys of their own, and two are filled by writing."""
_ELSEWHERE: Final = 1000
"""What it costs a folder to be in a mailbox that the messages cannot go to: it comes last."""
_LONGEST_SENDER: Final = 20
"""Cells of a sender's name; the folder's matters more."""
_LEAST_WHY: Final = 9
"""Cells that a reason needs to be worth its place."""
_ABOVE: Final = 1
"""What it costs that only a folder above it was named."""
_HIDDEN: Final = 1
"""What it costs a folder that it is not subscribed."""


@record
class Choice:
    """One row of a picker.

    Attributes:
        folder: None for a view and for a folder that is to be made.
        view: What lists messages of several folders.
        label: Its path, or the name of the new one.
        owner: The label of its mailbox; empty where there is one only.
        why: Why it stands so far up: `conversation`, `12 mails from Kim Chu went there`, `last
            used`, `recent`; or why not.
        is_elsewhere: Messages cannot go there: it is in another mailbox.
        made: What is to be made, for a new folder.
        hits: The places of `label` that were looked for.
    """

    label: str
    folder: Folder | None = None
    owner: str = ""
    why: str = ""
    is_elsewhere: bool = False
    made: Wanted = field(default_factory=Wanted)
    hits: tuple[int, ...] = ()
    view: View | None = None


class Found(NamedTuple):
    """What a picker shows.

    Attributes:
        choices: The best of them.
        fitting: How many folders fit.
    """

    choices: tuple[Choice, ...]
    fitting: int


@record
class Offer:
    """What can be picked.

    Attributes:
        folders: By account, in the order of the accounts and of their trees.
        names: The labels of the accounts.
        home: The accounts that messages can go to; empty for a picker that only goes there.
        likely: Where the messages may belong.
        recent: The last ones, the newest first.
        without: Folders that make no sense, such as the one that is open.
        sender: Who wrote all of the messages; empty where several did.
        views: What can be gone to besides folders.
        can_make: Whether a folder can be made that is not there.
    """

    folders: Mapping[AccountId, Sequence[Folder]]
    names: Mapping[AccountId, str]
    home: frozenset[AccountId] = frozenset()
    likely: Sequence[LikelyTarget] = ()
    recent: Sequence[FolderId] = ()
    without: Collection[FolderId] = ()
    sender: str = ""
    views: Mapping[str, View] = field(default_factory=dict)
    can_make: bool = False

    def choices(self, typed: str) -> Found:
        """Return what fits, the best first; a folder to be made comes last."""
        words, reasons = words_of(typed), self._reasons()
        ranks = {folder: place for place, folder in enumerate(reasons)}
        found: list[tuple[int, int, bool, int, Choice | Folder]] = []
        for label, view in self.views.items():
            fit = cost(words, label)
            if fit is not None:
                choice = Choice(label, view=view, hits=hits(words, label))
                found.append((fit, len(ranks), False, -1, choice))
        for place, folder in enumerate(self._all()):
            path = folder_path(folder)
            fit = cost(words, path)
            if fit is None:
                continue
            if self.home and folder.account_id not in self.home:
                fit += _ELSEWHERE
            if words and not is_named(words, folder, path, fit):
                fit += _ABOVE
            if is_hidden(folder):
                fit += _HIDDEN
            aside = bool(self.home) and folder.role in _SELDOM_A_TARGET
            found.append((fit, ranks.get(folder.id, len(ranks)), aside, place, folder))
        found.sort(key=lambda each: each[:4])
        best = [
            each if isinstance(each, Choice) else self._choice(words, each, reasons)
            for *_, each in found[:MOST_SHOWN]
        ]
        new = self._new(typed)
        return Found(tuple(best if new is None else [*best, new]), len(found))

    def _choice(
        self, words: Sequence[str], folder: Folder, reasons: Mapping[FolderId, str]
    ) -> Choice:
        path = folder_path(folder)
        return Choice(
            label=path,
            folder=folder,
            owner=self.names.get(folder.account_id, "") if len(self.names) > 1 else "",
            why=reasons.get(folder.id, "not subscribed" if is_hidden(folder) else ""),
            is_elsewhere=bool(self.home) and folder.account_id not in self.home,
            hits=hits(words, path),
        )

    def _all(self) -> list[Folder]:
        return [
            folder
            for folders in self.folders.values()
            for folder in folders
            if folder.selectable and folder.id not in self.without
        ]

    def _reasons(self) -> dict[FolderId, str]:
        """Return why some folders come first, in that order."""
        reasons: dict[FolderId, str] = {}
        for folder, of_conversation, messages in self.likely:
            reasons[folder] = "conversation" if of_conversation else self._filed(messages)
        for place, folder in enumerate(self.recent):
            if not place:
                known = reasons.get(folder)
                reasons[folder] = f"last used; {known}" if known else "last used"
            reasons.setdefault(folder, "recent")
        return reasons

    def _filed(self, messages: int) -> str:
        """Say what was moved there before, which is not all that is there now."""
        mails = "1 mail" if messages == 1 else f"{number(messages)} mails"
        whose = cut(self.sender, _LONGEST_SENDER, "…") if self.sender else "these senders"
        return f"{mails} from {whose} went there"

    def _new(self, typed: str) -> Choice | None:
        """Return the folder that could be made of what was typed."""
        if not self.can_make or not typed.strip() or len(self.home) != 1:
            return None
        (account,) = self.home
        wanted = read_path(typed, self.folders.get(account, ()))
        if wanted.problem:
            return None
        owner = self.names.get(account, "") if len(self.names) > 1 else ""
        return Choice(label=typed.strip(), owner=owner, made=wanted)


def choice_row(choice: Choice, width: int, glyphs: Glyphs, *, cursor: str) -> Row:
    """Lay out one row; what stands at the right goes where there is no room for it."""
    right: list[Run] = []
    if choice.made.name:
        right.append(Run("new folder", "success"))
    elif choice.why:
        left = width // 2 - cell_len(choice.owner) - 5
        words = choice.why if left >= _LEAST_WHY else ""
        right.append(Run(cut(words, max(1, left), glyphs.cut), "muted"))
    if choice.owner:
        right += [Run("  "), Run(choice.owner, "label")]
    right = [Run("  "), *right, BLANK]
    if row_cells(right) > width // 2:
        right = [Run("  "), Run(cut(choice.owner, width // 3, glyphs.cut), "label"), BLANK]
    room = max(4, width - 2 - row_cells(right))
    role = "muted" if choice.is_elsewhere else "text"
    label = _name_run(choice, room, glyphs, role)
    return ends((Run(cursor, "cursor-bar"), BLANK, *label), right, width)


def _name_run(choice: Choice, room: int, glyphs: Glyphs, role: str) -> list[Run]:
    """The way to a folder is muted, its own name is not."""
    shown = cut(choice.label, room, glyphs.cut)
    runs = lit(shown, [place for place in choice.hits if place < len(shown)], role)
    name = choice.folder.name if choice.folder is not None else ""
    above = len(choice.label) - len(name)
    if not name or above <= 0 or not choice.label.endswith(name):
        return runs
    parted: list[Run] = []
    place = 0
    for text, own in runs:
        split = max(0, min(len(text), above - place))
        if own == role and split:
            parted.append(Run(text[:split], "muted"))
            text = text[split:]  # noqa: PLW2901 - the rest of the same run
        place += split + (len(text) if own == role and split else len(text) - split)
        if text:
            parted.append(Run(text, own))
    return parted


def refusal(offer: Offer, choice: Choice, verb: str) -> str:
    """Return why messages cannot go there, and what can be done; empty when they can.

    Args:
        verb: `move` or `copy`.
    """
    if not choice.is_elsewhere:
        return ""
    home = ", ".join(offer.names.get(account, "its mailbox") for account in offer.home)
    return f"A {verb} stays in {home}: take a folder of it. Outlook goes between mailboxes."
