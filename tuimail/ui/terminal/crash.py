"""What is printed when tuimail itself fails: where it happened, never what the variables held.

Textual prints the locals of every frame. They may hold mail, addresses or a token, and a crash is
often pasted into a bug report. Its method is private, so this is the one place that knows it, and
`self_check` tells when an upgrade has renamed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.worker import WorkerFailed

from tuimail.errors import StoreError
from tuimail.text.safe import clean

if TYPE_CHECKING:
    from rich.console import RenderableType

_NEEDED: Final = (
    *("_fatal_error", "_handle_exception", "_exception"),
    *("_exit_renderables", "_close_messages_no_wait"),
)


def self_check(app: App[None]) -> bool:
    """Return whether Textual still has the private names this relies on."""
    return all(hasattr(app, name) for name in _NEEDED) and hasattr(App, "_fatal_error")


def print_without_locals(app: App[None]) -> None:
    """Do what `App._fatal_error` does, with the locals left out.

    A database that cannot be read is no defect of tuimail: it gets a sentence.
    """
    reason = _store_problem(app._exception)
    rendered = _traceback(app) if reason is None else _sentence(reason)
    app._exit_renderables.append(rendered)
    app._close_messages_no_wait()


def _store_problem(error: BaseException | None) -> StoreError | None:
    """Find it behind what Textual wraps around failures of workers."""
    if isinstance(error, WorkerFailed):
        error = error.error
    return error if isinstance(error, StoreError) else None


def _sentence(error: StoreError) -> RenderableType:
    from rich.text import Text  # noqa: PLC0415 - only for the end

    return Text(clean(f"tuimail: {error.message} {error.hint}".rstrip()))


def _traceback(app: App[None]) -> RenderableType:
    import rich  # noqa: PLC0415 - only a crash needs it
    from rich.segment import Segments  # noqa: PLC0415
    from rich.traceback import Traceback  # noqa: PLC0415

    traceback = Traceback(show_locals=False, width=None, suppress=[rich])
    return Segments(app.console.render(traceback, app.console.options))
