"""The one SQLite database. What is shown is read from here; what was done is durable here first.

The modules below are imported when they are first named as `store.journal`: the first frame reads
without them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuimail.store import acquaintance as acquaintance
    from tuimail.store import addresses as addresses
    from tuimail.store import downloads as downloads
    from tuimail.store import filing as filing
    from tuimail.store import forgetting as forgetting
    from tuimail.store import journal as journal
    from tuimail.store import marks as marks
    from tuimail.store import meetings as meetings
    from tuimail.store import merge as merge
    from tuimail.store import pending as pending
    from tuimail.store import recording as recording
    from tuimail.store import reports as reports
    from tuimail.store import requests as requests
    from tuimail.store import rounds as rounds
    from tuimail.store import vanishing as vanishing
    from tuimail.store import visible as visible
else:

    def __getattr__(name: str) -> object:
        module = f"{__name__}.{name}"
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise AttributeError(f"there is no {module}") from error
