"""What keys open is loaded once the first frame stands, so that no first key waits for it.

Nothing depends on it: whoever needs one of these imports it where it is needed.
"""

from __future__ import annotations

import importlib
from typing import Final

READERS: Final = (
    "tuimail.ui.widgets.message_view",
    "tuimail.ui.widgets.conversation_view",
    "tuimail.ui.screens.mailbox_reasons",
    "tuimail.ui.keys.chord_words",
    "tuimail.ui.status.undo_words",
)
"""What messages are read in, put up as soon as it is loaded, and words that any key may need."""

SHEETS: Final = (
    "tuimail.ui.screens.row_commands",
    "tuimail.ui.commands.candidates",
    "tuimail.model.search_language",
    "tuimail.ui.screens.which_key",
    "tuimail.ui.widgets.line_sheet",
    "tuimail.ui.screens.mailbox_jump",
    "tuimail.ui.widgets.sort_sheet",
    "tuimail.ui.widgets.folder_picker",
    "tuimail.ui.screens.command_line",
    "tuimail.ui.screens.help",
    "tuimail.ui.screens.compose",
    "tuimail.ui.writing.signature",
    "tuimail.mime.reading",
    "tuimail.mime.quoting",
)
"""The likeliest first."""


def load_readers() -> None:
    """Load what messages are read in, beside the screen."""
    for name in READERS:
        importlib.import_module(name)


def load_sheets() -> None:
    """Load the rest, beside the screen."""
    for name in SHEETS:
        importlib.import_module(name)
