"""Handing a message to another program: with the terminal, or in the background.

The command is what the user typed or set, and a mail never becomes a part of it: it is given on
the standard input alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import sys
from typing import Any, Final

from textual.app import App

from tuimail.errors import TuimailError
from tuimail.text.safe import clean
from tuimail.ui.terminal.editor import terminal_given_away

_SHELL: Final = "/bin/sh"
_PRINTERS: Final = ("lp", "lpr")
_LONGEST_REASON: Final = 200


class CommandFailed(TuimailError):
    """Another program could not be started, or ended with an error."""


async def pipe_to(app: App[Any], command: str, data: bytes) -> int:
    """Run a command line of the user's with the terminal, and return its exit status.

    What it shows stays until Enter is pressed.

    Args:
        app: Its screen is given away meanwhile.
        command: As typed; a shell reads it, so that it may have pipes and redirections.
        data: What it reads.

    Raises:
        CommandFailed: It could not be started.
    """
    with terminal_given_away(app):
        process = await _start([_SHELL, "-c", command])
        try:
            await process.communicate(data)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            raise
        status = process.returncode or 0
        if not app.is_headless:
            await _wait_for_enter(status)
    return status


async def _wait_for_enter(status: int) -> None:
    """Let what the command showed be read."""
    ended = f"ended with {status}: " if status else ""
    sys.__stdout__.write(f"\n[{ended}Enter goes back to the mail] ")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()
    terminal = sys.__stdin__.fileno()  # type: ignore[union-attr]
    try:
        loop.add_reader(terminal, pressed.set)
    except OSError:  # a file, which has no Enter to wait for
        return
    try:
        await pressed.wait()
        os.read(terminal, 1024)
    finally:
        loop.remove_reader(terminal)


def printer_command(setting: str) -> list[str]:
    """Return the command that prints.

    Args:
        setting: `reader.print_command`; empty for lp or lpr.

    Raises:
        CommandFailed: There is none, or its quotes do not match.
    """
    if setting.strip():
        try:
            return shlex.split(setting)
        except ValueError as error:
            raise CommandFailed(
                f"The command cannot be read: {clean(setting)}.",
                hint="Correct reader.print_command.",
            ) from error
    for name in _PRINTERS:
        if shutil.which(name):
            return [name]
    raise CommandFailed("There is no lp and no lpr here.", hint="Set reader.print_command.")


async def hand_over(command: list[str], data: bytes) -> None:
    """Run a command without the terminal and wait for its end.

    Raises:
        CommandFailed: It could not be started, or ended with an error, with what it said.
    """
    process = await _start(command, quiet=True)
    _, said = await process.communicate(data)
    if process.returncode:
        first = clean(said.decode("utf-8", "replace").strip().partition("\n")[0])
        reason = f": {first[:_LONGEST_REASON]}" if first else "."
        raise CommandFailed(f"{clean(command[0])} ended with {process.returncode}{reason}")


async def _start(command: list[str], *, quiet: bool = False) -> asyncio.subprocess.Process:
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        if quiet:
            return await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=nothing, stderr=pipe
            )
        return await asyncio.create_subprocess_exec(*command, stdin=pipe)
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or "it cannot be started")
        raise CommandFailed(f"{clean(command[0])}: {reason}.") from error
