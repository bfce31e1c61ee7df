"""Work that is given up before it begins leaves nothing behind."""

from __future__ import annotations

import ast
import gc
import warnings
from functools import partial

from textual.app import App

from tests.hygiene.source import modules, name_of, parsed
from tests.waiting import until
from tuimail.ui.work import begin


async def test_work_given_up_unbegun_awaits_nothing() -> None:
    """Red where a coroutine is made before the work begins: nobody awaits that of the first."""
    app = App[None]()
    done: list[int] = []

    async def work(number: int) -> None:
        done.append(number)

    async with app.run_test():
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            begin(app, partial(work, 1), group="work", exclusive=True)
            begin(app, partial(work, 2), group="work", exclusive=True)
            await until(lambda: done == [2], describe="the second")
            gc.collect()
    assert not [each for each in said if "never awaited" in str(each.message)]


def test_no_work_is_begun_in_another_way() -> None:
    used = {
        name_of(path)
        for path in modules("tuimail/ui")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "run_worker"
    }
    assert used == {"tuimail/ui/work.py"}
