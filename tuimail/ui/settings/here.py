"""What the automatic settings come to on this terminal, in words."""

from __future__ import annotations

import os

from tuimail.config.theme import theme_names
from tuimail.text.safe import clean
from tuimail.ui.shell import Shell
from tuimail.ui.terminal.editor import EditorFailed, editor_command
from tuimail.ui.terminal.notifier import choose_way

_WAYS = {
    "off": "off",
    "bell": "the bell here",
    "osc9": "by the terminal here",
    "osc777": "by the terminal here",
    "desktop": "notify-send here",
}


def here_words(app: Shell, *, lines: int) -> dict[str, str]:
    """Return the remarks by key.

    Args:
        lines: Lines per message in the list now.
    """
    settings = app.settings
    said = {"theme": f"{len(theme_names())} themes, live preview"}
    if settings.theme == "auto":
        said["theme"] = f"{app.appearance.chosen_theme} here"
    if settings.glyphs == "auto":
        said["glyphs"] = "ASCII here" if app.glyphs.ascii else "unicode here"
    if settings.density == "auto":
        said["density"] = "one line here" if lines == 1 else "two lines here"
    if settings.cursor == "auto":
        said["cursor"] = "tinted row here" if app.tints_cursor else "the bar alone here"
    if settings.mouse == "auto":
        said["mouse"] = f"{app.appearance.mouse} here"
    if settings.notify.by == "auto":
        said["notify.by"] = _WAYS[choose_way("auto", os.environ)]
    said["reader.mark_read_after"] = "seconds, 0 at once, off"
    said["send.undo"] = "seconds"
    if not settings.compose.editor:
        said["compose.editor"] = _editor()
    return said


def _editor() -> str:
    try:
        return clean(" ".join(editor_command("", os.environ)))
    except EditorFailed:
        return "none is here"
