"""Checks run at once, each after those that it needs, and none for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tuimail.errors import NetworkError
from tuimail.model.checkup import Found, passed
from tuimail.model.finding import Verdict
from tuimail.sync.checkup import Step, run_all


def fine() -> Found:
    return passed("fine")


def broken() -> Found:
    raise NetworkError("The line failed.")


def step(name: str, run: Callable[[], Found], *needs: str, seconds: float = 60) -> Step:
    return Step("g", name, name.title(), run, tuple(f"g/{each}" for each in needs), seconds)


def test_what_needs_a_failed_check_is_skipped_all_the_way() -> None:
    """Red when only failures block, not what was skipped."""
    steps = [step("a", broken), step("b", fine, "a"), step("c", fine, "b"), step("d", fine)]
    found = list(run_all(steps))
    assert [each.found.verdict for each in found] == [
        Verdict.FAIL,
        Verdict.SKIPPED,
        Verdict.SKIPPED,
        Verdict.OK,
    ]
    assert found[0].found.says == "The line failed"
    assert found[2].found.says == "not checked: it needs “B”"


def test_checks_run_at_the_same_time() -> None:
    """Red when one is made after the other: the first waits for the second."""
    met = threading.Barrier(2, timeout=30)

    def meet() -> Found:
        met.wait()
        return passed("met")

    found = list(run_all([step("a", meet), step("b", meet)]))
    assert {each.found.verdict for each in found} == {Verdict.OK}


def test_a_check_that_hangs_fails_and_a_defect_is_named_without_its_words() -> None:
    stop = threading.Event()

    def hang() -> Found:
        stop.wait(30)
        return passed("late")

    def defect() -> Found:
        raise ValueError("anna@contoso.example")

    hung, odd = run_all([step("a", hang, seconds=0.05), step("b", defect)])
    stop.set()
    assert hung.found.verdict is odd.found.verdict is Verdict.FAIL
    assert "no answer" in hung.found.says
    assert odd.found.says == "the check itself failed (ValueError)"
