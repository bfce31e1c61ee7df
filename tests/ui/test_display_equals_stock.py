"""The real application, with keys pressed at random, looks cell by cell as Textual paints it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from textual.pilot import Pilot

from tests.ui.desk import Desk
from tests.ui.stage import record
from tests.ui.two_terminals import TwoTerminals, terminals_of, type_keys
from tests.waiting import until

_SEED: Final = int(os.environ.get("TUIMAIL_DISPLAY_SEED", "20261128"))
_STEPS: Final = int(os.environ.get("TUIMAIL_DISPLAY_STEPS", "160"))
_SIZES: Final = ((80, 24), (120, 36), (60, 20), (80, 24), (100, 30))
_ODD: Final = (
    ("日本の友人", "会議の議事録について 2026年11月"),
    ("👨‍👩‍👧 Familie", "❤️ Ferien 🏖️ und 🇸🇪 Flaggen"),
    ("Zoë Müller", "e\u0301te\u0301 — naïve “Größe” …"),
    ("שירה כהן", "תודה רבה על ההודעה"),
    ("राम", "नमस्ते दुनिया"),
)
_LIST: Final = (
    *(["j"],) * 24, *(["k"],) * 9, *(["pagedown"],) * 3, *(["pageup"],) * 2,
    ["ctrl+d"], ["ctrl+u"], ["G"], ["home"], ["tab"], ["space"], ["F"], ["N"], ["d"], ["u"],
    ["w"], ["f6"], ["enter", "j", "j", "pagedown", "h"], ["h", "j", "j", "k", "l"], ["escape"],
    ["question_mark", "j", "j", "q"], ["g", "n", "j", "q"], ["g", "j", "q"], ["g", "o", "q"],
)  # fmt: skip


async def test_random_keys_show_the_same_as_the_stock_display(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    """One run of the application: lists, readers, panes, help, other sizes, focus and writing.

    `TUIMAIL_DISPLAY_SEED` and `TUIMAIL_DISPLAY_STEPS` make longer runs. Turned red by: not putting
    rows back that a scroll moved without need (`Painted._scroll`), and by not forgetting what was
    shown when the size changes.
    """
    desk = open_desk(filled_directory)
    for uid, (sender, subject) in enumerate(_ODD, 5000):
        record(desk.store, desk.account, uid, subject=subject, sender=sender)
    desk.app.driver_class = TwoTerminals
    chance = random.Random(_SEED)
    async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
        await desk.start(pilot)
        terminals = terminals_of(desk.app)
        for step in range(_STEPS):
            keys = chance.choice(_LIST)
            await type_keys(desk.app, *keys)
            if step % 32 == 31:
                await _change_size(pilot, terminals, _SIZES[step // 32 % len(_SIZES)])
            if step % 40 == 20:
                await _write(pilot, chance)
            assert terminals.difference == "", f"seed {_SEED}, step {step}, {keys}"
        assert terminals.frames > _STEPS / 16  # a slow machine paints many keys at once
        assert desk.app.painted is not None
        assert terminals.our_octets < terminals.stock_octets / 3
        assert desk.mailbox.message_list.total > 0


async def _change_size(pilot: Pilot[None], terminals: TwoTerminals, size: tuple[int, int]) -> None:
    """Change the size several times at once, and back: a window that is dragged."""
    columns, rows = size
    for narrower in (7, 3, 0):
        terminals.resize(columns - narrower, rows)
    last = terminals.frames
    await until(lambda: pilot.app.size == size, describe=f"the size {size}")
    await until(
        lambda: terminals.frames > last and terminals.difference_now == "",
        describe="the same on both terminals again",
    )
    terminals.compares = True


async def _write(pilot: Pilot[None], chance: random.Random) -> None:
    """Write some words in the composer and leave it."""
    await pilot.pause()  # a slow machine has keys left that open or close something
    before = len(pilot.app.screen_stack)
    await pilot.press("m")
    await pilot.pause()
    if len(pilot.app.screen_stack) > before:
        await pilot.press(*chance.choices(["a", "b", " ", "é", "backspace", "down", "enter"], k=8))
        # The first may only close what is offered for an address.
        await pilot.press("escape", "escape")
        await until(lambda: len(pilot.app.screen_stack) == before, describe="the list again")
