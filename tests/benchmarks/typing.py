"""How long a key takes in the composer with a text of 5,000 lines, beside one of 10; and a reply.

    python -m tests.benchmarks.typing [--keys N]

The real screens without a terminal: the time is from pressing a key to the end of what it sets off.
Both figures are of one run, so their ratio does not depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from textual import events

from tests.ui.stage import Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mailbox import MailboxScreen

_MOST_RATIO: Final = 2.0


async def painted(stage: Stage) -> None:
    """Wait until the screen shows what was done."""
    is_painted = asyncio.Event()
    stage.app.screen.call_after_refresh(is_painted.set)
    await is_painted.wait()
    await asyncio.sleep(0)


async def typing(stage: Stage, lines: int, keys: int) -> float:
    """Return the 95th percentile of a key in the middle of a text, seconds."""
    body = "\n".join(f"Line {number} of what is written here." for number in range(lines))
    stage.app.open_composer(Draft(stage.account, to="kim@x.example", subject="Hi", body=body))
    await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
    screen = stage.app.screen
    assert isinstance(screen, ComposeScreen)
    screen._text.move_cursor((lines // 2, 4))
    times = []
    for _ in range(keys):
        began = time.perf_counter()
        stage.app.post_message(events.Key("a", "a"))
        await painted(stage)
        times.append(time.perf_counter() - began)
    await stage.press("escape")
    await until(lambda: isinstance(stage.app.screen, MailboxScreen))
    return statistics.quantiles(times, n=20)[-1]


async def replying(stage: Stage) -> float:
    """Return the median of how long a reply takes to stand, seconds."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        stage.app.post_message(events.Key("r", "r"))
        await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
        await painted(stage)
        times.append(time.perf_counter() - began)
        await stage.press("escape")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen))
    return statistics.median(times)


async def measure(keys: int) -> int:
    """Print the figures; 1 when the long text is too slow."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_stage(Path(folder)) as stage:
            await typing(stage, 10, 5)
            short = await typing(stage, 10, keys)
            long = await typing(stage, 5_000, keys)
            reply = await replying(stage)
    ratio = long / short
    sys.stdout.write(
        f"typing p95: 10 lines {short * 1e3:.1f} ms, 5,000 lines {long * 1e3:.1f} ms:"
        f" {ratio:.2f}\nreply opens: {reply * 1e3:.0f} ms\n"
    )
    return int(ratio > _MOST_RATIO)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    raise SystemExit(asyncio.run(measure(parser.parse_args().keys)))
