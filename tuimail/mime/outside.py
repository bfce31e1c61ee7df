"""Programs that make, check and open what is sealed: run once, bounded, without a shell.

What goes in goes by the standard input and what comes out stays in memory. A file is written only
for what is no secret, such as a signature, in a directory of its own that is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from tuimail.model.secret import Secret
from tuimail.records import record

SECONDS: Final = 10.0
"""How long a program may take before it is killed."""
LARGEST: Final = 16 * 1024 * 1024
"""Octets of an answer that are taken; a message that decompresses to more is none."""

_OCTETS_A_SECOND: Final = 2_000_000
"""What a slow computer gets through; the time for large messages follows from it."""


@record
class Outcome:
    """What a program did.

    Attributes:
        code: Its exit code; None when it is missing or was killed.
        output: Its standard output.
        said: Its standard error, for what it says about itself.
        is_missing: It is not installed.
    """

    code: int | None
    output: bytes = b""
    said: str = ""
    is_missing: bool = False


def is_installed(name: str) -> bool:
    """Whether a program can be run."""
    return shutil.which(name) is not None


def room_for(data: bytes) -> int:
    """Return how many octets may come out of what is opened: it is packed as a rule."""
    return max(LARGEST, 4 * len(data))


def run(
    command: Sequence[str],
    data: bytes,
    *,
    seconds: float = SECONDS,
    largest: int = LARGEST,
    secret: Secret | None = None,
) -> Outcome:
    """Run a program.

    Args:
        command: Its name and arguments; no shell sees them.
        data: Its standard input.
        seconds: After these it is killed; a large input has longer.
        largest: Octets of its output that are taken.
        secret: For openssl, the passphrase of a key. It goes by a pipe of its own.
    """
    given = () if secret is None else (_pipe_with(secret),)
    try:
        passed = [word for each in given for word in ("-passin", f"fd:{each}")]
        allowed = seconds + len(data) / _OCTETS_A_SECOND
        return _run([*command, *passed], data, allowed, largest, given)
    finally:
        for each in given:
            os.close(each)


def _pipe_with(secret: Secret) -> int:
    """Return the end of a pipe that a short secret is read from."""
    end, beginning = os.pipe()
    with os.fdopen(beginning, "wb") as pipe:
        pipe.write(f"{secret.reveal()}\n".encode())
    return end


def _run(
    command: Sequence[str], data: bytes, seconds: float, largest: int, given: Sequence[int]
) -> Outcome:
    try:
        with subprocess.Popen(  # noqa: S603 - a list of arguments of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            pass_fds=given,
            start_new_session=True,
        ) as process:
            try:
                output, said = process.communicate(data, timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                return Outcome(None)
    except (FileNotFoundError, PermissionError):
        return Outcome(None, is_missing=True)
    except OSError:
        return Outcome(None)
    if len(output) > largest:
        return Outcome(None)
    return Outcome(process.returncode, output, said.decode("utf-8", "replace"))
