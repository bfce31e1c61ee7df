"""The first frame waits for nothing it does not show.

Libraries for sign-in, sending, rendering and fetching take longer to import than the frame takes to
paint; they are imported by the threads that use them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

import pytest

from tuimail.ui.screens.later import READERS, SHEETS

_FIRST_FRAME: Final = (
    "tuimail.ui.app",
    "tuimail.store.store",
    "tuimail.config.settings",
    "tuimail.cli.straight",
    "tuimail.cli.opening",
    "tuimail.cli.screen",
)
_LATER: Final = (
    "aiosmtplib",
    "click",
    "cryptography",
    "email.policy",
    "html2text",
    "PIL",
    "icalendar",
    "imapclient",
    "imaplib",
    "msal",
    "requests",
    "smtplib",
    "textual.widgets._markdown",
    "textual.widgets._text_area",
    "tuimail.auth",
    "tuimail.config.downloads",
    "tuimail.imap",
    "tuimail.mime",
    "tuimail.model.journal",
    "tuimail.model.search_language",
    "tuimail.model.setup",
    "tuimail.model.trust",
    "tuimail.sandbox",
    "tuimail.store.addresses",
    "tuimail.store.journal",
    "tuimail.store.recording",
    "tuimail.store.rescue",
    "tuimail.store.visible",
    "tuimail.store.writer",
    "tuimail.submission",
    "tuimail.text.words",
    "tuimail.ui.commands",
    "tuimail.ui.folders.choices",
    "tuimail.ui.keys.chord_words",
    "tuimail.ui.listing.spoken",
    "tuimail.ui.reading.body_layout",
    "tuimail.ui.screens.mailbox_reasons",
    "tuimail.ui.screens.row_commands",
    "tuimail.ui.screens.source",
    "tuimail.ui.screens.which_key",
    "tuimail.ui.status.undo_words",
    "tuimail.ui.terminal.crash",
    "tuimail.ui.terminal.notifier",
    "tuimail.ui.widgets.body_view",
    "tuimail.ui.widgets.conversation_view",
    "tuimail.ui.widgets.folder_picker",
    "tuimail.ui.widgets.folder_settings_sheet",
    "tuimail.ui.widgets.line_sheet",
    "tuimail.ui.widgets.message_view",
    "tuimail.ui.widgets.shared_sheet",
    "tuimail.ui.widgets.sort_sheet",
    "tuimail.ui.writing.sending",
    "urllib3",
)
_PROGRAM: Final = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def _loaded_after(modules: tuple[str, ...]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps(modules)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", _FIRST_FRAME)
def test_the_first_frame_loads_no_library_it_does_not_need(module: str) -> None:
    assert _loaded_after((module,)).intersection(_LATER) == set()


def test_what_is_loaded_after_the_first_frame_is_there() -> None:
    """A sheet that was renamed would otherwise end the thread that starts the engine."""
    assert {*READERS, *SHEETS} <= _loaded_after((*READERS, *SHEETS))


def test_the_watched_names_are_names_of_modules() -> None:
    """A library that renames a module would otherwise no longer be watched."""
    assert set(_LATER) <= _loaded_after(_LATER)
