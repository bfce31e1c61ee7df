"""The sheet of what can be done with a row of the list; the right button of the mouse opens it."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual.screen import Screen

from tuimail.model.message import MessageSummary
from tuimail.ui.bindings import BY_ID
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.messages import KeyClicked
from tuimail.ui.shell import shell

_COMMANDS: Final = (
    *(
        "list.open",
        "mailbox.reply",
        "mailbox.reply_all",
        "mailbox.forward",
        "mailbox.archive",
        "mailbox.trash",
    ),
    *("mailbox.move", "mailbox.junk", "mailbox.flag", "mailbox.unread", "mailbox.mark"),
    *("list.fold", "mailbox.copy"),
)
_TITLE_CELLS: Final = 40


def offer_commands(screen: Screen[None], message: MessageSummary) -> None:
    """Open the sheet; what is chosen is done as its key does it."""
    from tuimail.ui.widgets.choice_sheet import (  # noqa: PLC0415 - not for the first frame
        Choice,
        ChoiceSheet,
    )

    app = shell(screen)
    lines = [BY_ID[id_] for id_ in _COMMANDS if app.keys.keys(BY_ID[id_])]
    choices = [Choice(app.keys.title(line), app.keys.shown(line.id)) for line in lines]
    title = cut(message.subject or "(no subject)", _TITLE_CELLS, app.glyphs.cut)
    keys = {choice.word: choice.remark for choice in choices}
    if choices:
        sheet = ChoiceSheet(title, choices, choices[0].word, marks_now=False)
        screen.app.push_screen(sheet, partial(_done, screen, keys))


def _done(screen: Screen[None], keys: dict[str, str], word: str | None) -> None:
    if word is not None:
        screen.post_message(KeyClicked(keys[word]))
