"""Commands: every binding by its name, and a few that take words behind it.

A binding of the table is a command by itself. One that takes words is one line in `table`, and what
may stand there is one function in `candidates`.
"""

from __future__ import annotations

from tuimail.ui.commands.command import Candidate, Command
from tuimail.ui.commands.reading import Reading, read_line
from tuimail.ui.commands.table import COMMANDS

__all__ = ["COMMANDS", "Candidate", "Command", "Reading", "read_line"]
