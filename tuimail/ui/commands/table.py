"""The commands that take words, one line each."""

from __future__ import annotations

from typing import Final

from tuimail.ui.commands.command import Command

COMMANDS: Final[tuple[Command, ...]] = (
    Command(
        "goto", "FOLDER", "go_to_named", "open a folder", "mailbox", "opened", "mailbox.go_folder"
    ),
    Command(
        "move", "FOLDER", "move_to_named", "move to a folder", "mailbox", "filed", "mailbox.move",
        again=True,
    ),
    Command(
        "copy", "FOLDER", "copy_to_named", "copy to a folder", "mailbox", "filed", "mailbox.copy",
        again=True,
    ),
    Command("sort", "ORDER", "sort_by", "sort the list", "mailbox", "order", "list.sort"),
    Command("limit", "WORDS", "limit_by", "show only what is found", "mailbox", "words",
            "list.limit"),
    Command("search", "WORDS", "search_for", "search all folders", "mailbox", "words",
            "mailbox.search"),
    Command("mark", "WORDS", "mark_by", "mark what is found", "mailbox", "words",
            "mailbox.mark"),
    Command("write-to", "ADDRESS", "write_to", "write to somebody", "mailbox", "address"),
    Command("theme", "NAME", "app.use_theme", "colours and text styles", "app", "theme",
            "mailbox.themes"),
    Command("keys", "SET", "app.choose_keys", "choose a set of keys", "app", "keys", "app.keys"),
    Command("set", "NAME VALUE", "app.change_setting", "change a setting", "app", "setting"),
)  # fmt: skip

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
    "cp": "copy",
    "filter": "limit",
    "tag": "mark",
}
"""Names that hands know from elsewhere."""
