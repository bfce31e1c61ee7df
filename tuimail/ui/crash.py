"""What is printed when tuimail itself fails: where it happened, never what the variables held.

Textual prints the locals of every frame. They may hold mail, addresses or a token, and a crash is
often pasted into a bug report. Its method is private, so this is the one place that knows it, and
`self_check` tells when an upgrade has renamed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import App

if TYPE_CHECKING:
    from rich.console import RenderableType

_NEEDED: Final = ("_fatal_error", "_exit_renderables", "_close_messages_no_wait")


def self_check(app: App[None]) -> bool:
    """Return whether Textual still has the private names this relies on."""
    return all(hasattr(app, name) for name in _NEEDED) and hasattr(App, "_fatal_error")


def print_without_locals(app: App[None]) -> None:
    """Do what `App._fatal_error` does, with the locals left out."""
    import rich  # noqa: PLC0415 - only a crash needs it
    from rich.segment import Segments  # noqa: PLC0415
    from rich.traceback import Traceback  # noqa: PLC0415

    traceback = Traceback(show_locals=False, width=None, suppress=[rich])
    rendered: RenderableType = Segments(app.console.render(traceback, app.console.options))
    app._exit_renderables.append(rendered)
    app._close_messages_no_wait()
