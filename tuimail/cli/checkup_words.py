"""What `tuimail doctor` prints: rows for a person, a document for a program, text to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tuimail import __version__
from tuimail.cli.redaction import Redaction
from tuimail.model.checkup import Checked, Private
from tuimail.model.finding import Verdict
from tuimail.text.safe import clean

SIGNS: Final = {Verdict.OK: "√", Verdict.WARN: "!", Verdict.FAIL: "×", Verdict.SKIPPED: "·"}
ASCII_SIGNS: Final = {Verdict.OK: "+", Verdict.WARN: "!", Verdict.FAIL: "x", Verdict.SKIPPED: "-"}
_ABOUT: Final = 14
_WIDEST: Final = 100
_WORDS: Final = {
    Verdict.FAIL: "failed",
    Verdict.WARN: "with a limit",
    Verdict.SKIPPED: "not checked",
    Verdict.OK: "passed",
}


def rows(checked: Checked, columns: int, *, is_ascii: bool) -> list[str]:
    """Return the lines of one check: its sentence, and the remedy below it."""
    signs = ASCII_SIGNS if is_ascii else SIGNS
    found = checked.found
    head = f"  {signs[found.verdict]} {checked.about:<{_ABOUT}}"
    below = " " * len(head)
    lines = _wrapped(clean(found.says), head, below, columns)
    notice = found.problem
    if notice is not None:
        if notice.you_can:
            lines += _wrapped(clean(notice.you_can), below, below, columns)
        # Whole, and far to the left so that they fit: they are copied.
        lines += [f"    {clean(text)}" for text in (notice.command, notice.url) if text]
        if notice.detail:
            said = f"The server said: {clean(notice.detail)}"
            lines += _wrapped(said, below, below, columns)
    if is_ascii:
        return [line.encode("ascii", "replace").decode("ascii") for line in lines]
    return lines


def summary(all_checked: Sequence[Checked]) -> str:
    """Return how many ended how, in one line."""
    parts = []
    for verdict, words in _WORDS.items():
        count = sum(each.found.verdict is verdict for each in all_checked)
        if count:
            parts.append(f"{count} {words}")
    return ", ".join(parts) + "."


def document(checked: Checked) -> dict[str, Any]:
    """Return one check for a program."""
    found, notice = checked.found, checked.found.problem
    return {
        "group": checked.group,
        "check": checked.name,
        "about": checked.about,
        "verdict": found.verdict,
        "says": found.says,
        "you_can": notice.you_can if notice else "",
        "command": notice.command if notice else "",
        "url": notice.url if notice else "",
        "server_said": notice.detail if notice else "",
        "ids": found.ids,
        "seconds": round(checked.seconds, 3),
    }


def report(all_checked: Sequence[Checked], known: Iterable[Private]) -> list[str]:
    """Return the lines of a report that can be given to strangers."""
    private = [word for each in all_checked for word in each.found.private]
    redaction = Redaction([*known, *private])
    lines = [f"tuimail {__version__} doctor", summary(all_checked)]
    group = ""
    for each in all_checked:
        if each.group != group:
            group = each.group
            lines += ["", group]
        lines.append(f"  {each.found.verdict:<8}{each.about}: {each.found.says}")
        notice = each.found.problem
        for text in (notice.command, notice.detail) if notice else ():
            lines += [f"          {line}" for line in text.splitlines()]
        if each.found.ids:
            lines.append(f"          {each.found.ids}")
    return [redaction.text(clean(line)) for line in lines]


def _wrapped(text: str, first: str, below: str, columns: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(20 + len(first), min(columns, _WIDEST)),
        initial_indent=first,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )
