"""python -m tests.soak [--minutes M] [--seed N] [--server sandbox|dovecot]."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.soak import PACE, Soak


def main() -> int:
    """Run one soak and say what came of it; what it wrote is kept if something is wrong."""
    arguments = argparse.ArgumentParser(description="A soak; see tests/soak/soak.py.")
    arguments.add_argument("--minutes", type=float, default=2.0)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--server", choices=("sandbox", "dovecot"), default="sandbox")
    given = arguments.parse_args()
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    directory = Path(tempfile.mkdtemp(prefix="tm-soak-", dir="/tmp"))
    sys.stdout.write(f"seed {seed}, {directory}\n")
    sys.stdout.flush()
    began = time.monotonic()
    report = Soak(given.server, seed, int(given.minutes * 60 / PACE), directory).run()
    sys.stdout.write(f"{report}\n  {time.monotonic() - began:.0f} s\n")
    if report.wrong:
        sys.stdout.write(f"  kept in {directory}\n")
        return 1
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
