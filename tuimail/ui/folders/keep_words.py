"""What can be kept of a folder, in words and rows."""

from __future__ import annotations

from typing import Final, NamedTuple

from tuimail.model.download import DownloadPolicy, Keep
from tuimail.ui.drawing.formatting import fit, number, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row, rule

DAYS: Final[tuple[int | None, ...]] = (7, 30, 90, 365, None)
_WORDS: Final = {
    Keep.HEADERS: "headers only",
    Keep.TEXT: "text",
    Keep.ALL: "text and attachments",
}
_WHAT_CELLS: Final = 24


def days_words(days: int | None) -> str:
    """Return `last 30 days` or `all of it`."""
    if days is None:
        return "all of it"
    return "last day" if days == 1 else f"last {number(days)} days"


def policy_words(policy: DownloadPolicy) -> str:
    """Return `text, last 30 days`."""
    words = _WORDS[policy.keep]
    return words if policy.keep is Keep.HEADERS else f"{words}, {days_words(policy.days)}"


class Choice(NamedTuple):
    """One row of the sheet; `keep` None means: as the settings say."""

    keep: Keep | None
    days: int | None

    @property
    def has_days(self) -> bool:
        """Whether a number of days belongs to it."""
        return self.keep in (Keep.TEXT, Keep.ALL)

    @property
    def policy(self) -> DownloadPolicy | None:
        """What is to be stored."""
        return None if self.keep is None else DownloadPolicy(self.keep, self.days)


def choices(now: DownloadPolicy | None, default: DownloadPolicy) -> list[Choice]:
    """Return the rows: the settings, then each kind with the days that hold, or would hold."""
    days = (now or default).days
    kinds = (None, Keep.HEADERS, Keep.TEXT, Keep.ALL)
    return [Choice(keep, days if keep in (Keep.TEXT, Keep.ALL) else None) for keep in kinds]


def with_days(choice: Choice, step: int) -> Choice:
    """Return the choice with more days or fewer."""
    if not choice.has_days:
        return choice
    known = sorted({*DAYS, choice.days}, key=lambda days: days or 1_000_000)
    at = known.index(choice.days) + step
    return choice._replace(days=known[max(0, min(at, len(known) - 1))])


def sheet_title(name: str, octets: int, width: int, glyphs: Glyphs) -> Row:
    """Lay out the rule above the rows: the folder, and what is here of it."""
    here = f"{size_text(octets)} kept now" if octets else "nothing kept now"
    title = fit(f"Keep {name} offline", max(10, width - 10), glyphs.cut).rstrip()
    return rule(width, glyphs.rule, title, here)


def choice_row(
    choice: Choice,
    default: DownloadPolicy,
    width: int,
    glyphs: Glyphs,
    *,
    cursor: str,
    is_now: bool,
    days_keys: str,
) -> Row:
    """Lay out one row.

    Args:
        cursor: The sign in the first cell.
        is_now: It is what holds; a sign says so.
        days_keys: The keys that change the days, shown at the cursor.
    """
    what = "as in the settings" if choice.keep is None else _WORDS[choice.keep]
    detail = policy_words(default) if choice.keep is None else ""
    if choice.has_days:
        detail = days_words(choice.days)
    row = [
        Run(cursor, "cursor-bar"),
        Run(glyphs.done if is_now else " ", "success"),
        BLANK,
        Run(fit(what, min(_WHAT_CELLS, max(21, width // 3)), glyphs.cut)),
        Run(detail, "muted"),
    ]
    if cursor != " " and choice.has_days:
        row += [Run("   "), Run(days_keys, "key"), Run(" days", "muted")]
    return crop_row(row, width)
