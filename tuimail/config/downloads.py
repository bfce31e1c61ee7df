"""From `[download]` of the settings to what the engine goes by."""

from __future__ import annotations

from typing import Final

from tuimail.config.schema import DownloadSettings
from tuimail.model.download import DownloadPolicy, DownloadRules, Keep

_MEGABYTE: Final = 1_000_000


def download_rules(settings: DownloadSettings) -> DownloadRules:
    """Return the rules that the table means."""
    return DownloadRules(
        DownloadPolicy(Keep(settings.policy), None if settings.days == "all" else settings.days),
        largest_file=settings.largest * _MEGABYTE,
        cache=None if settings.cache == "all" else settings.cache * _MEGABYTE,
    )
