"""Processes to be killed, forked from one that has imported everything they need.

Importing takes most of a short process's life. Nothing runs in the nursery itself, no thread and
no loop, so that a fork is as good as a new start.

python -m tests.crash.nursery MODULE serves one JSON list of words a line: it calls the module's
`main` with them in a child, and answers with the child's exit code and what it said.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self


class End(NamedTuple):
    """How a child ended.

    Attributes:
        code: Its exit code; minus the signal's number when it was killed.
        said: What it wrote to its standard output and error.
    """

    code: int
    said: str


class Nursery:
    """Starts processes that run one module's `main`; a context manager."""

    def __init__(self, module: str) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.communicate()

    def run(self, *words: str) -> End:
        """Run one process to its end."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(words) + "\n")
        self._server.stdin.flush()
        return End(*json.loads(self._server.stdout.readline()))


def _serve(module: str) -> None:
    main: Callable[[Sequence[str]], int | None] = importlib.import_module(module).main
    for line in sys.stdin:
        with tempfile.TemporaryFile() as said:
            child = os.fork()
            if child == 0:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                os._exit(_live(main, json.loads(line)))
            _, status = os.waitpid(child, 0)
            said.seek(0)
            words = said.read().decode(errors="replace")
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), words]) + "\n")
        sys.stdout.flush()


def _live(main: Callable[[Sequence[str]], int | None], words: Sequence[str]) -> int:
    try:
        code = main(words) or 0
    except BaseException:  # noqa: BLE001 - told to the test, which is in another process
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve(sys.argv[1])
