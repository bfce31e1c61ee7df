"""Writing in the user's own editor, while tuimail gives the terminal away.

The engine and this loop go on: the file is looked at every second and what was saved in it is
handed over, so a broken line or a killed terminal costs nothing that the editor had written.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Final

from textual.app import App

from tuimail.errors import TuimailError
from tuimail.text.safe import clean

LOOK_EVERY_SECONDS: Final = 1.0
_FALLBACKS: Final = ("vi", "nano")


class EditorFailed(TuimailError):
    """The editor could not be started, or ended with an error. What it saved was read."""


def editor_command(setting: str, environ: Mapping[str, str]) -> list[str]:
    """Return the editor's command and arguments.

    Args:
        setting: `compose.editor`; empty for `$VISUAL`, `$EDITOR`, then vi or nano.
        environ: The environment.

    Raises:
        EditorFailed: There is none, or the command's quotes do not match.
    """
    for command in (setting, environ.get("VISUAL", ""), environ.get("EDITOR", "")):
        if command.strip():
            try:
                return shlex.split(command)
            except ValueError as error:
                raise EditorFailed(
                    f"The editor's command cannot be read: {clean(command)}",
                    hint="Correct compose.editor or $EDITOR.",
                ) from error
    for name in _FALLBACKS:
        if shutil.which(name):
            return [name]
    raise EditorFailed(
        "There is no editor.", hint="Set compose.editor or $EDITOR, or go on writing here."
    )


async def edit_file(
    app: App[Any], command: list[str], path: Path, saved: Callable[[str], None]
) -> None:
    """Run the editor on a file and wait for its end.

    Args:
        app: Its screen is given away meanwhile.
        command: From `editor_command`.
        path: The file, already written.
        saved: Called with the file's text each time it was saved.

    Raises:
        EditorFailed: It could not be started or ended with an error; `saved` was called all the
            same with what was saved in the file.
    """
    seen = _stamp(path)
    with terminal_given_away(app):
        process = await _start(command, path)
        try:
            while True:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(asyncio.shield(process.wait()), LOOK_EVERY_SECONDS)
                now = _stamp(path)
                if now != seen:
                    seen = now
                    _hand_over(path, saved)
                if process.returncode is not None:
                    break
        except asyncio.CancelledError:
            # tuimail is being ended: the editor would be left without a terminal.
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            if _stamp(path) != seen:
                _hand_over(path, saved)
            raise
    if process.returncode:
        raise EditorFailed(
            f"{clean(command[0])} ended with {process.returncode}.",
            hint="The text is as it was last saved there.",
        )


async def _start(command: list[str], path: Path) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(*command, str(path))
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or "it cannot be started")
        raise EditorFailed(
            f"{clean(command[0])}: {reason}.",
            hint="Correct compose.editor or $EDITOR, or go on writing here.",
        ) from error


def write_new(directory: Path, text: str) -> Path:
    """Write a new file for the editor, readable by the user alone, and return its path.

    Raises:
        OSError: It cannot be written.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(10_000):
        path = directory / f"draft-{os.getpid()}-{number}.eml"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return path
    raise FileExistsError("no free name for the editor's file")


def _hand_over(path: Path, saved: Callable[[str], None]) -> None:
    """Pass the file's text on, bytes that are not UTF-8 as `�`.

    A file that is gone or empty is an accident (a full disk, an editor between two steps of its
    saving): it always had its header fields, so what was there before stays.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if text.strip():
        saved(text)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


@contextlib.contextmanager
def terminal_given_away(app: App[object]) -> Iterator[None]:
    """Leave the terminal to another program.

    The loop runs on, so painting is held back: Textual would otherwise fill the queue of a writer
    that has stopped. Ctrl-C belongs to the editor: a handler of our own rather than "ignore",
    which the editor would inherit.
    """
    if app.is_headless:
        yield
        return
    before = {
        number: signal.signal(number, _leave_it_to_the_editor)
        for number in (signal.SIGINT, signal.SIGQUIT)
    }
    try:
        with app.batch_update(), _suspended(app):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _suspended(app: App[object]) -> Iterator[None]:
    """Suspend the application and resume it however the editor ends.

    `App.suspend` does not resume when an error passes through it, so it hears of none.
    """
    suspension = app.suspend()
    suspension.__enter__()
    try:
        yield
    finally:
        suspension.__exit__(None, None, None)


def _leave_it_to_the_editor(_number: int, _frame: FrameType | None) -> None:
    return
