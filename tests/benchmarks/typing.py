"""How long a key takes in the composer with a text of 5,000 lines, beside one of 10; and a reply.

    python -m tests.benchmarks.typing [--keys N]

The real screens without a terminal: the time is from pressing a key to the end of what it sets off.
A reply is measured beside the plainest screen that could be written in: two fields and a text area
of Textual's. All figures are of one run, so their ratios do not depend on the machine; processor
time is that of the screen's thread.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tests.ui.stage import Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.later import SHEETS
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


class Plain(Screen[None]):
    """What Textual needs for two fields and a text."""

    def compose(self) -> ComposeResult:
        yield Input("kim@x.example")
        yield Input("Re: Hi")
        yield TextArea("\n".join(f"> Line {number}" for number in range(20)))


class Opening(NamedTuple):
    """How long a screen takes to stand: seconds, of the clock and of the processor."""

    clock: float
    processor: float


async def opening(stage: Stage, what: type[Screen[Any]], ask: Callable[[], object]) -> Opening:
    """Ask for a screen and return what it took until everything it set off was done."""
    gc.collect()
    clock, processor = time.perf_counter(), time.thread_time()
    ask()
    # A pause between two looks would be measured.
    while not (isinstance(stage.app.screen, what) and stage.app.screen.is_running):  # noqa: ASYNC110
        await asyncio.sleep(0)
    await painted(stage)
    took = Opening(time.perf_counter() - clock, time.thread_time() - processor)
    await stage.press("escape")
    if what is Plain:
        await stage.app.pop_screen()
    await until(lambda: isinstance(stage.app.screen, MailboxScreen))
    return took


async def replying(stage: Stage) -> str:
    """Say how long a reply takes to stand, beside the plainest screen."""
    replies, plain = [], []
    for _ in range(20):
        replies.append(
            await opening(
                stage, ComposeScreen, lambda: stage.app.post_message(events.Key("r", "r"))
            )
        )
        plain.append(await opening(stage, Plain, lambda: stage.app.push_screen(Plain())))
    first, again = replies[0], _median(replies[1:])
    beside = _median(plain[1:])
    return (
        f"reply opens: {again.clock * 1e3:.0f} ms, {again.processor * 1e3:.1f} ms of processor;"
        f" beside a plain screen ({beside.clock * 1e3:.0f} ms, {beside.processor * 1e3:.1f} ms):"
        f" {again.processor / beside.processor:.2f}\n"
        f"the first reply: {first.clock * 1e3:.0f} ms, {first.processor * 1e3:.1f} ms of"
        " processor\n"
    )


def _median(taken: Sequence[Opening]) -> Opening:
    return Opening(
        statistics.median(one.clock for one in taken),
        statistics.median(one.processor for one in taken),
    )


async def measure(keys: int) -> int:
    """Print the figures; 1 when the long text is too slow."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_stage(Path(folder)) as stage:
            await until(lambda: SHEETS[-1] in sys.modules)
            reply = await replying(stage)
            await typing(stage, 10, 5)
            short = await typing(stage, 10, keys)
            long = await typing(stage, 5_000, keys)
    ratio = long / short
    sys.stdout.write(
        f"typing p95: 10 lines {short * 1e3:.1f} ms, 5,000 lines {long * 1e3:.1f} ms:"
        f" {ratio:.2f}\n{reply}"
    )
    return int(ratio > _MOST_RATIO)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    raise SystemExit(asyncio.run(measure(parser.parse_args().keys)))
