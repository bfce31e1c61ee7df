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

from tuimail.records import record

SECONDS: Final = 10.0
"""How long a program may take before it is killed."""
LARGEST: Final = 16 * 1024 * 1024
"""Octets of an answer that are taken; a message that decompresses to more is none."""


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


def run(
    command: Sequence[str], data: bytes, *, seconds: float = SECONDS, largest: int = LARGEST
) -> Outcome:
    """Run a program.

    Args:
        command: Its name and arguments; no shell sees them.
        data: Its standard input.
        seconds: After these it is killed.
        largest: Octets of its output that are taken.
    """
    try:
        with subprocess.Popen(  # noqa: S603 - a list of arguments of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
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
