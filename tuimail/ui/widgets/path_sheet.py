"""A sheet that takes the path of a file, and completes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual import events

from tuimail.text.safe import clean
from tuimail.ui.widgets.entry_sheet import EntrySheet
from tuimail.ui.writing.command_output import MARK
from tuimail.ui.writing.draft_files import AttachFailed, completions, paths_named

_MOST: Final = 200
_SHOWN: Final = 12
_REMARK: Final = "A path, a pattern such as ~/Documents/*.pdf, or | and a command"
_COMMAND: Final = "What the command writes is attached."


class PathSheet(EntrySheet):
    """Answers a path or a pattern that names files, `|` and a command, or None.

    Args:
        directory: Where relative paths begin.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        super().__init__("Attach", "", _REMARK, self._wrong, self._offered, does="attach")

    def on_key(self, event: events.Key) -> None:
        """Tab goes on as far as all that is offered is the same."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            typed = self.typed
            if typed.startswith(MARK):
                return
            found = completions(typed, self._directory, _MOST)
            if found:
                self.type(_common_beginning(found[0], found[-1]))

    def _offered(self, typed: str) -> str:
        if typed.startswith(MARK):
            return _COMMAND
        found = completions(typed, self._directory, _MOST)
        shown = [clean(one.rstrip("/").rpartition("/")[2]) for one in found[:_SHOWN]]
        signs = ["/" if one.endswith("/") else "" for one in found[:_SHOWN]]
        words = "  ".join(name + sign for name, sign in zip(shown, signs, strict=True))
        more = f"  and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return words + more if found else _REMARK

    def _wrong(self, typed: str) -> str:
        if typed.startswith(MARK):
            return "" if typed[len(MARK) :].strip() else "Type a command after the sign."
        try:
            paths = paths_named(typed, self._directory)
        except AttachFailed as failure:
            return str(failure)
        if not paths:
            return "Type the path of a file."
        if len(paths) == 1 and paths[0].is_dir():
            return "This is a directory: type on, or end with /* for all its files."
        return "" if paths[0].exists() else f"There is no file {clean(typed)}."


def _common_beginning(first: str, last: str) -> str:
    """Return what two texts begin with; of a sorted list, what all do."""
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]
