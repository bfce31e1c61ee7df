"""What a command of the user's writes, as a file to be attached."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuimail.text.safe import clean
from tuimail.ui.writing.draft_files import LARGEST, AttachFailed

if TYPE_CHECKING:
    from tuimail.mime.attaching import FileToSend

MARK: Final = "|"
"""Begins what is typed where a command is meant, not a path."""
_SHELL: Final = "/bin/sh"
_PIECE: Final = 256 * 1024
_LONGEST_REASON: Final = 200


async def output_of(command: str) -> FileToSend:
    """Run a command line and return what it writes; one that is cancelled is ended.

    Args:
        command: As typed; a shell reads it, and it reads nothing.

    Raises:
        AttachFailed: It cannot be started, fails, writes nothing, or more than a server takes.
    """
    from tuimail.mime.attaching import FileToSend  # noqa: PLC0415 - not for the first frame

    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *(_SHELL, "-c", command),
            stdin=nothing,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = clean(getattr(error, "strerror", None) or "it cannot be started")
        raise AttachFailed(f"{clean(command)}: {reason}.") from error
    try:
        data, said = await asyncio.gather(
            _read(process.stdout, LARGEST), _read(process.stderr, _PIECE)
        )
        if len(data) <= LARGEST:
            await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
    if len(data) > LARGEST:
        raise AttachFailed("The command writes more than any mail server takes.")
    if process.returncode:
        first = clean(said.decode("utf-8", "replace").strip().partition("\n")[0])
        because = f": {first[:_LONGEST_REASON]}" if first else "."
        raise AttachFailed(f"The command ended with {process.returncode}{because}")
    if not data:
        raise AttachFailed("The command wrote nothing.")
    name, content_type = _called(command, data)
    return FileToSend(name, content_type, data)


async def _read(stream: asyncio.StreamReader | None, most: int) -> bytes:
    """Read to the end, or until it is more than `most`."""
    data = bytearray()
    while stream is not None and len(data) <= most and (piece := await stream.read(_PIECE)):
        data += piece
    return bytes(data)


def _called(command: str, data: bytes) -> tuple[str, str]:
    """Return a name and a type: that of the program, and text where it is."""
    try:
        first = shlex.split(command)[0]
    except (ValueError, IndexError):
        first = ""
    name = str(clean(Path(first).name)) or "output"
    try:
        is_text = b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        is_text = False
    if is_text:
        return f"{name}.txt", "text/plain"
    return f"{name}.bin", "application/octet-stream"
