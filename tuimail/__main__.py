"""`python -m tuimail`, and the entry point of the command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # A parsing thread that keeps the interpreter for the default 5 ms would make keys lag.
    sys.setswitchinterval(0.0005)
    # Imports make much and throw nothing away: the collector goes through all that in vain, a tenth
    # of the time to the first frame. `settle_memory` turns it on again after that.
    gc.disable()
    from tuimail.cli.straight import (  # noqa: PLC0415 - after the switch interval is set
        end_of,
        screen_options,
        show_screen,
    )

    options = screen_options(sys.argv[1:])
    if options is not None:
        sys.exit(end_of(lambda: show_screen(options)))
    gc.enable()
    from tuimail.cli.main import run  # noqa: PLC0415 - click only for a verb

    sys.exit(run())


if __name__ == "__main__":
    main()
