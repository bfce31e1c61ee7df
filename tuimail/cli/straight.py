"""The way to the screen when nothing but it is asked for: without the parser of the command line.

`tuimail` alone, or with a settings file, is how the screen is started nearly always. Click takes a
tenth as long as the rest of the start and would only find that there is no verb. Whatever else is
written on the command line goes to click, with its messages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tuimail.cli.output import complain, note
from tuimail.cli.setup import Options
from tuimail.errors import Retry, TuimailError

FAILED: Final = 1
SIGN_IN_NEEDED: Final = 3

_CONFIG: Final = "--config"


def screen_options(words: Sequence[str]) -> Options | None:
    """Return what the screen is started with, None when click has to say what is meant.

    Args:
        words: Of the command line, without the program.
    """
    if not words:
        return Options()
    name, equals, value = words[0].partition("=")
    if name == _CONFIG and len(words) == (1 if equals else 2):
        file = value if equals else words[1]
        return Options(Path(file)) if file else None
    return None


def show_screen(options: Options) -> int:
    """Open the screen; return the exit code."""
    from tuimail.cli.screen import open_screen  # noqa: PLC0415 - Textual only for the screen

    return open_screen(options)


def stand_in_for_closed_streams() -> None:
    """Open what the caller closed (`>&-`): nothing is read there, and what is written is lost.

    A file that is opened later would take the number, and get whatever is said.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for good


def end_of(work: Callable[[], object]) -> int:
    """Do something and return the exit code, with the reason on stderr when it failed."""
    stand_in_for_closed_streams()
    try:
        result = work()
    except TuimailError as error:
        complain(error)
        if error.retry is not Retry.AFTER_SIGN_IN:
            return FAILED
        note("  `tuimail login` begins a sign-in.")
        return SIGN_IN_NEEDED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    return result if isinstance(result, int) else 0
