"""Runs checks at the same time, each within its time, each after those that it needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Final

from tuimail.errors import StoreError, StoreLocked, TokensUnusable, TuimailError
from tuimail.model.checkup import Checked, Found, failed, skipped
from tuimail.model.finding import Verdict
from tuimail.sync.explain import failure_notice
from tuimail.text.safe import clean

SECONDS: Final = 40.0
"""How long one check may take; its own time limits are shorter as a rule."""

_BLOCKING: Final = frozenset({Verdict.FAIL, Verdict.SKIPPED})


@dataclass(frozen=True, slots=True)
class Step:
    """One check that can be made.

    Attributes:
        group: The heading it stands under; with `name` it is its key.
        run: Blocks; raises nothing but `TuimailError`.
        needs: Keys of the checks without which it makes no sense.
        seconds: How long it may take.
    """

    group: str
    name: str
    about: str
    run: Callable[[], Found]
    needs: tuple[str, ...] = ()
    seconds: float = SECONDS

    @property
    def key(self) -> str:
        """What others name it by."""
        return f"{self.group}/{self.name}"


def run_all(steps: Sequence[Step]) -> Iterator[Checked]:
    """Make all checks at once; yield them in the order given, each as soon as it is known.

    A check stands after those that it needs. A need that is not among the steps is no hindrance.
    """
    results: dict[str, Future[Checked]] = {step.key: Future() for step in steps}
    for step in steps:
        threading.Thread(
            target=_supervise, args=(step, results), name="checkup", daemon=True
        ).start()
    for step in steps:
        yield results[step.key].result()


def _supervise(step: Step, results: Mapping[str, Future[Checked]]) -> None:
    needed = [results[key].result() for key in step.needs if key in results]
    missing = next((each for each in needed if each.found.verdict in _BLOCKING), None)
    began = time.monotonic()
    if missing is not None:
        found = skipped(f"not checked: it needs “{missing.about}”")
        began = time.monotonic()
    else:
        found = _in_time(step)
    seconds = 0.0 if missing is not None else time.monotonic() - began
    results[step.key].set_result(Checked(step.group, step.name, step.about, found, seconds))


def _in_time(step: Step) -> Found:
    future: Future[Found] = Future()

    def work() -> None:
        try:
            future.set_result(step.run())
        except Exception as error:  # noqa: BLE001 - the thread's root: a defect ends one check
            future.set_exception(error)

    threading.Thread(target=work, name="check", daemon=True).start()
    try:
        return future.result(step.seconds)
    except FutureTimeout:
        return failed(
            f"no answer within {step.seconds:.0f} seconds", "Try again; check the network."
        )
    except TuimailError as error:
        return from_error(error)
    except Exception as error:  # noqa: BLE001 - what `work` caught: its kind, not its content
        return failed(
            f"the check itself failed ({type(error).__name__})", "Report this as a defect."
        )


def from_error(error: TuimailError) -> Found:
    """Say why something failed, in the error's own words."""
    notice = failure_notice(error)
    says = notice.short.removesuffix(".")
    is_local = isinstance(error, StoreError | TokensUnusable) and not isinstance(error, StoreLocked)
    if is_local and error.detail:
        says = f"{says} ({clean(error.detail)})"
    return Found(Verdict.FAIL, says, notice)
