"""How long the demo takes to be ready after its import: `python -m tests.benchmarks.demo_ready`.

Ready means: mailbox filled, certificates made, servers listening, persona applied, door open.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tuimail.sandbox.control import Control
from tuimail.sandbox.demo import demo_sandbox, start_traffic
from tuimail.sandbox.personas import PERSONAS

_ROUNDS = 7
_GOAL = 1.0


def main() -> None:
    """Start and stop the demo several times; print the least, the middle and the most."""
    took = []
    for _ in range(_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            before = time.perf_counter()
            with demo_sandbox(Path(folder)) as sandbox:
                Control(sandbox)
                start_traffic(sandbox, PERSONAS["plain"])
                took.append(time.perf_counter() - before)
    sys.stdout.write(
        f"demo ready: {min(took):.3f} s at best, {statistics.median(took):.3f} s in the middle, "
        f"{max(took):.3f} s at worst (goal {_GOAL} s)\n"
    )


if __name__ == "__main__":
    main()
