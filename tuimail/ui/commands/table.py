"""The commands that take words, one line each."""

from __future__ import annotations

from typing import Final

from tuimail.ui.commands.command import Command

COMMANDS: Final[tuple[Command, ...]] = (
    Command("goto", "FOLDER", "go_to_named", "open a folder", "mailbox", "folder"),
    Command("move", "FOLDER", "move_to_named", "move to a folder", "mailbox", "folder", again=True),
    Command("write-to", "ADDRESS", "write_to", "write to somebody", "mailbox", "address"),
    Command("theme", "NAME", "app.use_theme", "colours and text styles", "app", "theme"),
    Command("keys", "[SET]", "app.choose_keys", "choose a set of keys", "app", "keys"),
    Command("set", "NAME VALUE", "app.change_setting", "change a setting", "app", "setting"),
)

ALIASES: Final = {
    "q": "back",
    "q!": "quit",
    "quit!": "quit",
    "exit": "quit",
    "x": "quit",
    "qa": "quit",
    "wq": "quit",
    "h": "help",
    "w": "write",
    "messages": "notices",
    "cd": "goto",
    "cf": "goto",
    "mv": "move",
    "colorscheme": "theme",
}
"""Names that hands know from elsewhere."""
