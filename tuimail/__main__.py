"""`python -m tuimail`, and the entry point of the command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # A parsing thread that keeps the interpreter for the default 5 ms would make keys lag.
    sys.setswitchinterval(0.0005)
    from tuimail.cli.main import run  # noqa: PLC0415 - after the switch interval is set

    sys.exit(run())


if __name__ == "__main__":
    main()
